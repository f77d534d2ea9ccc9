package io.daxkv.storage.kv;

import java.util.concurrent.locks.ReentrantLock;

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
    private final ReentrantLock writer;
    private final CommitSequence sequence;
    private final RecordLog log;
    private final RecordWriter records;
    private final Mutations mutations;
    private final KeyLookup lookup;
    private final HighWaterClock clock;
    private final KvCounters counters;
    private final Expiry expiry;
    private final FrameBuffer frame = new FrameBuffer();
    private long lsnBefore;
    private boolean isOpen;

    KvBatch(KvStore.Parts parts) {
        writer = parts.writer();
        sequence = parts.sequence();
        log = parts.log();
        records = new RecordWriter(log, sequence, parts.context().store());
        mutations = new Mutations(log, parts.index(), parts.lookup());
        lookup = parts.lookup();
        clock = parts.context().clock();
        counters = parts.context().counters();
        expiry = new Expiry(parts.index(), lookup, clock);
    }

    /** Takes the writer lock. */
    KvBatch begin() {
        sequence.checkRunning();
        writer.lock();
        if (isOpen) {
            writer.unlock();
            throw new IllegalStateException("a batch is open already");
        }
        isOpen = true;
        lsnBefore = sequence.appendedLsn();
        return this;
    }

    /**
     * As {@link KvStore#get}, but nobody can write between this read and the batch's next write. Sees the writes of an
     * open frame; their LSNs are those they will have.
     */
    public boolean get(ByteSlice key, ValueBuffer target) {
        if (frame.isOpen()) {
            int at = frame.find(key, lookup.hash(key));
            if (at >= 0) {
                return getFromFrame(at, target);
            }
        }
        return lookup.get(key, target);
    }

    /** Appends a value under {@code key}, replacing any other; {@code deadlineMs} in Unix ms, 0 = never. */
    public void put(ByteSlice key, ByteSlice value, long deadlineMs) {
        checkSizes(key, value.length());
        long hash = lookup.hash(key);
        if (frame.isOpen()) {
            frame.addValue(key, hash, value, deadlineMs);
            return;
        }
        long size = RecordLayout.recordSize(key.length(), value.length());
        log.makeRoom(size, false);
        long position = records.appendValue(key, value, deadlineMs);
        mutations.put(key, hash, position, size, sequence.appendedLsn(), deadlineMs != 0);
    }

    /** Appends a tombstone if the key is there; returns true if a live, unexpired key went. */
    public boolean delete(ByteSlice key) {
        checkSizes(key, 0);
        if (frame.isOpen()) {
            return deleteInFrame(key);
        }
        return erase(key) == Erased.LIVE;
    }

    /** Removes every key with one record. */
    public void clear() {
        if (frame.isOpen()) {
            frame.addClear();
            return;
        }
        log.makeRoom(RecordLayout.HEADER_SIZE, true);
        long position = records.appendClear();
        mutations.clear(position, sequence.appendedLsn());
    }

    /** Starts a frame: what follows, up to {@link #endFrame()}, survives a crash whole or not at all. */
    public void beginFrame() {
        frame.begin();
    }

    /**
     * Appends the frame and makes its records visible, key by key: a lock-free read may see some of them before the
     * others, a read through a batch sees all or none.
     */
    public void endFrame() {
        if (!frame.isOpen()) {
            throw new IllegalStateException("no frame is open");
        }
        if (frame.count() > 0) {
            log.makeRoom(frame.size(), !frame.hasValues());
            long position = records.appendFrame(frame);
            mutations.applyFrame(frame, position);
        }
        frame.end();
    }

    /** Forgets an open frame; does nothing if there is none. */
    public void abortFrame() {
        if (frame.isOpen()) {
            frame.end();
        }
    }

    /**
     * Looks at up to {@code slotCount} index slots, continuing round, and buries keys that are due; returns how many.
     */
    public int expireDue(int slotCount) {
        if (frame.isOpen()) {
            throw new IllegalStateException("keys do not expire inside a frame");
        }
        return expiry.run(slotCount, this);
    }

    /** Returns the LSN of the newest append of this batch, or 0 if it appended nothing. */
    public long lastLsn() {
        long lsn = sequence.appendedLsn();
        return lsn == lsnBefore ? 0 : lsn;
    }

    /** Gives the writer lock back; an open frame is forgotten. */
    @Override
    public void close() {
        abortFrame();
        if (isOpen && log.hasDead()) {
            log.freeDead();
        }
        isOpen = false;
        writer.unlock();
        // Sealing a segment commits on the way: those who wait for it are told now that no lock is held.
        sequence.announce();
    }

    /** Writes the tombstone of a key whose deadline has passed; false if it has not, or the key is gone. */
    boolean bury(ByteSlice key) {
        return erase(key) == Erased.DUE;
    }

    private enum Erased {
        ABSENT,
        DUE,
        LIVE
    }

    private Erased erase(ByteSlice key) {
        long hash = lookup.hash(key);
        long old = mutations.find(key, hash);
        if (old == IndexWord.EMPTY) {
            return Erased.ABSENT;
        }
        long size = RecordLayout.recordSize(key.length(), 0);
        if (log.makeRoom(size, true)) {
            old = mutations.find(key, hash);
        }
        long deadlineMs = RecordLayout.expiresMs(mutations.found(), 0);
        boolean isDue = isDue(deadlineMs);
        // The tombstone of an expired key carries the deadline: a clock that jumps back finds it and starts from there.
        long position = records.appendTombstone(key, isDue ? deadlineMs : 0);
        if (isDue) {
            clock.raise(deadlineMs);
            counters.expiredKeys.increment();
        }
        mutations.bury(hash, old, position, size, sequence.appendedLsn());
        return isDue ? Erased.DUE : Erased.LIVE;
    }

    private boolean deleteInFrame(ByteSlice key) {
        long hash = lookup.hash(key);
        int at = frame.find(key, hash);
        long deadlineMs;
        if (at >= 0) {
            if (RecordLayout.kind(frame.bytes(), at) != RecordLayout.VALUE) {
                return false;
            }
            deadlineMs = RecordLayout.expiresMs(frame.bytes(), at);
        } else {
            if (mutations.find(key, hash) == IndexWord.EMPTY) {
                return false;
            }
            deadlineMs = RecordLayout.expiresMs(mutations.found(), 0);
        }
        boolean isDue = isDue(deadlineMs);
        frame.addTombstone(key, hash, isDue ? deadlineMs : 0);
        return !isDue;
    }

    private boolean getFromFrame(int at, ValueBuffer target) {
        byte[] bytes = frame.bytes();
        if (RecordLayout.kind(bytes, at) != RecordLayout.VALUE) {
            target.absent(sequence.appendedLsn() + frame.count(), false);
            return false;
        }
        int size = RecordLayout.size(bytes, at);
        System.arraycopy(bytes, at, target.reserve(size), 0, size);
        RecordLayout.putLsn(target.array(), 0, sequence.appendedLsn() + frame.count());
        return lookup.report(target);
    }

    private boolean isDue(long deadlineMs) {
        return deadlineMs != 0 && deadlineMs <= clock.nowMs();
    }

    private static void checkSizes(ByteSlice key, int valueSize) {
        if (key.length() > KvLimits.KEY_SIZE_MAX || valueSize > KvLimits.VALUE_SIZE_MAX) {
            throw new KvException("record too large: keySize=" + key.length() + ", keySizeMax=" + KvLimits.KEY_SIZE_MAX
                    + ", valueSize=" + valueSize + ", valueSizeMax=" + KvLimits.VALUE_SIZE_MAX);
        }
    }
}
