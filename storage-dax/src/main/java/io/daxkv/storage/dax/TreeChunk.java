package io.daxkv.storage.dax;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
 * <p>A mark is set from the bottom up, mask then DIRTY then the node above, each level checked even if the one below
 * was set already: the setter of the level below may not have come here yet. It is cleared from the top down, and each
 * level looks at the one below after clearing and sets itself again if that is not empty. So a set mask is never
 * unreachable.
 */
class TreeChunk {
    // Not final, and some parts not private, only for the faulty ones that the model checker must find.

    /** Answer of {@link #grab} to a huge request where single entries are: fall back, do not wait (L7). */
    static final long CONFLICT = -1;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int SLOTS = VolumeLayout.HUGE_BLOCKS;
    private static final int WORDS = SLOTS / Long.SIZE;

    final long firstIndex;
    final TreeNode node;
    final ReentrantLock indexLock = new ReentrantLock();
    final Condition entryFreed = indexLock.newCondition();
    final long[] masks = new long[SLOTS];
    final long[] dirty = new long[WORDS];
    private final long[] toWrite = new long[WORDS];
    private long hugeEntry;
    private long[] entries;
    private int entryCount;

    TreeChunk(TreeNode node, long firstIndex) {
        this.node = node;
        this.firstIndex = firstIndex;
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
                if (huge && hugeEntry == MappingEntry.NONE && entryCount > 0) {
                    return CONFLICT;
                }
                long entry = current(index);
                if (MappingEntry.isLocked(entry)) {
                    entryFreed.awaitUninterruptibly();
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
            // All: they waited for an entry that is gone, and most of them for another index (L6, S45).
            entryFreed.signalAll();
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
     * Lets go of an entry locked by this thread, leaving {@code entry} in its place; NONE or an empty one removes it.
     */
    void put(long index, long entry) {
        indexLock.lock();
        try {
            assert MappingEntry.isLocked(current(index))
                    : "index=" + index + ", " + MappingEntry.toString(current(index));
            set(index, MappingEntry.isEmpty(entry) ? MappingEntry.NONE : entry);
            // Everybody: the entry may be gone or of another kind now, and a waiter that finds nothing to lock would
            // not pass the wake-up on (L6).
            entryFreed.signalAll();
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
            entryFreed.signalAll();
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
     * Removes the entries of clean indexes once they are unlocked; a huge entry is first replaced by single ones for
     * the indexes with dirt. No window may translate any of these indexes.
     */
    void dropClean() {
        indexLock.lock();
        try {
            for (long index = firstIndex; index < firstIndex + SLOTS; index++) {
                awaitUnlocked(index);
                if (hugeEntry != MappingEntry.NONE) {
                    splitHuge();
                }
                if (!isDirty(index) && mask(index) == LineMask.NONE) {
                    set(index, MappingEntry.NONE);
                }
            }
            entryFreed.signalAll();
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
            entryFreed.signalAll();
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
            entryFreed.signalAll();
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

    // Marks

    /** Marks lines of an index dirty. Called after the last byte is stored, never before (S22). */
    void mark(long index, long lines) {
        int slot = slot(index);
        // Also a full fence: the marks above are read after the lines are visible to whoever takes them away.
        LONGS.getAndBitwiseOr(masks, slot, lines);
        set(dirty, slot);
        node.mark(this);
    }

    /** Marks TOWRITE every DIRTY index of {@code [first, end)}; returns true if there is one. */
    boolean tag(long first, long end) {
        boolean any = false;
        for (int word = 0; word < WORDS; word++) {
            long tagged = get(dirty, word) & range(word, first, end);
            if (tagged != 0) {
                LONGS.getAndBitwiseOr(toWrite, word, tagged);
                any = true;
            }
        }
        return any;
    }

    /** Returns the first TOWRITE index from {@code index} on, or -1. */
    long nextToWrite(long index) {
        for (int slot = slot(index), word = slot >>> 6; word < WORDS; word++, slot = word << 6) {
            long bits = get(toWrite, word) & -1L << slot;
            if (bits != 0) {
                return firstIndex + (word << 6) + Long.numberOfTrailingZeros(bits);
            }
        }
        return -1;
    }

    void clearToWrite(long index) {
        clear(toWrite, slot(index));
    }

    /** Takes the dirty lines of an index away and returns them; the DIRTY mark stays until {@link #clearDirty}. */
    long takeMask(long index) {
        return (long) LONGS.getAndSet(masks, slot(index), LineMask.NONE);
    }

    /** Clears DIRTY after the lines taken are durable (D4); sets it again if lines were marked meanwhile (D10). */
    void clearDirty(long index) {
        int slot = slot(index);
        clear(dirty, slot);
        if (get(masks, slot) != LineMask.NONE) {
            set(dirty, slot);
            node.mark(this);
        }
    }

    boolean isDirty() {
        for (int word = 0; word < WORDS; word++) {
            if (get(dirty, word) != 0) {
                return true;
            }
        }
        return false;
    }

    boolean isDirty(long index) {
        return isSet(dirty, slot(index));
    }

    boolean isToWrite(long index) {
        return isSet(toWrite, slot(index));
    }

    long mask(long index) {
        return get(masks, slot(index));
    }

    long dirtyLineCount() {
        long lines = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            lines += Long.bitCount(get(masks, slot));
        }
        return lines;
    }

    private long awaitUnlocked(long index) {
        while (MappingEntry.isLocked(current(index))) {
            entryFreed.awaitUninterruptibly();
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

    private void clearMarks(long index) {
        clearToWrite(index);
        takeMask(index);
        clearDirty(index);
    }

    private static long get(long[] words, int word) {
        return (long) LONGS.getVolatile(words, word);
    }

    private static boolean isSet(long[] words, int slot) {
        return (get(words, slot >>> 6) & 1L << slot) != 0;
    }

    private static void set(long[] words, int slot) {
        if (!isSet(words, slot)) {
            LONGS.getAndBitwiseOr(words, slot >>> 6, 1L << slot);
        }
    }

    private static void clear(long[] words, int slot) {
        LONGS.getAndBitwiseAnd(words, slot >>> 6, ~(1L << slot));
    }

    private long range(int word, long first, long end) {
        long from = Math.max(first - firstIndex - ((long) word << 6), 0);
        long to = Math.min(end - firstIndex - ((long) word << 6), Long.SIZE);
        return from >= to ? 0 : -1L << from & -1L >>> Long.SIZE - to;
    }

    private static int slot(long index) {
        return (int) (index & SLOTS - 1);
    }
}
