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
        return Math.min(repeated, endLine - firstLine);
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

    void clear() {
        count = 0;
        start = Long.MAX_VALUE;
        end = 0;
    }
}
