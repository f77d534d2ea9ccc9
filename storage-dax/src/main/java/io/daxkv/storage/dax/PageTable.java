package io.daxkv.storage.dax;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * What one window may touch: the software MMU's page table, two levels like the hardware's. A translation is one long.
 *
 * <pre>
 *  63                      12 11        2      1          0
 *  +-------------------------+-----------+----------+---------+
 *  |  arena offset of block  |     -     | WRITABLE | PRESENT |     0 = none: the access faults
 *  +-------------------------+-----------+----------+---------+
 * </pre>
 *
 * <p><b>Threads.</b> Translations are installed under the entry lock of their index and removed by revokes; accesses
 * read them without a lock. Each revoke that removed one changes the stamp after it did.
 */
final class PageTable {
    static final long PRESENT = 1;
    static final long WRITABLE = 2;

    /** Bytes a store may copy inside one epoch: a revoke waits for it. */
    static final int RUN_MAX = 64 << 10;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long OFFSET_MASK = -VolumeLayout.BLOCK_SIZE;

    /**
     * The table of every 2 MiB that is wholly a hole: each translation is the zero block's, read-only. One for all, so
     * it is never stored to; and a table like any other to {@link #translate}.
     */
    private static final long[] HOLES = new long[VolumeLayout.HUGE_BLOCKS];

    static {
        Arrays.fill(HOLES, translation(VolumeLayout.ZERO_BLOCK, false));
    }

    private final long offset;
    private final long length;
    private final long firstHuge;
    /** One translation a 2 MiB of file, or 0. */
    private final long[] huge;
    /** For 2 MiB without a huge translation: one translation a 4 KiB, made at the first fault; or {@link #HOLES}. */
    private final long[][] small;
    /** Where the marks of each 2 MiB live; set before the first translation of its slot. */
    private final TreeChunk[] chunks;

    private volatile long stamp;

    /** Makes an empty table for {@code length} bytes of file from {@code offset} on. */
    PageTable(long offset, long length) {
        this.offset = offset;
        this.length = length;
        firstHuge = offset >>> VolumeLayout.HUGE_SHIFT;
        int count = Math.toIntExact((offset + length - 1 >>> VolumeLayout.HUGE_SHIFT) - firstHuge + 1);
        huge = new long[count];
        small = new long[count][];
        chunks = new TreeChunk[count];
    }

    /**
     * Returns the arena offset of a file byte if it may be accessed so ({@link #PRESENT}, {@link #WRITABLE}), else -1.
     */
    long translate(long at, long permission) {
        int slot = (int) ((at >>> VolumeLayout.HUGE_SHIFT) - firstHuge);
        long translation = (long) LONGS.getAcquire(huge, slot);
        if ((translation & permission) != 0) {
            return (translation & OFFSET_MASK) + (at & VolumeLayout.HUGE_SIZE - 1);
        }
        long[] table = small[slot];
        if (table == null) {
            return -1;
        }
        translation = (long) LONGS.getAcquire(table, slotInTable(VolumeLayout.indexOf(at)));
        return (translation & permission) != 0 ? (translation & OFFSET_MASK) + (at & VolumeLayout.BLOCK_SIZE - 1) : -1;
    }

    /**
     * Returns how many bytes from {@code at} on, at most {@code max} and {@link #RUN_MAX}, may be stored to in one
     * copy: their blocks lie one after another behind {@code address}, where {@code at} translates to.
     */
    int writableRun(long at, long address, int max) {
        int run = VolumeLayout.BLOCK_SIZE - (int) (at & VolumeLayout.BLOCK_SIZE - 1);
        if (run >= max) {
            return max;
        }
        while (run < max && run < RUN_MAX && translate(at + run, WRITABLE) == address + run) {
            run += VolumeLayout.BLOCK_SIZE;
        }
        return Math.min(run, max);
    }

    /** Returns the stamp; read it before translating for a load. */
    long stamp() {
        return stamp;
    }

    /** Returns true if no translation was revoked since {@code before}, so what was loaded since is right. */
    boolean isStill(long before) {
        VarHandle.loadLoadFence();
        return stamp == before;
    }

    /** Marks the lines of a stored range that lies in one block and was translated. */
    void mark(long at, int count) {
        chunks[(int) ((at >>> VolumeLayout.HUGE_SHIFT) - firstHuge)].mark(
                VolumeLayout.indexOf(at), LineMask.of((int) at & VolumeLayout.BLOCK_SIZE - 1, count));
    }

    /** Returns true if an index is translated together with the 2 MiB around it. For the invariant checker. */
    boolean isHuge(long index) {
        int slot = hugeSlot(index);
        return (long) LONGS.getVolatile(huge, slot) != 0 || small[slot] == HOLES;
    }

    /** Returns true if a 2 MiB translation for an index would lie wholly inside the window. */
    boolean coversHuge(long index) {
        long start = VolumeLayout.offsetOf(index & -VolumeLayout.HUGE_BLOCKS);
        return start >= offset && start + VolumeLayout.HUGE_SIZE <= offset + length;
    }

    /** Installs a translation for one index. */
    void map(TreeChunk chunk, long index, long block, boolean writable) {
        int slot = hugeSlot(index);
        chunks[slot] = chunk;
        long[] table;
        synchronized (small) {
            table = small[slot];
            if (table == HOLES) {
                // A write took the huge hole's entry away and has not come here yet: its revoke is done for it.
                table = null;
                stamp++;
            }
            if (table == null) {
                table = new long[VolumeLayout.HUGE_BLOCKS];
                small[slot] = table;
            }
        }
        LONGS.setVolatile(table, slotInTable(index), translation(block, writable));
    }

    /** Installs a translation for the 2 MiB that {@code index} begins. */
    void mapHuge(TreeChunk chunk, long index, long block, boolean writable) {
        int slot = hugeSlot(index);
        chunks[slot] = chunk;
        LONGS.setVolatile(huge, slot, translation(block, writable));
    }

    /**
     * Lets loads of the 2 MiB that hold an index see zeroes. The caller holds the huge entry, so there are no single
     * ones and the table this one replaces, if any, is empty.
     */
    void mapHugeHole(TreeChunk chunk, long index) {
        int slot = hugeSlot(index);
        chunks[slot] = chunk;
        synchronized (small) {
            small[slot] = HOLES;
        }
    }

    /**
     * Removes the translations of a range of indexes, whole ones of 2 MiB if the range meets them; returns true if one
     * let stores through.
     */
    boolean revoke(long first, long count) {
        long to = end(first, count);
        long removed = 0;
        for (long index = start(first); index < to; index = (index | VolumeLayout.HUGE_BLOCKS - 1) + 1) {
            int slot = hugeSlot(index);
            if ((long) LONGS.getVolatile(huge, slot) != 0) {
                removed |= (long) LONGS.getAndSet(huge, slot, 0L);
            }
            long[] table = small[slot];
            if (table == HOLES) {
                removed |= revokeHoles(slot);
            } else if (table != null) {
                for (int i = slotInTable(index), end = endInTable(index, to); i < end; i++) {
                    removed |= (long) LONGS.getAndSet(table, i, 0L);
                }
            }
        }
        if (removed != 0) {
            synchronized (small) {
                stamp++;
            }
        }
        return (removed & WRITABLE) != 0;
    }

    /**
     * Takes the permission to store away from a range, whole 2 MiB translations included, and returns true if there was
     * any; loads go on.
     */
    boolean protect(long first, long count) {
        return protectHuge(first, count) | protectSmall(first, count);
    }

    boolean protectHuge(long first, long count) {
        long to = end(first, count);
        long taken = 0;
        for (long index = start(first); index < to; index = (index | VolumeLayout.HUGE_BLOCKS - 1) + 1) {
            taken |= (long) LONGS.getAndBitwiseAnd(huge, hugeSlot(index), ~WRITABLE);
        }
        return (taken & WRITABLE) != 0;
    }

    boolean protectSmall(long first, long count) {
        long to = end(first, count);
        long taken = 0;
        for (long index = start(first); index < to; index = (index | VolumeLayout.HUGE_BLOCKS - 1) + 1) {
            long[] table = small[hugeSlot(index)];
            if (table != null && table != HOLES) {
                for (int i = slotInTable(index), end = endInTable(index, to); i < end; i++) {
                    taken |= (long) LONGS.getAndBitwiseAnd(table, i, ~WRITABLE);
                }
            }
        }
        return (taken & WRITABLE) != 0;
    }

    private long revokeHoles(int slot) {
        synchronized (small) {
            if (small[slot] == HOLES) {
                small[slot] = null;
            }
        }
        return PRESENT;
    }

    /** Returns the first index of a range that lies in the window. */
    private long start(long first) {
        return Math.max(first, VolumeLayout.indexOf(offset));
    }

    /** Returns the index after the last one of a range that lies in the window. */
    private long end(long first, long count) {
        return Math.min(first + count, VolumeLayout.indexCount(offset + length));
    }

    private static int endInTable(long index, long to) {
        return (int) Math.min(VolumeLayout.HUGE_BLOCKS, to - (index & -VolumeLayout.HUGE_BLOCKS));
    }

    private int hugeSlot(long index) {
        return (int) ((index >>> BlockMap.FANOUT_SHIFT) - firstHuge);
    }

    private static int slotInTable(long index) {
        return (int) index & VolumeLayout.HUGE_BLOCKS - 1;
    }

    private static long translation(long block, boolean writable) {
        return VolumeLayout.offsetOf(block) | PRESENT | (writable ? WRITABLE : 0);
    }
}
