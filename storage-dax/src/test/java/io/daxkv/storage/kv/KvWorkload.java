package io.daxkv.storage.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Random operations on a store and on its model. Every write enters the history before the store sees it, so that a
 * crash in the middle of an operation finds the model knowing what may be there.
 */
final class KvWorkload {
    private final StoreFixture fixture;
    private final RandomGenerator random;
    private final int keyCount;
    private final int valueSizeMax;
    private final KvHistory history;
    private long acknowledgedLsn;
    private int refusedCount;

    KvWorkload(StoreFixture fixture, RandomGenerator random, KvHistory history, int keyCount, int valueSizeMax) {
        this.fixture = fixture;
        this.random = random;
        this.history = history;
        this.keyCount = keyCount;
        this.valueSizeMax = valueSizeMax;
        acknowledgedLsn = history.size();
    }

    KvHistory history() {
        return history;
    }

    /** Returns the LSN up to which the store has promised durability. */
    long acknowledgedLsn() {
        return acknowledgedLsn;
    }

    int refusedCount() {
        return refusedCount;
    }

    /** Does one random batch and, mostly, commits it. */
    void step() {
        try (KvBatch batch = fixture.store.begin()) {
            int count = 1 + random.nextInt(3);
            for (int i = 0; i < count; i++) {
                operate(batch);
            }
        }
        if (random.nextInt(4) != 0) {
            commit();
        }
    }

    void commit() {
        fixture.store.commit();
        acknowledgedLsn = fixture.store.durableLsn();
        assertEquals(history.size(), acknowledgedLsn);
    }

    /** Fails unless the store shows exactly the model's state. */
    void check() {
        check(fixture, history);
    }

    static void check(StoreFixture fixture, KvHistory history) {
        Map<String, String> expected = history.visible(fixture.store.nowMs());
        Map<String, String> actual = new HashMap<>();
        long cursor = 0;
        do {
            cursor = fixture.store.scan(cursor, 10, key -> {
                String name = key.toString();
                String value = fixture.get(name);
                if (value != null) {
                    actual.put(name, value);
                }
            });
        } while (cursor != 0);
        assertEquals(new TreeSet<>(expected.keySet()), new TreeSet<>(actual.keySet()));
        assertEquals(expected, actual);
        assertEquals(history.state().size(), fixture.store.keyCount());
        for (String key : expected.keySet()) {
            assertEquals(expected.get(key), fixture.get(key));
        }
    }

    private void operate(KvBatch batch) {
        int choice = random.nextInt(100);
        if (choice < 60) {
            put(batch);
        } else if (choice < 78) {
            delete(batch);
        } else if (choice < 90) {
            frame(batch);
        } else if (choice < 91) {
            history.add(KvHistory.Kind.CLEAR, null, null, 0, false);
            batch.clear();
        } else if (choice < 96) {
            fixture.clock.advanceMs(random.nextInt(50));
        } else {
            expire(batch);
        }
    }

    private void put(KvBatch batch) {
        String key = key();
        String value = value();
        long deadlineMs = deadline();
        history.put(key, value, deadlineMs);
        try {
            batch.put(ByteSlice.of(key), ByteSlice.of(value), deadlineMs);
        } catch (StoreFullException e) {
            refuse(1);
        }
    }

    private void refuse(int count) {
        refusedCount++;
        KvHistory shorter = history.prefix(history.size() - count);
        history.replaceBy(shorter);
    }

    private void delete(KvBatch batch) {
        String key = key();
        KvHistory.Timed old = history.state().get(key);
        boolean isLive = old != null && !old.isDue(fixture.store.nowMs());
        if (old != null) {
            history.add(isLive ? KvHistory.Kind.DELETE : KvHistory.Kind.BURY, key, null, 0, false);
        }
        assertEquals(isLive, batch.delete(ByteSlice.of(key)));
    }

    private void frame(KvBatch batch) {
        int count = 1 + random.nextInt(4);
        String[] keys = new String[count];
        String[] values = new String[count];
        for (int i = 0; i < count; i++) {
            keys[i] = key();
            values[i] = value();
            history.add(KvHistory.Kind.PUT, keys[i], values[i], 0, i + 1 < count);
        }
        batch.beginFrame();
        for (int i = 0; i < count; i++) {
            batch.put(ByteSlice.of(keys[i]), ByteSlice.of(values[i]), 0);
        }
        ValueBuffer seen = new ValueBuffer();
        assertTrue(batch.get(ByteSlice.of(keys[count - 1]), seen));
        assertEquals(values[count - 1], new String(seen.array(), seen.offset(), seen.length(), StandardCharsets.UTF_8));
        try {
            batch.endFrame();
        } catch (StoreFullException e) {
            batch.abortFrame();
            refuse(count);
        }
    }

    private void expire(KvBatch batch) {
        long nowMs = fixture.store.nowMs();
        int due = 0;
        for (Map.Entry<String, KvHistory.Timed> entry : history.state().entrySet()) {
            if (entry.getValue().isDue(nowMs)) {
                history.add(KvHistory.Kind.BURY, entry.getKey(), null, 0, false);
                due++;
            }
        }
        int buried = batch.expireDue(1 << 20);
        buried += buried < due ? batch.expireDue(1 << 20) : 0;
        assertEquals(due, buried);
        assertFalse(batch.lastLsn() < 0);
    }

    private String key() {
        return "k" + random.nextInt(keyCount);
    }

    /** Returns text that says its own length, mostly short. */
    private String value() {
        int size = random.nextInt(8) == 0 ? random.nextInt(valueSizeMax) : random.nextInt(Math.min(valueSizeMax, 120));
        String mark = Long.toHexString(random.nextLong()) + ":" + size + ":";
        return mark + "x".repeat(size);
    }

    private long deadline() {
        return random.nextInt(5) == 0 ? fixture.store.nowMs() + random.nextInt(60) : 0;
    }
}
