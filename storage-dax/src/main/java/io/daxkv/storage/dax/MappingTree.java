package io.daxkv.storage.dax;

import java.util.Arrays;

/**
 * The DRAM index of one file that both paths share: for each index the {@link MappingEntry} that says what it maps to,
 * the marks DIRTY and TOWRITE, and a mask of dirty lines. A radix tree: nodes of 1 GiB, chunks of 2 MiB. DIRTY
 * propagates up, so write-back visits dirty chunks only, whatever the size of the file.
 *
 * <p><b>Threads.</b> Safe for many threads. Nodes, once made, live as long as the tree; chunks until {@link #remove}.
 *
 * <p>The kernel keeps the same in {@code address_space.i_pages}; the line masks are ours, and so is that the IO path
 * sets them too.
 */
class MappingTree {
    // Not final only for the faulty ones of the race tests and the model checker.
    private static final int NODE_SHIFT = 2 * BlockMap.FANOUT_SHIFT;

    private volatile TreeNode[] nodes = new TreeNode[0];

    /** Returns the chunk of an index, or null if nothing there was ever touched. */
    TreeChunk chunk(long index) {
        TreeNode[] current = nodes;
        int node = (int) (index >>> NODE_SHIFT);
        return node < current.length && current[node] != null ? current[node].chunk(index) : null;
    }

    TreeChunk makeChunk(long index) {
        TreeChunk chunk = chunk(index);
        return chunk != null ? chunk : makeNode((int) (index >>> NODE_SHIFT)).makeChunk(index);
    }

    /** Marks the lines of a range of file bytes dirty. Every page of it must have an entry with a block. */
    void mark(long fileOffset, long length) {
        for (long at = fileOffset, end = fileOffset + length; at < end; ) {
            long index = VolumeLayout.indexOf(at);
            int inBlock = (int) (at & VolumeLayout.BLOCK_SIZE - 1);
            int count = (int) Math.min(VolumeLayout.BLOCK_SIZE - inBlock, end - at);
            makeChunk(index).mark(index, LineMask.of(inBlock, count));
            at += count;
        }
    }

    /** Replaces hole entries of a range that got blocks; returns true if there was one, so windows may still map it. */
    boolean removeHoles(long first, long count) {
        boolean any = false;
        for (long index = first, end = first + count; index < end; ) {
            TreeChunk chunk = chunk(index);
            if (chunk == null || !chunk.hasEntries()) {
                index = (index | VolumeLayout.HUGE_BLOCKS - 1) + 1;
            } else {
                any |= chunk.removeHole(index++);
            }
        }
        return any;
    }

    /** Makes sure that an index has an entry for its block, so that its lines may be marked. */
    void install(long index, long mapping) {
        TreeChunk chunk = makeChunk(index);
        if (MappingEntry.hasBlock(chunk.entryAt(index))) {
            return;
        }
        boolean huge = MappingEntry.isHuge(mapping);
        long entry = chunk.grab(index, huge);
        if (entry == TreeChunk.CONFLICT) {
            huge = false;
            entry = chunk.grab(index, false);
        }
        chunk.put(
                index,
                MappingEntry.hasBlock(entry)
                        ? entry
                        : huge ? mapping : MappingEntry.ofBlock(MappingEntry.blockAt(mapping, index), false));
    }

    /** Forgets entries and marks of whole indexes whose data is being destroyed, and of no others (D1, R24). */
    void destroy(long first, long count) {
        long end = Math.min(first + count, (long) nodes.length << NODE_SHIFT);
        for (long index = first; index < end; ) {
            TreeChunk chunk = chunk(index);
            boolean whole = (index & VolumeLayout.HUGE_BLOCKS - 1) == 0 && end - index >= VolumeLayout.HUGE_BLOCKS;
            if (chunk == null || whole) {
                if (chunk != null) {
                    chunk.destroyAll();
                }
                index = (index | VolumeLayout.HUGE_BLOCKS - 1) + 1;
            } else {
                chunk.destroy(index++);
            }
        }
    }

    /** Forgets the clean entries of every 2 MiB that a range meets; no window translates any of it. */
    void dropClean(long first, long count) {
        long end = Math.min(first + count, (long) nodes.length << NODE_SHIFT);
        for (long index = first & -VolumeLayout.HUGE_BLOCKS; index < end; index += VolumeLayout.HUGE_BLOCKS) {
            TreeChunk chunk = chunk(index);
            if (chunk != null) {
                chunk.dropClean();
            }
        }
    }

    /** Returns the first chunk with DIRTY indexes that ends after {@code index}, or null. */
    TreeChunk nextDirtyChunk(long index) {
        TreeNode[] current = nodes;
        for (int node = (int) Math.min(index >>> NODE_SHIFT, current.length); node < current.length; node++) {
            TreeChunk chunk = current[node] == null ? null : current[node].nextDirty(index);
            if (chunk != null) {
                return chunk;
            }
        }
        return null;
    }

    /** Returns the first chunk that ends after {@code index}, dirty or not, or null. */
    TreeChunk nextChunk(long index) {
        TreeNode[] current = nodes;
        for (int node = (int) Math.min(index >>> NODE_SHIFT, current.length); node < current.length; node++) {
            TreeChunk chunk = current[node] == null ? null : current[node].next(index);
            if (chunk != null) {
                return chunk;
            }
        }
        return null;
    }

    /** Forgets a clean chunk without entries; nobody else has it, nor a window that marks it. */
    void remove(TreeChunk chunk) {
        nodes[(int) (chunk.firstIndex >>> NODE_SHIFT)].remove(chunk);
    }

    void clearIfClean(TreeChunk chunk) {
        nodes[(int) (chunk.firstIndex >>> NODE_SHIFT)].clearIfClean(chunk);
    }

    long dirtyLineCount() {
        long lines = 0;
        for (TreeChunk chunk = nextDirtyChunk(0); chunk != null; ) {
            lines += chunk.dirtyLineCount();
            chunk = nextDirtyChunk(chunk.firstIndex + VolumeLayout.HUGE_BLOCKS);
        }
        return lines;
    }

    TreeNode newNode(long first) {
        return new TreeNode(first);
    }

    private synchronized TreeNode makeNode(int node) {
        TreeNode[] current = nodes;
        if (node < current.length && current[node] != null) {
            return current[node];
        }
        TreeNode[] grown = Arrays.copyOf(current, Math.max(current.length, node + 1));
        grown[node] = newNode((long) node << NODE_SHIFT);
        nodes = grown;
        return grown[node];
    }
}
