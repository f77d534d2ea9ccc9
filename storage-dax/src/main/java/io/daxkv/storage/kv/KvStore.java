package io.daxkv.storage.kv;

import io.daxkv.storage.dax.DaxVolume;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;

/**
 * A key-value store on one volume: one log, one order. Facade; it holds the parts and has no logic of its own.
 *
 * <p><b>Durability.</b> Appends are numbered by LSN from 1. What survives any crash is a prefix of that order which
 * contains everything up to {@link #durableLsn()}.
 *
 * <p><b>Threads.</b> Reads are lock-free, from any thread. Writes go through {@link #begin()}, one batch at a time.
 */
public final class KvStore implements AutoCloseable {
    private KvStore() {}

    /**
     * Opens the store on a volume, recovering what a crash left; makes an empty one on a fresh volume.
     *
     * @throws SegmentCorruptException if a sealed segment holds bytes no crash could have left
     */
    public static KvStore open(DaxVolume volume, KvOptions options) {
        throw new UnsupportedOperationException();
    }

    /** Copies the live value of {@code key} to {@code target}, verified; false if absent or past its deadline. */
    public boolean get(ByteSlice key, ValueBuffer target) {
        throw new UnsupportedOperationException();
    }

    /** As {@link #get}, but fills {@code target} with the deadline, the value's size as length and the LSN only. */
    public boolean contains(ByteSlice key, ValueBuffer target) {
        throw new UnsupportedOperationException();
    }

    /** Returns the keys in the index, those past their deadline but not yet buried included (as DBSIZE does). */
    public long keyCount() {
        throw new UnsupportedOperationException();
    }

    /** Returns how many of the keys have a deadline. */
    public long expiringKeyCount() {
        throw new UnsupportedOperationException();
    }

    /**
     * Hands about {@code count} keys to {@code sink}, from {@code cursor} on (0 starts), and returns the next cursor, 0
     * at the end. Every key present from the first call to the last is seen at least once.
     */
    public long scan(long cursor, int count, ScanSink sink) {
        throw new UnsupportedOperationException();
    }

    /** Hands one key, picked at random, to {@code sink}; false if there is none. */
    public boolean randomKey(RandomGenerator random, ScanSink sink) {
        throw new UnsupportedOperationException();
    }

    /** Takes the writer lock and returns the batch; close it on every path. */
    public KvBatch begin() {
        throw new UnsupportedOperationException();
    }

    /** Returns the LSN of the newest append. */
    public long appendedLsn() {
        throw new UnsupportedOperationException();
    }

    /** Returns the LSN up to which everything survives. */
    public long durableLsn() {
        throw new UnsupportedOperationException();
    }

    /**
     * Returns true where a commit costs less than a thread hop (BYTE, CACHE_LINE, VOLATILE): call {@link #commit()}.
     */
    public boolean commitsInline() {
        throw new UnsupportedOperationException();
    }

    /**
     * Makes everything appended so far durable, in this thread, and tells the listeners. Returns at once if it already
     * is.
     */
    public void commit() {
        throw new UnsupportedOperationException();
    }

    /** Asks the committer thread to do {@link #commit()} soon; requests made meanwhile share the next one. */
    public void requestCommit() {
        throw new UnsupportedOperationException();
    }

    /** Calls {@code listener} with the durable LSN each time it moves, on the thread that committed. */
    public void addDurableListener(LongConsumer listener) {
        throw new UnsupportedOperationException();
    }

    /** Calls {@code listener} once, with the cause, if a write-back fails; nothing is acknowledged from then on. */
    public void addFailureListener(java.util.function.Consumer<Throwable> listener) {
        throw new UnsupportedOperationException();
    }

    /** Returns Unix ms, never before a time a durable expiry was judged by, even if the clock jumped back. */
    public long nowMs() {
        throw new UnsupportedOperationException();
    }

    /** Returns live counters of the store. */
    public KvCounters counters() {
        throw new UnsupportedOperationException();
    }

    /** Commits, then closes the store; the volume stays open. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
