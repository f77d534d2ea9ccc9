package io.daxkv.storage.dax;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Which blocks are free, in DRAM only: rebuilt at open from the block maps, so it cannot disagree with them. Single
 * blocks come from groups (2 MiB) already broken; a whole group is broken only when no other has room, which keeps huge
 * blocks available.
 *
 * <p>A block that n words of block maps name has n owners; each gives up its own part with {@link #free}, and the last
 * one makes the block free. The counts are rebuilt at open like everything here.
 *
 * <p><b>Durability.</b> A block may be freed only after the store that unmaps it is durable, and after no window can
 * reach it (invariant M2): otherwise a crash, or a late store, finds it owned twice.
 *
 * <p><b>Threads.</b> Safe for many threads; innermost lock of the layer.
 */
final class BlockAllocator {
    private static final int WORDS_PER_GROUP = VolumeLayout.HUGE_BLOCKS / Long.SIZE;

    private long blockCount;
    private long[] used = {};
    private short[] freeInGroup = {};
    private long freeBlocks;
    private long freeGroups;
    private int smallHint;
    private int hugeHint;

    /** For each group with shared blocks: how many owners each block has beyond the first. */
    private int[][] moreOwners = {};

    /** How many blocks are shared; lets those who never clone skip the lock. */
    private volatile long sharedBlocks;

    /** Blocks that take one owner at most, tables and inodes; known while a volume is being opened only. */
    private BitSet exclusive = new BitSet();

    private final BadBlocks badBlocks;
    /** Blocks without an owner that nobody gets, because the medium lost them. */
    private final BitSet quarantined = new BitSet();

    /** Makes an allocator with every block of the volume's data area free. */
    BlockAllocator(long blockCount) {
        this(blockCount, new BadBlocks());
    }

    /** As {@link #BlockAllocator(long)}; blocks that turn bad are never given out. */
    BlockAllocator(long blockCount, BadBlocks badBlocks) {
        this.badBlocks = badBlocks;
        grow(blockCount);
        claimExclusive(0, VolumeLayout.FIRST_FREE_BLOCK);
    }

    /** Adds the blocks from the present end to {@code newBlockCount}, free. */
    synchronized void grow(long newBlockCount) {
        int oldGroups = freeInGroup.length;
        int groups = Math.toIntExact((newBlockCount + VolumeLayout.HUGE_BLOCKS - 1) / VolumeLayout.HUGE_BLOCKS);
        // New groups start as taken: what lies beyond the end of the last one stays so, and nobody gets it.
        freeInGroup = Arrays.copyOf(freeInGroup, groups);
        used = Arrays.copyOf(used, groups * WORDS_PER_GROUP);
        moreOwners = Arrays.copyOf(moreOwners, groups);
        Arrays.fill(used, oldGroups * WORDS_PER_GROUP, used.length, -1L);
        long oldBlockCount = blockCount;
        blockCount = newBlockCount;
        free(oldBlockCount, newBlockCount - oldBlockCount);
    }

    /**
     * Adds an owner to blocks that a word names, at open; throws {@link VolumeCorruptException} if one is a table or an
     * inode block, which nobody shares.
     */
    synchronized void claim(long first, long count) {
        for (long block = first; block < first + count; block++) {
            checkInside(block);
            if (!isUsed(block)) {
                take(block);
            } else if (exclusive.get((int) block)) {
                throw ownedTwice(block);
            } else {
                addOwner(block);
            }
        }
    }

    /** Marks blocks as owned, by one owner for good; throws {@link VolumeCorruptException} if one already is. */
    synchronized void claimExclusive(long first, long count) {
        for (long block = first; block < first + count; block++) {
            checkInside(block);
            if (isUsed(block)) {
                throw ownedTwice(block);
            }
            take(block);
            exclusive.set((int) block);
        }
    }

    /** Ends the time in which blocks are claimed. */
    synchronized void endClaims() {
        exclusive = null;
    }

    /** Adds an owner to each of some owned blocks. */
    synchronized void share(long first, long count) {
        for (long block = first; block < first + count; block++) {
            assert isUsed(block) : "sharing a free block: block=" + block;
            addOwner(block);
        }
    }

    /** Returns true if any of some owned blocks has more than one owner. */
    boolean isShared(long first, long count) {
        return sharedBlocks != 0 && ownersAreMore(first, count);
    }

    /** Returns how many owners a block has. */
    synchronized int ownerCount(long block) {
        int[] more = moreOwners[group(block)];
        return (isUsed(block) ? 1 : 0) + (more == null ? 0 : more[slot(block)]);
    }

    /** Returns a free block, or throws {@link NoSpaceException}. */
    synchronized long allocate() {
        int group = findGroup(smallHint, true);
        if (group < 0) {
            group = findGroup(smallHint, false);
        }
        if (group < 0) {
            throw new NoSpaceException("volume is full: needed=1 block, free=0, blockCount=" + blockCount);
        }
        smallHint = group;
        for (int word = group * WORDS_PER_GROUP; ; word++) {
            if (used[word] != -1L) {
                long block = (long) word * Long.SIZE + Long.numberOfTrailingZeros(~used[word]);
                take(block);
                return block;
            }
        }
    }

    /** Returns the first block of a wholly free, 2 MiB aligned group, or -1 if there is none. */
    synchronized long allocateHuge() {
        if (freeGroups == 0) {
            return -1;
        }
        for (int i = 0, group = hugeHint; i < freeInGroup.length; i++, group = next(group)) {
            if (freeInGroup[group] == VolumeLayout.HUGE_BLOCKS) {
                hugeHint = next(group);
                Arrays.fill(used, group * WORDS_PER_GROUP, (group + 1) * WORDS_PER_GROUP, -1L);
                freeInGroup[group] = 0;
                freeGroups--;
                freeBlocks -= VolumeLayout.HUGE_BLOCKS;
                return (long) group * VolumeLayout.HUGE_BLOCKS;
            }
        }
        throw new AssertionError("freeGroups=" + freeGroups + ", but no group is free");
    }

    /** Takes one owner away from each of some blocks; a block without owners is free. */
    synchronized void free(long first, long count) {
        for (long block = first; block < first + count; block++) {
            assert isUsed(block) : "double free: block=" + block;
            if (dropOwner(block)) {
                continue;
            }
            if (badBlocks.contains(block)) {
                quarantined.set((int) block);
                continue;
            }
            used[(int) (block / Long.SIZE)] &= ~(1L << block);
            freeBlocks++;
            if (++freeInGroup[group(block)] == VolumeLayout.HUGE_BLOCKS) {
                freeGroups++;
            }
        }
    }

    synchronized long freeBlocks() {
        return freeBlocks;
    }

    /** Returns the blocks that are neither owned nor free because the medium lost them. */
    synchronized BitSet quarantined() {
        return (BitSet) quarantined.clone();
    }

    synchronized long freeHugeBlocks() {
        return freeGroups;
    }

    private void addOwner(long block) {
        int group = group(block);
        if (moreOwners[group] == null) {
            moreOwners[group] = new int[VolumeLayout.HUGE_BLOCKS];
        }
        if (moreOwners[group][slot(block)]++ == 0) {
            sharedBlocks++;
        }
    }

    /** Takes an owner beyond the first away; returns false if there is none. */
    private boolean dropOwner(long block) {
        int[] more = moreOwners[group(block)];
        if (more == null || more[slot(block)] == 0) {
            return false;
        }
        if (--more[slot(block)] == 0) {
            sharedBlocks--;
        }
        return true;
    }

    private synchronized boolean ownersAreMore(long first, long count) {
        for (long block = first; block < first + count; block++) {
            int[] more = moreOwners[group(block)];
            if (more == null) {
                block |= VolumeLayout.HUGE_BLOCKS - 1;
            } else if (more[slot(block)] != 0) {
                return true;
            }
        }
        return false;
    }

    private void checkInside(long block) {
        if (block < 0 || block >= blockCount) {
            throw new VolumeCorruptException(
                    "block lies outside the volume: block=" + block + ", blockCount=" + blockCount);
        }
    }

    private VolumeCorruptException ownedTwice(long block) {
        return new VolumeCorruptException("block is owned twice: block=" + block + ", blockCount=" + blockCount);
    }

    private int findGroup(int from, boolean broken) {
        for (int i = 0, group = from; i < freeInGroup.length; i++, group = next(group)) {
            int free = freeInGroup[group];
            if (free > 0 && (!broken || free < VolumeLayout.HUGE_BLOCKS)) {
                return group;
            }
        }
        return -1;
    }

    private void take(long block) {
        used[(int) (block / Long.SIZE)] |= 1L << block;
        if (freeInGroup[group(block)]-- == VolumeLayout.HUGE_BLOCKS) {
            freeGroups--;
        }
        freeBlocks--;
    }

    private boolean isUsed(long block) {
        return (used[(int) (block / Long.SIZE)] & 1L << block) != 0;
    }

    private int next(int group) {
        return group + 1 == freeInGroup.length ? 0 : group + 1;
    }

    private static int slot(long block) {
        return (int) block & VolumeLayout.HUGE_BLOCKS - 1;
    }

    private static int group(long block) {
        return (int) (block / VolumeLayout.HUGE_BLOCKS);
    }
}
