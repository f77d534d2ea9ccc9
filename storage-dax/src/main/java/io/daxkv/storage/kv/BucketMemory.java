package io.daxkv.storage.kv;

import io.daxkv.storage.pmem.DramRegion;
import java.util.Arrays;

/**
 * Off-heap blocks of 16 buckets for the {@link HashIndex}, cut from slabs and kept for reuse until the index is closed:
 * a reader that lost a race reads old bytes, never freed memory, and its version check tells it so.
 *
 * <p><b>Threads.</b> Blocks are allocated and recycled by the single writer; any thread reads.
 */
final class BucketMemory implements AutoCloseable {
    static final int BUCKET_SIZE = 64;
    static final int BUCKETS_PER_BLOCK = 16;
    static final int BLOCK_SIZE = BUCKET_SIZE * BUCKETS_PER_BLOCK;

    /** Blocks of a slab: 256 KiB, small enough that an empty store stays small, large enough to align for nothing. */
    private static final int BLOCKS_PER_SLAB = 256;

    private DramRegion[] slabs = new DramRegion[0];
    private int[] freeBlocks = new int[64];
    private int freeCount;
    private int allocatedCount;

    /** Returns the number of a zeroed block. */
    int allocate() {
        if (freeCount == 0) {
            addSlab();
        }
        int block = freeBlocks[--freeCount];
        slab(block).zero(offset(block), BLOCK_SIZE);
        allocatedCount++;
        return block;
    }

    void recycle(int block) {
        if (freeCount == freeBlocks.length) {
            freeBlocks = Arrays.copyOf(freeBlocks, 2 * freeCount);
        }
        freeBlocks[freeCount++] = block;
        allocatedCount--;
    }

    DramRegion slab(int block) {
        return slabs[block / BLOCKS_PER_SLAB];
    }

    static long offset(int block) {
        return (long) (block % BLOCKS_PER_SLAB) * BLOCK_SIZE;
    }

    /** Returns the bytes taken from the machine, blocks kept for reuse included. */
    long size() {
        return (long) slabs.length * BLOCKS_PER_SLAB * BLOCK_SIZE;
    }

    int allocatedCount() {
        return allocatedCount;
    }

    @Override
    public void close() {
        for (DramRegion slab : slabs) {
            slab.close();
        }
    }

    private void addSlab() {
        int first = slabs.length * BLOCKS_PER_SLAB;
        DramRegion[] more = Arrays.copyOf(slabs, slabs.length + 1);
        more[slabs.length] = DramRegion.allocate((long) BLOCKS_PER_SLAB * BLOCK_SIZE);
        slabs = more;
        if (freeBlocks.length < BLOCKS_PER_SLAB) {
            freeBlocks = Arrays.copyOf(freeBlocks, BLOCKS_PER_SLAB);
        }
        for (int i = BLOCKS_PER_SLAB - 1; i >= 0; i--) {
            freeBlocks[freeCount++] = first + i;
        }
    }
}
