package io.daxkv.storage.dax;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The marks of 512 consecutive indexes: for each a mask of dirty lines, DIRTY and TOWRITE. Atomic words without any
 * lock, so that a store costs one OR.
 *
 * <p>A mark is set from the bottom up, mask then DIRTY then the node above, each level checked even if the one below
 * was set already: the setter of the level below may not have come here yet. It is cleared from the top down, and each
 * level looks at the one below after clearing and sets itself again if that is not empty. So a set mask is never
 * unreachable.
 */
class ChunkMarks {
    static final int SLOTS = VolumeLayout.HUGE_BLOCKS;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int WORDS = SLOTS / Long.SIZE;
    /** Longs in a cache line. */
    private static final int LINE = 8;

    private static final int LINE_SHIFT = 3;
    private static final int SLOT_SHIFT = 6;

    /** Longs between the masks and what lies before and behind them: two lines, processors fetch them in pairs. */
    private static final int GAP = 2 * LINE;

    final long firstIndex;
    final TreeNode node;
    /** One mask a slot, at {@link #maskOf} it. */
    final long[] masks = new long[SLOTS + 2 * GAP];

    final long[] dirty = new long[WORDS];
    private final long[] toWrite = new long[WORDS];

    /**
     * Returns where a slot's mask lies. Neighbours are a cache line apart, and all of them away from this object: two
     * threads that store to different pages must not wait for each other's lines, nor for a line that both only read.
     */
    static int maskOf(int slot) {
        return GAP + ((slot & SLOTS / LINE - 1) << LINE_SHIFT | slot >>> SLOT_SHIFT);
    }

    ChunkMarks(TreeNode node, long firstIndex) {
        this.node = node;
        this.firstIndex = firstIndex;
    }

    /** Marks lines of an index dirty. Called after the last byte is stored, never before (S22). */
    void mark(long index, long lines) {
        int slot = slot(index);
        // Also a full fence: the marks above are read after the lines are visible to whoever takes them away.
        LONGS.getAndBitwiseOr(masks, maskOf(slot), lines);
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
        return (long) LONGS.getAndSet(masks, maskOf(slot(index)), LineMask.NONE);
    }

    /** Clears DIRTY after the lines taken are durable (D4); sets it again if lines were marked meanwhile (D10). */
    void clearDirty(long index) {
        int slot = slot(index);
        clear(dirty, slot);
        if (get(masks, maskOf(slot)) != LineMask.NONE) {
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
        return get(masks, maskOf(slot(index)));
    }

    long dirtyLineCount() {
        long lines = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            lines += Long.bitCount(get(masks, maskOf(slot)));
        }
        return lines;
    }

    /** Forgets every mark of an index whose data is being destroyed. */
    final void clearMarks(long index) {
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

    static int slot(long index) {
        return (int) (index & SLOTS - 1);
    }
}
