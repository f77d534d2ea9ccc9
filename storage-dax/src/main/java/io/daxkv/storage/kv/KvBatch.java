package io.daxkv.storage.kv;

/**
 * The right to write: appends in one order, visible at once, durable when the store's durable LSN reaches
 * {@link #lastLsn()}. One object a store, handed out by {@link KvStore#begin()} with the writer lock held, until
 * {@link #close()}.
 *
 * <p><b>Durability.</b> Nothing here waits. A reply to a write waits until {@link KvStore#durableLsn()} is at least
 * {@link #lastLsn()}.
 *
 * <p><b>Threads.</b> Confined to the thread that began it.
 *
 * <p><b>Failure.</b> {@link StoreFullException}, with nothing changed. Inside a frame, abort it.
 */
public final class KvBatch implements AutoCloseable {
    KvBatch() {}

    /** As {@link KvStore#get}, but nobody can write between this read and the batch's next write. */
    public boolean get(ByteSlice key, ValueBuffer target) {
        throw new UnsupportedOperationException();
    }

    /** Appends a value under {@code key}, replacing any other; {@code deadlineMs} in Unix ms, 0 = never. */
    public void put(ByteSlice key, ByteSlice value, long deadlineMs) {
        throw new UnsupportedOperationException();
    }

    /** Appends a tombstone if the key is there; returns true if a live, unexpired key went. */
    public boolean delete(ByteSlice key) {
        throw new UnsupportedOperationException();
    }

    /** Removes every key with one record. */
    public void clear() {
        throw new UnsupportedOperationException();
    }

    /** Starts a frame: what follows, up to {@link #endFrame()}, survives a crash whole or not at all. */
    public void beginFrame() {
        throw new UnsupportedOperationException();
    }

    /** Appends the frame and makes its records visible together. */
    public void endFrame() {
        throw new UnsupportedOperationException();
    }

    /** Forgets an open frame; does nothing if there is none. */
    public void abortFrame() {
        throw new UnsupportedOperationException();
    }

    /**
     * Looks at up to {@code slotCount} index slots, continuing round, and buries keys that are due; returns how many.
     */
    public int expireDue(int slotCount) {
        throw new UnsupportedOperationException();
    }

    /** Returns the LSN of the newest append of this batch, or 0 if it appended nothing. */
    public long lastLsn() {
        throw new UnsupportedOperationException();
    }

    /** Gives the writer lock back. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
