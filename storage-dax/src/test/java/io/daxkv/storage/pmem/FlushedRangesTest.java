package io.daxkv.storage.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Knows the span of what was flushed and which lines were named twice, beyond 2 GiB as before it. */
class FlushedRangesTest {
    private static final long FAR = 3L << 40;

    private final FlushedRanges ranges = new FlushedRanges();

    @Test
    void spanReachesFromTheLowestByteToTheHighest() {
        ranges.add(FAR + 100, 50);
        ranges.add(4096, 1);
        ranges.add(8192, 10);
        assertEquals(4096, ranges.start());
        assertEquals(FAR + 150, ranges.end());
    }

    @Test
    void neighboursThatShareALineRepeatIt() {
        assertEquals(0, ranges.add(FAR, 100));
        assertEquals(1, ranges.add(FAR + 100, 100));
        assertEquals(0, ranges.add(FAR + 256, 64));
    }

    @Test
    void repeatIsNeverMoreThanTheRangeItself() {
        ranges.add(0, 64);
        ranges.add(0, 64);
        assertEquals(1, ranges.add(0, 64));
    }

    @Test
    void forgetsAtTheDrain() {
        PersistCounters counters = new PersistCounters();
        ranges.add(0, 64);
        ranges.add(60, 8);
        assertEquals(0, counters.flushedLineCount());
        ranges.clear(counters);
        assertTrue(ranges.isEmpty());
        assertEquals(3, counters.flushedLineCount());
        assertEquals(72, counters.flushedByteCount());
        assertEquals(1, counters.redundantLineCount());
        ranges.clear(counters);
        assertEquals(3, counters.flushedLineCount());
        assertEquals(0, ranges.add(0, 64));
        assertEquals(64, ranges.end());
    }

    @Test
    void remembersTheLastEightRanges() {
        ranges.add(0, 1);
        for (int i = 1; i < 8; i++) {
            ranges.add(i * 64L, 1);
        }
        assertEquals(1, ranges.add(0, 1));
        ranges.add(1 << 20, 1);
        assertEquals(0, ranges.add(64, 1));
    }
}
