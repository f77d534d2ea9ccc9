package io.daxkv.storage.dax;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

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

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long OFFSET_MASK = -VolumeLayout.BLOCK_SIZE;

    private final long offset;
    private final long length;
    private final long firstHuge;
    /** One translation a 2 MiB of file, or 0. */
    private final long[] huge;
    /** For 2 MiB without a huge translation: one translation a 4 KiB, made at the first fault. */
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

    /** Returns true if a 2 MiB translation for an index would lie wholly inside the window. */
    boolean coversHuge(long index) {
        long start = VolumeLayout.offsetOf(index & -VolumeLayout.HUGE_BLOCKS);
        return start >= offset && start + VolumeLayout.HUGE_SIZE <= offset + length;
    }

    /** Installs a translation for one index. */
    void map(TreeChunk chunk, long index, long block, boolean writable) {
        int slot = hugeSlot(index);
        chunks[slot] = chunk;
        synchronized (small) {
            if (small[slot] == null) {
                small[slot] = new long[VolumeLayout.HUGE_BLOCKS];
            }
        }
        LONGS.setVolatile(small[slot], slotInTable(index), translation(block, writable));
    }

    /** Installs a translation for the 2 MiB that {@code index} begins. */
    void mapHuge(TreeChunk chunk, long index, long block, boolean writable) {
        int slot = hugeSlot(index);
        chunks[slot] = chunk;
        LONGS.setVolatile(huge, slot, translation(block, writable));
    }

    /** Removes the translations of a range of indexes; returns true if one let stores through. */
    boolean revoke(long first, long count) {
        long from = Math.max(first, VolumeLayout.indexOf(offset));
        long to = Math.min(first + count, VolumeLayout.indexCount(offset + length));
        long removed = 0;
        for (long index = from; index < to; index++) {
            int slot = hugeSlot(index);
            removed |= (long) LONGS.getAndSet(huge, slot, 0L);
            long[] table = small[slot];
            if (table == null) {
                index |= VolumeLayout.HUGE_BLOCKS - 1;
            } else {
                removed |= (long) LONGS.getAndSet(table, slotInTable(index), 0L);
            }
        }
        if (removed != 0) {
            synchronized (small) {
                stamp++;
            }
        }
        return (removed & WRITABLE) != 0;
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
