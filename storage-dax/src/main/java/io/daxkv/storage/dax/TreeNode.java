package io.daxkv.storage.dax;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** 512 chunks (1 GiB of file) of a {@link MappingTree}, with one DIRTY bit each. */
class TreeNode {
    // Not final only for the faulty ones of the race tests and the model checker.
    static final int CHUNKS = 512;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    final long firstIndex;
    private final AtomicReferenceArray<TreeChunk> chunks = new AtomicReferenceArray<>(CHUNKS);
    final long[] dirty = new long[CHUNKS / Long.SIZE];

    TreeNode(long firstIndex) {
        this.firstIndex = firstIndex;
    }

    /** Returns the chunk that holds an index, or null if it was never needed. */
    TreeChunk chunk(long index) {
        return chunks.get(slot(index));
    }

    TreeChunk makeChunk(long index) {
        int slot = slot(index);
        TreeChunk chunk = chunks.get(slot);
        if (chunk == null) {
            TreeChunk made = newChunk(index & -VolumeLayout.HUGE_BLOCKS);
            chunk = chunks.compareAndSet(slot, null, made) ? made : chunks.get(slot);
        }
        return chunk;
    }

    TreeChunk newChunk(long first) {
        return new TreeChunk(this, first);
    }

    /** Marks a chunk DIRTY; called after its own mark is set. */
    void mark(ChunkMarks chunk) {
        int slot = slot(chunk.firstIndex);
        long bit = 1L << slot;
        if (((long) LONGS.getVolatile(dirty, slot >>> 6) & bit) == 0) {
            LONGS.getAndBitwiseOr(dirty, slot >>> 6, bit);
        }
    }

    /** Clears a chunk's DIRTY unless something in it is (again) dirty; for the one write-back that runs on the file. */
    void clearIfClean(TreeChunk chunk) {
        if (!chunk.isDirty()) {
            int slot = slot(chunk.firstIndex);
            LONGS.getAndBitwiseAnd(dirty, slot >>> 6, ~(1L << slot));
            if (chunk.isDirty()) {
                mark(chunk);
            }
        }
    }

    /** Returns the first chunk that ends after {@code index}, or null. */
    TreeChunk next(long index) {
        for (int slot = slotFrom(index); slot < CHUNKS; slot++) {
            TreeChunk chunk = chunks.get(slot);
            if (chunk != null) {
                return chunk;
            }
        }
        return null;
    }

    /** Forgets a clean chunk without entries; nobody else has it, nor a window that marks it. */
    void remove(TreeChunk chunk) {
        clearIfClean(chunk);
        chunks.compareAndSet(slot(chunk.firstIndex), chunk, null);
    }

    /** Returns the first DIRTY chunk that ends after {@code index}, or null. */
    TreeChunk nextDirty(long index) {
        int slot = slotFrom(index);
        for (int word = slot >>> 6; word < dirty.length; word++, slot = word << 6) {
            long bits = (long) LONGS.getVolatile(dirty, word) & -1L << slot;
            if (bits != 0) {
                return chunks.get((word << 6) + Long.numberOfTrailingZeros(bits));
            }
        }
        return null;
    }

    private int slotFrom(long index) {
        return index <= firstIndex ? 0 : (int) Math.min(CHUNKS, index - firstIndex >>> BlockMap.FANOUT_SHIFT);
    }

    private static int slot(long index) {
        return (int) (index >>> BlockMap.FANOUT_SHIFT) & CHUNKS - 1;
    }
}
