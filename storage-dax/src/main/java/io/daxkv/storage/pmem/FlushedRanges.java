package io.daxkv.storage.pmem;

/**
 * The ranges one thread has flushed since its last drain: what there is to wait for, and which lines were named twice.
 *
 * <p>Remembers the last {@value #MEMORY} ranges for finding repeats, which sees the usual mistakes (neighbours that
 * share a line, the same header flushed per record) and misses repeats further apart.
 */
final class FlushedRanges {
    private static final int MEMORY = 8;

    private final long[] firstLines = new long[MEMORY];
    private final long[] endLines = new long[MEMORY];
    private int count;
    private long start = Long.MAX_VALUE;
    private long end;
    private long lineCount;
    private long byteCount;
    private long redundantCount;

    /** Adds a range and returns how many of its lines a remembered range has named. */
    long add(long offset, long length) {
        long firstLine = CacheLine.of(offset);
        long endLine = firstLine + CacheLine.count(offset, length);
        long repeated = 0;
        for (int i = Math.min(count, MEMORY) - 1; i >= 0; i--) {
            repeated += Math.max(0, Math.min(endLine, endLines[i]) - Math.max(firstLine, firstLines[i]));
        }
        int slot = count++ & MEMORY - 1;
        firstLines[slot] = firstLine;
        endLines[slot] = endLine;
        start = Math.min(start, offset);
        end = Math.max(end, offset + length);
        repeated = Math.min(repeated, endLine - firstLine);
        lineCount += endLine - firstLine;
        byteCount += length;
        redundantCount += repeated;
        return repeated;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Returns the first byte of the lowest range. */
    long start() {
        return start;
    }

    /** Returns the byte after the highest range. */
    long end() {
        return end;
    }

    /**
     * Counts what was flushed and forgets it; call when the drain has waited. Not at each flush: the counters' locked
     * instructions wait for outstanding write-backs like a fence, and would make every flush cost what one drain does.
     */
    void clear(PersistCounters counters) {
        if (count > 0) {
            counters.flushed(lineCount, byteCount);
            counters.redundant(redundantCount);
        }
        count = 0;
        start = Long.MAX_VALUE;
        end = 0;
        lineCount = 0;
        byteCount = 0;
        redundantCount = 0;
    }
}
