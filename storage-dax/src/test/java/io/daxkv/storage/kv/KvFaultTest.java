package io.daxkv.storage.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.dax.DaxFile;
import io.daxkv.storage.pmem.PersistFailedException;
import io.daxkv.storage.pmem.PersistGranularity;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the store does when something is wrong: a full volume, a failed drain, rot, a clock that jumps back. */
class KvFaultTest {

    @Test
    void aFullStoreStillServesAndDeletingMakesRoom() {
        try (StoreFixture fixture = StoreFixture.small(PersistGranularity.CACHE_LINE, new LogProtocol())
                .tight(128 * 1024)
                .open()) {
            String value = "v".repeat(900);
            int count = fill(fixture, value);
            assertTrue(count > 50, "count=" + count);
            assertEquals(value, fixture.get("k0"));
            for (int i = 0; i < count; i++) {
                assertTrue(fixture.delete("k" + i), "k" + i);
            }
            assertEquals(0, fixture.store.keyCount());
            assertTrue(fill(fixture, value) > count / 2);
        }
    }

    @Test
    void aFailedDrainIsFinal() {
        StoreFixture fixture = StoreFixture.small().withoutLint();
        fixture.put("a", "1");
        List<Throwable> causes = new ArrayList<>();
        fixture.store.addFailureListener(causes::add);
        long durableLsn = fixture.store.durableLsn();
        try (KvBatch batch = fixture.store.begin()) {
            batch.put(ByteSlice.of("b"), ByteSlice.of("2"), 0);
        }
        fixture.pmem.failDrainAt(1);
        assertThrows(PersistFailedException.class, fixture.store::commit);
        assertEquals(1, causes.size());
        assertEquals(durableLsn, fixture.store.durableLsn());
        assertThrows(StoreFailedException.class, fixture.store::commit);
        assertThrows(StoreFailedException.class, fixture.store::begin);
        assertEquals("1", fixture.get("a"));
    }

    @Test
    void rotInASealedSegmentRefusesToOpen() {
        StoreFixture fixture = StoreFixture.small();
        for (int i = 0; i < 40; i++) {
            fixture.put("key" + i, "v".repeat(500));
        }
        rot(fixture, 3000);
        fixture.store.close();
        SegmentCorruptException refused = assertThrows(SegmentCorruptException.class, fixture::open);
        assertTrue(refused.getMessage().contains("SEALED_AND_DAMAGED"), refused.getMessage());
    }

    @Test
    void aRottenRecordIsAnErrorAndNeverAWrongValue() {
        StoreFixture fixture = StoreFixture.small();
        for (int i = 0; i < 40; i++) {
            fixture.put("key" + i, "v".repeat(500));
        }
        rot(fixture, 3000);
        int errorCount = 0;
        for (int i = 0; i < 40; i++) {
            try {
                assertEquals("v".repeat(500), fixture.get("key" + i));
            } catch (RecordCorruptException e) {
                errorCount++;
            }
        }
        assertEquals(1, errorCount);
    }

    @Test
    void theCleanerLeavesARottenSegmentAlone() {
        StoreFixture fixture = StoreFixture.small(PersistGranularity.CACHE_LINE, new LogProtocol())
                .tight(64 * 1024)
                .open();
        for (int i = 0; i < 20; i++) {
            fixture.put("stay" + i, "s".repeat(350));
            fixture.put("go", "g".repeat(350));
        }
        rot(fixture, 100);
        for (int i = 0; i < 400; i++) {
            fixture.put("go", "g".repeat(350) + i);
        }
        assertEquals("g".repeat(350) + 399, fixture.get("go"));
        assertEquals("s".repeat(350), fixture.get("stay19"));
        assertThrows(RecordCorruptException.class, () -> fixture.get("stay0"));
    }

    @Test
    void aClockThatJumpsBackRevivesNothing() {
        try (StoreFixture fixture = StoreFixture.small()) {
            try (KvBatch batch = fixture.store.begin()) {
                batch.put(ByteSlice.of("a"), ByteSlice.of("1"), 1_000_500);
            }
            fixture.store.commit();
            assertEquals("1", fixture.get("a"));
            fixture.clock.set(2_000_000);
            ValueBuffer buffer = new ValueBuffer();
            assertFalse(fixture.store.get(ByteSlice.of("a"), buffer));
            assertTrue(buffer.isDue());
            assertFalse(fixture.delete("a"), "a due key is absent already");
            fixture.clock.set(1_000_000);
            fixture.reopen();
            assertNull(fixture.get("a"));
            assertTrue(fixture.store.nowMs() >= 1_000_500, "nowMs=" + fixture.store.nowMs());
            assertEquals(0, fixture.store.keyCount());
        }
    }

    @Test
    void recordsBeyondTheLimitsAreRefused() {
        try (StoreFixture fixture = StoreFixture.small();
                KvBatch batch = fixture.store.begin()) {
            ByteSlice huge = ByteSlice.of(new byte[KvLimits.KEY_SIZE_MAX + 1]);
            assertThrows(KvException.class, () -> batch.put(huge, ByteSlice.of("x"), 0));
            assertEquals(0, batch.lastLsn());
        }
    }

    private static int fill(StoreFixture fixture, String value) {
        int count = 0;
        try {
            while (true) {
                fixture.put("k" + count, value);
                count++;
            }
        } catch (StoreFullException e) {
            assertEquals(count, fixture.store.keyCount(), e.getMessage());
            return count;
        }
    }

    private static void rot(StoreFixture fixture, long logOffset) {
        DaxFile file = fixture.volume.open("log");
        ByteBuffer bytes = ByteBuffer.allocate(1);
        file.read(logOffset, bytes);
        bytes.put(0, (byte) (bytes.get(0) ^ 1)).flip();
        file.write(logOffset, bytes);
        file.fsync();
    }
}
