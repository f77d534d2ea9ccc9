package io.daxkv.storage.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.pmem.PersistGranularity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Readers without locks never see a wrong, torn or older value, nor miss a key, while a writer overwrites, segments
 * rotate and the cleaner moves and frees records under them; and whoever asks for a commit is told when it is durable.
 *
 * <p>Method: each key's value carries the key and a rising number. Not an exhaustive race test: many short races.
 */
class KvConcurrencyTest {
    private static final int KEY_COUNT = 40;
    private static final int ROUNDS = 2000;

    private final AtomicBoolean isDone = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @ParameterizedTest
    @EnumSource(
            value = PersistGranularity.class,
            names = {"CACHE_LINE", "PAGE"})
    void readersSeeEveryKeyAndNeverAnOlderValue(PersistGranularity granularity) throws InterruptedException {
        try (StoreFixture fixture = StoreFixture.small(granularity, new LogProtocol())
                .withoutLint()
                .tight(64 * 1024)
                .open()) {
            write(fixture, 0);
            List<Thread> threads =
                    List.of(new Thread(() -> guard(() -> read(fixture))), new Thread(() -> guard(() -> scan(fixture))));
            threads.forEach(Thread::start);
            guard(() -> {
                for (int round = 1; round <= ROUNDS; round++) {
                    write(fixture, round);
                }
            });
            isDone.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            assertNull(failure.get(), () -> "failed: " + failure.get());
            assertTrue(fixture.store.counters().cleanedSegmentCount() > 10, "nothing was freed under the readers");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = PersistGranularity.class,
            names = {"CACHE_LINE", "PAGE"})
    void aRequestedCommitIsAnnounced(PersistGranularity granularity) throws InterruptedException {
        try (StoreFixture fixture =
                StoreFixture.small(granularity, new LogProtocol()).withoutLint().open()) {
            for (int i = 1; i <= 50; i++) {
                long lsn = i;
                CountDownLatch announced = new CountDownLatch(1);
                fixture.store.addDurableListener(durable -> {
                    if (durable >= lsn) {
                        announced.countDown();
                    }
                });
                try (KvBatch batch = fixture.store.begin()) {
                    batch.put(ByteSlice.of("k"), ByteSlice.of("v" + i), 0);
                    assertEquals(lsn, batch.lastLsn());
                }
                fixture.store.requestCommit();
                announced.await();
                assertTrue(fixture.store.durableLsn() >= lsn);
            }
        }
    }

    private void guard(Runnable body) {
        try {
            body.run();
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
            isDone.set(true);
        }
    }

    private void write(StoreFixture fixture, int round) {
        for (int key = 0; key < KEY_COUNT; key++) {
            if (round == 0 || (key + round) % 3 == 0) {
                try (KvBatch batch = fixture.store.begin()) {
                    String value = key + ":" + round + ":" + "x".repeat(key * 7 % 200);
                    batch.put(ByteSlice.of("k" + key), ByteSlice.of(value), 0);
                }
                fixture.store.requestCommit();
            }
        }
    }

    private void read(StoreFixture fixture) {
        int[] newest = new int[KEY_COUNT];
        ValueBuffer buffer = new ValueBuffer();
        while (!isDone.get()) {
            for (int key = 0; key < KEY_COUNT; key++) {
                assertTrue(fixture.store.get(ByteSlice.of("k" + key), buffer), "missed k" + key);
                String value = new String(buffer.array(), buffer.offset(), buffer.length(), StandardCharsets.UTF_8);
                String[] parts = value.split(":", -1);
                assertEquals(key, Integer.parseInt(parts[0]));
                assertTrue(Integer.parseInt(parts[1]) >= newest[key], "older: " + value + " after " + newest[key]);
                newest[key] = Integer.parseInt(parts[1]);
            }
        }
    }

    private void scan(StoreFixture fixture) {
        while (!isDone.get()) {
            List<String> seen = new ArrayList<>();
            long cursor = 0;
            do {
                cursor = fixture.store.scan(cursor, 5, key -> seen.add(key.toString()));
            } while (cursor != 0);
            assertEquals(KEY_COUNT, seen.stream().distinct().count());
        }
    }
}
