package io.daxkv.storage.dax;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Which blocks are free, in DRAM only: rebuilt at open from the block maps, so it cannot disagree with them. Single
 * blocks come from groups (2 MiB) already broken; a whole group is broken only when no other has room, which keeps huge
 * blocks available.
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
        claim(0, VolumeLayout.FIRST_FREE_BLOCK);
    }

    /** Adds the blocks from the present end to {@code newBlockCount}, free. */
    synchronized void grow(long newBlockCount) {
        int oldGroups = freeInGroup.length;
        int groups = Math.toIntExact((newBlockCount + VolumeLayout.HUGE_BLOCKS - 1) / VolumeLayout.HUGE_BLOCKS);
        // New groups start as taken: what lies beyond the end of the last one stays so, and nobody gets it.
        freeInGroup = Arrays.copyOf(freeInGroup, groups);
        used = Arrays.copyOf(used, groups * WORDS_PER_GROUP);
        Arrays.fill(used, oldGroups * WORDS_PER_GROUP, used.length, -1L);
        long oldBlockCount = blockCount;
        blockCount = newBlockCount;
        free(oldBlockCount, newBlockCount - oldBlockCount);
    }

    /** Marks blocks found in a block map as owned; throws {@link VolumeCorruptException} if one already is. */
    synchronized void claim(long first, long count) {
        for (long block = first; block < first + count; block++) {
            if (block < 0 || block >= blockCount || isUsed(block)) {
                throw new VolumeCorruptException("block is owned twice or lies outside the volume: block=" + block
                        + ", blockCount=" + blockCount);
            }
            take(block);
        }
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

    synchronized void free(long first, long count) {
        for (long block = first; block < first + count; block++) {
            assert isUsed(block) : "double free: block=" + block;
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

    private static int group(long block) {
        return (int) (block / VolumeLayout.HUGE_BLOCKS);
    }
}
