package io.daxkv.storage.dax;

/**
 * What a run of indexes of a block map is to name from now on.
 *
 * @param index the first index
 * @param block the block it names; the next indexes name the next blocks
 * @param count indexes; 512 on a 2 MiB border makes one word of 2 MiB if nothing smaller is there
 * @param isUnwritten whether the blocks read as zero
 */
record MapRun(long index, long block, int count, boolean isUnwritten) {
    boolean isHuge() {
        return count == VolumeLayout.HUGE_BLOCKS
                && (index & VolumeLayout.HUGE_BLOCKS - 1) == 0
                && (block & VolumeLayout.HUGE_BLOCKS - 1) == 0;
    }
}
