package io.daxkv.storage.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.pmem.PersistGranularity;
import io.daxkv.storage.testkit.ManualClock;
import io.daxkv.storage.testkit.RecordingPmem;
import io.daxkv.storage.testkit.Seed;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Values that take the IO path come back whole, from heap and direct buffers, up to the largest, also when reopened.
 */
class KvLargeValueTest {

    @Test
    void valuesAroundThePathBoundaryComeBack() {
        try (StoreFixture fixture = StoreFixture.small()) {
            int boundary = RecordWriter.LARGE_VALUE_SIZE;
            int[] sizes = {0, 1, boundary - 1, boundary, boundary + 1, 3 * boundary + 5, 40_000};
            for (int size : sizes) {
                put(fixture, "heap" + size, ByteSlice.of(bytes(size)));
                ByteBuffer direct = ByteBuffer.allocateDirect(size + 3).put(3, bytes(size));
                put(fixture, "direct" + size, new ByteSlice().set(direct, 3, size));
            }
            for (int round = 0; round < 2; round++) {
                for (int size : sizes) {
                    check(fixture, "heap" + size, size);
                    check(fixture, "direct" + size, size);
                }
                fixture.reopen();
            }
        }
    }

    @Test
    void theLargestValueComesBack() {
        long size = 160L << 20;
        LogGeometry geometry = LogGeometry.of(size, 0);
        RecordingPmem pmem = new RecordingPmem(size, size, PersistGranularity.CACHE_LINE);
        try (StoreFixture fixture = new StoreFixture(pmem, geometry, new LogProtocol(), new ManualClock()).open()) {
            put(fixture, "large", ByteSlice.of(bytes(KvLimits.VALUE_SIZE_MAX)));
            put(fixture, "small", ByteSlice.of("x"));
            check(fixture, "large", KvLimits.VALUE_SIZE_MAX);
            fixture.reopen();
            check(fixture, "large", KvLimits.VALUE_SIZE_MAX);
            ValueBuffer buffer = new ValueBuffer();
            assertTrue(fixture.store.contains(ByteSlice.of("large"), buffer));
            assertEquals(KvLimits.VALUE_SIZE_MAX, buffer.length());
        }
    }

    private static void put(StoreFixture fixture, String key, ByteSlice value) {
        try (KvBatch batch = fixture.store.begin()) {
            batch.put(ByteSlice.of(key), value, 0);
        }
        fixture.store.commit();
    }

    private static void check(StoreFixture fixture, String key, int size) {
        ValueBuffer buffer = new ValueBuffer();
        assertTrue(fixture.store.get(ByteSlice.of(key), buffer), key);
        byte[] actual = Arrays.copyOfRange(buffer.array(), buffer.offset(), buffer.offset() + buffer.length());
        assertArrayEquals(bytes(size), actual, key);
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        Seed.of(size).random().nextBytes(bytes);
        return bytes;
    }
}
