package io.daxkv.storage.pmem;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what durability costs on one {@link Pmem}: live numbers that only grow, safe to read from any thread.
 *
 * <p>A <em>redundant</em> flush names a line that nobody stored to since it was last flushed. The recorder of the test
 * kit knows that exactly; production counts the lines a thread flushes twice with no drain between.
 */
public final class PersistCounters {
    private final LongAdder flushedLines = new LongAdder();
    private final LongAdder flushedBytes = new LongAdder();
    private final LongAdder redundantLines = new LongAdder();
    private final LongAdder drains = new LongAdder();

    /** Counts one flush call: how many lines it named and how many bytes its caller asked for. */
    public void flushed(long lines, long bytes) {
        flushedLines.add(lines);
        flushedBytes.add(bytes);
    }

    /** Counts lines that were flushed although they were clean. */
    public void redundant(long lines) {
        redundantLines.add(lines);
    }

    /** Counts one drain. */
    public void drained() {
        drains.increment();
    }

    public long flushedLineCount() {
        return flushedLines.sum();
    }

    public long flushedByteCount() {
        return flushedBytes.sum();
    }

    public long redundantLineCount() {
        return redundantLines.sum();
    }

    public long drainCount() {
        return drains.sum();
    }
}
