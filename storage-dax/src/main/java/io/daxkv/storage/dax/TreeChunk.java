package io.daxkv.storage.dax;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The entries and marks of 512 consecutive indexes (2 MiB of file): either one huge entry or single ones, never both
 * (invariant M13), and for each index one mask of dirty lines.
 *
 * <p>Entries change under {@code indexLock}, the innermost lock of the fault path; nothing sleeps, flushes or revokes
 * under it, except to wait for an entry, which gives it up (L4). Whoever waited looks again (L5). Marks are atomic
 * words without any lock, so that a store costs one OR.
 *
 * <p>Whoever waited may find its entry gone or of another size, so every change wakes every waiter of the chunk (L6):
 * there is one condition for all of them, and no key by which a waiter and its waker could miss each other (S48).
 */
class TreeChunk extends ChunkMarks {
    // Not final, and some parts not private, only for the faulty ones of the race tests and the model checker.

    /** Answer of {@link #grab} to a huge request where single entries are: fall back, do not wait (L7). */
    static final long CONFLICT = -1;

    final ReentrantLock indexLock = new ReentrantLock();
    final Condition entryFreed = indexLock.newCondition();
    private long hugeEntry;
    private long[] entries;
    private int entryCount;

    TreeChunk(TreeNode node, long firstIndex) {
        super(node, firstIndex);
    }

    /**
     * Finds or makes the entry of an index, waits until it is unlocked, locks it and returns it (unlocked form). A
     * single request that meets a huge entry gets the huge one; a huge request that meets single ones gets
     * {@link #CONFLICT}.
     */
    long grab(long index, boolean huge) {
        indexLock.lock();
        try {
            while (true) {
                if (huge && hasSingleEntries()) {
                    return CONFLICT;
                }
                long entry = current(index);
                if (MappingEntry.isLocked(entry)) {
                    awaitFreed(index, huge);
                    continue;
                }
                if (entry == MappingEntry.NONE) {
                    entry = MappingEntry.empty(huge);
                }
                set(index, MappingEntry.locked(entry));
                return entry;
            }
        } finally {
            indexLock.unlock();
        }
    }

    /**
     * Replaces a huge entry without a block, locked by this thread, by an empty single one for an index, locked as
     * well, and returns that (unlocked form). No window maps anything of the 2 MiB.
     */
    long downgrade(long index) {
        indexLock.lock();
        try {
            assert MappingEntry.isLocked(hugeEntry) && !MappingEntry.hasBlock(hugeEntry)
                    : "index=" + index + ", " + MappingEntry.toString(hugeEntry);
            hugeEntry = MappingEntry.NONE;
            long entry = MappingEntry.empty(false);
            set(index, MappingEntry.locked(entry));
            wakeWaiters(index);
            return entry;
        } finally {
            indexLock.unlock();
        }
    }

    /** Waits for the entry of an index and locks it; returns NONE, locking nothing, if there is none (any more). */
    long lockIfPresent(long index) {
        indexLock.lock();
        try {
            long entry = awaitUnlocked(index);
            if (entry != MappingEntry.NONE) {
                set(index, MappingEntry.locked(entry));
            }
            return entry;
        } finally {
            indexLock.unlock();
        }
    }

    /**
     * Lets go of an entry locked by this thread (L11), leaving {@code entry} in its place; NONE or an empty one removes
     * it.
     */
    void put(long index, long entry) {
        indexLock.lock();
        try {
            assert MappingEntry.isLocked(current(index))
                    : "index=" + index + ", " + MappingEntry.toString(current(index));
            set(index, MappingEntry.isEmpty(entry) ? MappingEntry.NONE : entry);
            wakeWaiters(index);
        } finally {
            indexLock.unlock();
        }
    }

    /** Removes the entry of an index once it is unlocked, if it maps a hole; returns true if it did. */
    boolean removeHole(long index) {
        indexLock.lock();
        try {
            if (!MappingEntry.isHole(awaitUnlocked(index))) {
                return false;
            }
            set(index, MappingEntry.NONE);
            wakeWaiters(index);
            return true;
        } finally {
            indexLock.unlock();
        }
    }

    /** Removes the hole entries nobody has locked; no window translates their indexes any more. */
    void removeUnlockedHoles() {
        indexLock.lock();
        try {
            for (int slot = 0; slot < SLOTS && entryCount > 0; slot++) {
                long entry = current(firstIndex + slot);
                if (MappingEntry.isHole(entry) && !MappingEntry.isLocked(entry)) {
                    set(firstIndex + slot, MappingEntry.NONE);
                }
            }
        } finally {
            indexLock.unlock();
        }
    }

    /**
     * Removes the entry of an index once it is unlocked, dirty or not, and forgets its marks: its data is being
     * destroyed by request. A huge entry is first replaced by single ones for the indexes with dirt.
     */
    void destroy(long index) {
        indexLock.lock();
        try {
            awaitUnlocked(index);
            if (hugeEntry != MappingEntry.NONE) {
                splitHuge();
            }
            set(index, MappingEntry.NONE);
            clearMarks(index);
            wakeWaiters(index);
        } finally {
            indexLock.unlock();
        }
    }

    /** Removes a huge entry whose whole range is being destroyed, marks included. */
    void destroyAll() {
        indexLock.lock();
        try {
            for (int slot = 0; slot < SLOTS; slot++) {
                awaitUnlocked(firstIndex + slot);
                if (hugeEntry == MappingEntry.NONE) {
                    set(firstIndex + slot, MappingEntry.NONE);
                }
                clearMarks(firstIndex + slot);
            }
            hugeEntry = MappingEntry.NONE;
            wakeWaiters(firstIndex);
        } finally {
            indexLock.unlock();
        }
    }

    /**
     * Removes the entries of clean indexes once they are unlocked; a huge entry is first replaced by single ones for
     * the indexes with dirt. No window may translate any of these indexes. Returns how many entries went.
     */
    int dropClean() {
        indexLock.lock();
        try {
            int dropped = 0;
            for (long index = firstIndex; index < firstIndex + SLOTS; index++) {
                awaitUnlocked(index);
                if (hugeEntry != MappingEntry.NONE) {
                    splitHuge();
                    dropped += entryCount == 0 ? 1 : 0;
                } else if (current(index) != MappingEntry.NONE && !isDirty(index) && mask(index) == LineMask.NONE) {
                    set(index, MappingEntry.NONE);
                    dropped++;
                }
            }
            wakeWaiters(firstIndex);
            return dropped;
        } finally {
            indexLock.unlock();
        }
    }

    /** Returns the entry of an index, lock bit included. */
    long entryAt(long index) {
        indexLock.lock();
        try {
            return current(index);
        } finally {
            indexLock.unlock();
        }
    }

    boolean hasEntries() {
        indexLock.lock();
        try {
            return entryCount > 0 || hugeEntry != MappingEntry.NONE;
        } finally {
            indexLock.unlock();
        }
    }

    /** Waits until an entry of the chunk changes; {@code huge} if the one waited for is to be a huge one. */
    void awaitFreed(long index, boolean huge) {
        entryFreed.awaitUninterruptibly();
    }

    /**
     * Wakes everybody: the entry of {@code index} may be gone or of another kind now, and a waiter that finds nothing
     * to lock would not pass the wake-up on (L6, S45, S47). Without waiters it is one look at an empty list.
     */
    void wakeWaiters(long index) {
        entryFreed.signalAll();
    }

    /** Returns true if single entries are anywhere in the chunk: a huge one must not come, nor wait, then (L7, S44). */
    boolean hasSingleEntries() {
        return entryCount > 0;
    }

    private long awaitUnlocked(long index) {
        while (MappingEntry.isLocked(current(index))) {
            awaitFreed(index, false);
        }
        return current(index);
    }

    private long current(long index) {
        if (hugeEntry != MappingEntry.NONE) {
            return hugeEntry;
        }
        return entries == null ? MappingEntry.NONE : entries[slot(index)];
    }

    void set(long index, long entry) {
        if (MappingEntry.isHuge(entry) || hugeEntry != MappingEntry.NONE) {
            assert entryCount == 0 : "huge and single entries at once: firstIndex=" + firstIndex;
            hugeEntry = entry;
            return;
        }
        if (entries == null) {
            entries = new long[SLOTS];
        }
        long old = entries[slot(index)];
        entries[slot(index)] = entry;
        entryCount += (entry == MappingEntry.NONE ? 0 : 1) - (old == MappingEntry.NONE ? 0 : 1);
    }

    private void splitHuge() {
        long huge = hugeEntry;
        hugeEntry = MappingEntry.NONE;
        for (long index = firstIndex; index < firstIndex + SLOTS; index++) {
            if (isDirty(index) || mask(index) != LineMask.NONE) {
                set(index, MappingEntry.ofBlock(MappingEntry.blockAt(huge, index), false));
            }
        }
    }
}
