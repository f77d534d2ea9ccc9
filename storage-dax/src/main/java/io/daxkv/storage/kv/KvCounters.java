package io.daxkv.storage.kv;

import java.util.concurrent.atomic.LongAdder;

/** Live numbers of a store: they only grow, except the sizes, and any thread may read them. */
public final class KvCounters {
    final LongAdder commits = new LongAdder();
    final LongAdder committedRecords = new LongAdder();
    final LongAdder appendedBytes = new LongAdder();
    final LongAdder paddingBytes = new LongAdder();
    final LongAdder expiredKeys = new LongAdder();
    final LongAdder cleanedSegments = new LongAdder();
    final LongAdder cleanedBytes = new LongAdder();
    final LongAdder recoveredRecords = new LongAdder();
    volatile long recoveryNanos;
    volatile long liveBytes;
    volatile long deadBytes;
    volatile long freeBytes;

    /** Commits that had something to make durable. */
    public long commitCount() {
        return commits.sum();
    }

    /** Records those commits made durable: divided by the commits, the mean batch. */
    public long committedRecordCount() {
        return committedRecords.sum();
    }

    /** Bytes of records appended, padding inside records included. */
    public long appendedByteCount() {
        return appendedBytes.sum();
    }

    /** Bytes left empty so that no line is flushed for two batches. */
    public long paddingByteCount() {
        return paddingBytes.sum();
    }

    public long expiredKeyCount() {
        return expiredKeys.sum();
    }

    public long cleanedSegmentCount() {
        return cleanedSegments.sum();
    }

    /** Bytes the cleaner copied to save them from segments it freed. */
    public long cleanedByteCount() {
        return cleanedBytes.sum();
    }

    public long recoveredRecordCount() {
        return recoveredRecords.sum();
    }

    public long recoveryNanos() {
        return recoveryNanos;
    }

    /** Bytes of records the index can reach. */
    public long liveByteCount() {
        return liveBytes;
    }

    /** Bytes of records it cannot: overwritten, deleted, expired. */
    public long deadByteCount() {
        return deadBytes;
    }

    /** Bytes of the volume no file owns. */
    public long freeByteCount() {
        return freeBytes;
    }
}
