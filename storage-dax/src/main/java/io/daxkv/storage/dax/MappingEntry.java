package io.daxkv.storage.dax;

/**
 * The value stored for one file index in the {@link MappingTree}: a block number and its state, packed in a
 * {@code long}.
 *
 * <pre>
 *  63                                        5   4    3    2    1    0
 *  +------------------------------------------+----+----+----+----+----+
 *  |        block, in units of BLOCK_SIZE     |UNWR|EMPT|ZERO|HUGE|LOCK|
 *  +------------------------------------------+----+----+----+----+----+
 *  LOCK  a fault, a write or write-back owns the entry; others wait
 *  HUGE  covers HUGE_BLOCKS blocks instead of 1
 *  ZERO  maps the shared zero block read-only: the file has a hole here
 *  EMPT  no block yet; the entry exists only to be locked
 *  UNWR  the block was never written and reads as zero; in answers of BlockMap.lookup only, never in the tree
 * </pre>
 *
 * {@code 0} is "no entry". DIRTY and TOWRITE are marks on the tree, not bits here, because write-back searches for
 * them. Follows the {@code DAX_*} bits of Linux {@code fs/dax.c}.
 */
final class MappingEntry {
    static final long NONE = 0;

    private static final long LOCKED = 1L << 0;
    private static final long HUGE = 1L << 1;
    private static final long ZERO = 1L << 2;
    private static final long EMPTY = 1L << 3;
    private static final long UNWRITTEN = 1L << 4;
    private static final int BLOCK_SHIFT = 5;
    private static final long BLOCK_MAX = (1L << Long.SIZE - 1 - BLOCK_SHIFT) - 1;

    private MappingEntry() {}

    /** Returns an unlocked entry for an allocated block; a huge one names its first block. */
    static long ofBlock(long block, boolean huge) {
        assert block > 0 && block <= BLOCK_MAX : "block=" + block;
        assert !huge || block % VolumeLayout.HUGE_BLOCKS == 0 : "block=" + block;
        return block << BLOCK_SHIFT | (huge ? HUGE : 0);
    }

    /** Returns the same for a block that was preallocated and never written. */
    static long ofUnwritten(long block, boolean huge) {
        return ofBlock(block, huge) | UNWRITTEN;
    }

    /** Returns an unlocked entry that maps a hole. */
    static long ofHole() {
        return ZERO;
    }

    /** Returns an unlocked entry that maps a hole, of 2 MiB if huge. */
    static long ofHole(boolean huge) {
        return ZERO | (huge ? HUGE : 0);
    }

    /** Returns an unlocked entry that only carries a lock. */
    static long empty(boolean huge) {
        return EMPTY | (huge ? HUGE : 0);
    }

    static long locked(long entry) {
        assert entry != NONE && !isLocked(entry) : toString(entry);
        return entry | LOCKED;
    }

    static long unlocked(long entry) {
        return entry & ~LOCKED;
    }

    static boolean isLocked(long entry) {
        return (entry & LOCKED) != 0;
    }

    static boolean isHuge(long entry) {
        return (entry & HUGE) != 0;
    }

    static boolean isHole(long entry) {
        return (entry & ZERO) != 0;
    }

    static boolean isEmpty(long entry) {
        return (entry & EMPTY) != 0;
    }

    static boolean isUnwritten(long entry) {
        return (entry & UNWRITTEN) != 0;
    }

    static boolean hasBlock(long entry) {
        return entry >>> BLOCK_SHIFT != 0;
    }

    /** Returns true if there is a block and it holds the file's bytes; else the file reads as zero here. */
    static boolean hasData(long entry) {
        return hasBlock(entry) && !isUnwritten(entry);
    }

    /** Returns the entry of 4 KiB for {@code index} out of one of any size. */
    static long single(long entry, long index) {
        return ofBlock(blockAt(entry, index), false);
    }

    /** Returns the block that {@code index} maps to under this entry, which must have one. */
    static long blockAt(long entry, long index) {
        assert hasBlock(entry) : toString(entry);
        long first = entry >>> BLOCK_SHIFT;
        return isHuge(entry) ? first + (index & VolumeLayout.HUGE_BLOCKS - 1) : first;
    }

    static String toString(long entry) {
        if (entry == NONE) {
            return "none";
        }
        String state = isEmpty(entry) ? "empty" : isHole(entry) ? "hole" : "block " + (entry >>> BLOCK_SHIFT);
        return state
                + (isUnwritten(entry) ? " unwritten" : "")
                + (isHuge(entry) ? " huge" : "")
                + (isLocked(entry) ? " locked" : "");
    }
}
