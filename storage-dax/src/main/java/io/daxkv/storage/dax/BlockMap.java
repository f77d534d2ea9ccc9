package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.CacheLine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The durable map of one file from index to block: a radix tree of 4 KiB tables with 512 words each, nine index bits a
 * level, like a page table. Its height grows with the file. A word of a level-1 table may map a 2 MiB block instead of
 * naming a table.
 *
 * <pre>
 *  payload of a word (in a {@link CheckedWord})
 *  47   45 44 42   41     40   39                         0
 *  +------+-----+------+------+---------------------------+
 *  |  -   |LEVEL| HUGE |TABLE |          block            |      0 = hole
 *  +------+-----+------+------+---------------------------+
 *  LEVEL  root word only: level of the table it names, 0..3
 *  HUGE   maps 512 blocks from this one on (level 1 only)
 *  TABLE  names a table of the next level down
 * </pre>
 *
 * <p><b>Durability.</b> Every change is durable on return. A crash inside one leaves each word old or new, and either
 * is right: a table is durably zero before a word names it, a block is durably zeroed (in an ordinary file) before a
 * word maps it (D6), and a block whose word did not survive is simply free.
 *
 * <p><b>Threads.</b> Lookups are lock-free; tables are never freed while the file is open. Changes hold this monitor,
 * the extent lock of the lock order.
 */
final class BlockMap {
    static final int FANOUT_SHIFT = 9;
    static final int FANOUT = 1 << FANOUT_SHIFT;
    static final int LEVEL_MAX = 3;
    /** How many indexes a map can hold: 2^36 blocks, 256 TiB. */
    static final long INDEX_COUNT = 1L << FANOUT_SHIFT * (LEVEL_MAX + 1);

    private static final long BLOCK_MASK = (1L << 40) - 1;
    private static final long TABLE = 1L << 40;
    private static final long HUGE = 1L << 41;
    private static final int LEVEL_SHIFT = 42;
    private static final long LEVEL_MASK = 7L;

    private final VolumeCore core;
    private final long rootOffset;
    private final boolean zeroesNewBlocks;

    /** Opens the map whose root word lies at {@code rootOffset} of the arena. */
    BlockMap(VolumeCore core, long rootOffset, DaxFileKind kind) {
        this.core = core;
        this.rootOffset = rootOffset;
        this.zeroesNewBlocks = kind == DaxFileKind.ORDINARY;
    }

    /** Receives what {@link #walk} meets, in ascending order. */
    interface Visitor {
        /** {@code count} (1 or 512) blocks from {@code block} on are mapped from {@code index} on by one word. */
        void mapped(long index, long block, int count, long wordOffset);

        /** A table of the map. */
        default void table(long block) {}
    }

    /** A block found free for {@code count} indexes from {@code index} on. */
    private record Grant(long index, long block, int count) {}

    /** Returns the unlocked {@link MappingEntry} for an index, or {@link MappingEntry#NONE} for a hole. */
    long lookup(long index) {
        long root = word(rootOffset);
        int level = level(root);
        if (root == 0 || index >>> FANOUT_SHIFT * (level + 1) != 0) {
            return MappingEntry.NONE;
        }
        for (long table = root & BLOCK_MASK; ; level--) {
            long word = word(slot(table, level, index));
            if (word == 0) {
                return MappingEntry.NONE;
            }
            if (level == 0 || (word & HUGE) != 0) {
                return MappingEntry.ofBlock(word & BLOCK_MASK, level != 0);
            }
            table = word & BLOCK_MASK;
        }
    }

    /**
     * Gives every hole of {@code [first, first + count)} a block, durably; returns true if there was one. Uses 2 MiB
     * blocks for aligned runs that have no smaller ones yet.
     *
     * @throws NoSpaceException if the volume is full; no index of the range changed then
     */
    synchronized boolean mapHoles(long first, long count) {
        List<Grant> grants = grantHoles(first, first + count);
        if (grants.isEmpty()) {
            return false;
        }
        long[] words = new long[grants.size()];
        try {
            // 1. Tables and zeroes, durable before any word makes them reachable: else a crash could show a hole's
            //    reader what the block held in its former life (S42).
            for (int i = 0; i < words.length; i++) {
                Grant grant = grants.get(i);
                words[i] = slotFor(grant.index, grant.count == 1 ? 0 : 1);
                if (zeroesNewBlocks) {
                    long size = (long) grant.count << VolumeLayout.BLOCK_SHIFT;
                    core.pmem.zero(VolumeLayout.offsetOf(grant.block), size);
                    core.pmem.flush(VolumeLayout.offsetOf(grant.block), size);
                }
            }
        } catch (NoSpaceException e) {
            grants.forEach(grant -> core.allocator.free(grant.block, grant.count));
            throw e;
        } finally {
            core.drain();
        }
        // 2. The words, any subset of which may survive a crash.
        for (int i = 0; i < words.length; i++) {
            Grant grant = grants.get(i);
            store(words[i], grant.block | (grant.count == 1 ? 0 : HUGE));
        }
        flushWords(words, words.length);
        core.drain();
        return true;
    }

    /**
     * Turns whole indexes into holes, durably, and returns the freed runs as pairs (block, count). The caller frees
     * them once no window can reach them.
     */
    synchronized List<long[]> unmap(long first, long count) {
        long end = first + count;
        split(first, end);
        List<long[]> freed = new ArrayList<>();
        long[] words = new long[Math.toIntExact(Math.min(count, countWords(first, end)))];
        int[] wordCount = {0};
        walk(first, end, (index, block, blocks, wordOffset) -> {
            freed.add(new long[] {block, blocks});
            words[wordCount[0]++] = wordOffset;
        });
        for (int i = 0; i < wordCount[0]; i++) {
            store(words[i], 0);
        }
        flushWords(words, wordCount[0]);
        core.drain();
        return freed;
    }

    /**
     * Sees to it that no 2 MiB block lies across {@code first} or {@code end}, so that {@link #unmap} of what is
     * between them needs no space. The same blocks stay mapped.
     *
     * @throws NoSpaceException if the volume has no room for the tables that takes; nothing changed then
     */
    synchronized void split(long first, long end) {
        boolean splitsFirst = isInsideHuge(first);
        boolean splitsEnd = isInsideHuge(end) && !(splitsFirst && (first & -FANOUT) == (end & -FANOUT));
        long tableOfFirst = splitsFirst ? core.allocator.allocate() : 0;
        if (splitsEnd) {
            try {
                splitHugeAt(end, core.allocator.allocate());
            } catch (NoSpaceException e) {
                if (splitsFirst) {
                    core.allocator.free(tableOfFirst, 1);
                }
                throw e;
            }
        }
        if (splitsFirst) {
            splitHugeAt(first, tableOfFirst);
        }
    }

    /** Visits every table and every mapped run that meets {@code [first, end)}; the runs are not clipped. */
    void walk(long first, long end, Visitor visitor) {
        long root = word(rootOffset);
        if (root != 0 && first < end) {
            walk(root & BLOCK_MASK, level(root), 0, first, end, visitor);
        }
    }

    private void walk(long table, int level, long base, long first, long end, Visitor visitor) {
        visitor.table(table);
        long span = 1L << FANOUT_SHIFT * level;
        int from = (int) Math.min(FANOUT, Math.max(0, first - base >> FANOUT_SHIFT * level));
        for (int i = from; i < FANOUT && base + i * span < end; i++) {
            long offset = VolumeLayout.offsetOf(table) + (long) i * Long.BYTES;
            long word = word(offset);
            long index = base + i * span;
            if (word == 0) {
                continue;
            }
            if (level == 0) {
                visitor.mapped(index, word & BLOCK_MASK, 1, offset);
            } else if ((word & HUGE) != 0) {
                visitor.mapped(index, word & BLOCK_MASK, FANOUT, offset);
            } else {
                walk(word & BLOCK_MASK, level - 1, index, first, end, visitor);
            }
        }
    }

    private long countWords(long first, long end) {
        long[] words = {0};
        walk(first, end, (index, block, count, wordOffset) -> words[0]++);
        return words[0];
    }

    private List<Grant> grantHoles(long first, long end) {
        if (first < 0 || end > INDEX_COUNT) {
            throw new NoSpaceException("file would outgrow its block map: end=" + end + ", indexCount=" + INDEX_COUNT);
        }
        List<Grant> grants = new ArrayList<>();
        try {
            for (long index = first; index < end; ) {
                long entry = lookup(index);
                if (entry != MappingEntry.NONE) {
                    index = MappingEntry.isHuge(entry) ? (index | FANOUT - 1) + 1 : index + 1;
                    continue;
                }
                long huge = isHugeHole(index, end) ? core.allocator.allocateHuge() : -1;
                Grant grant =
                        huge >= 0 ? new Grant(index, huge, FANOUT) : new Grant(index, core.allocator.allocate(), 1);
                grants.add(grant);
                index += grant.count;
            }
        } catch (NoSpaceException e) {
            grants.forEach(grant -> core.allocator.free(grant.block, grant.count));
            throw e;
        }
        return grants;
    }

    private boolean isHugeHole(long index, long end) {
        return (index & FANOUT - 1) == 0 && end - index >= FANOUT && isHugeHole(index);
    }

    /** Returns true if no word of the 2 MiB around an index was ever needed, so that all of it is a hole. */
    boolean isHugeHole(long index) {
        long root = word(rootOffset);
        int level = level(root);
        if (root == 0 || index >>> FANOUT_SHIFT * (level + 1) != 0) {
            return true;
        }
        for (long table = root & BLOCK_MASK; level > 0; level--) {
            long word = word(slot(table, level, index));
            if (word == 0) {
                return true;
            }
            table = word & BLOCK_MASK;
        }
        return false;
    }

    /** Returns the arena offset of the word of {@code level} for an index, making the tables above it, each durable. */
    private long slotFor(long index, int level) {
        growTo(index, level);
        long root = word(rootOffset);
        long table = root & BLOCK_MASK;
        for (int at = level(root); at > level; at--) {
            long offset = slot(table, at, index);
            long word = word(offset);
            assert (word & HUGE) == 0 : "a huge block lies in the way: index=" + index;
            if (word == 0) {
                word = newTable() | TABLE;
                core.drain();
                store(offset, word);
                core.pmem.flush(offset, Long.BYTES);
            }
            table = word & BLOCK_MASK;
        }
        return slot(table, level, index);
    }

    private void growTo(long index, int levelNeeded) {
        long root = word(rootOffset);
        int level = level(root);
        if (root == 0) {
            level = levelNeeded;
            while (index >>> FANOUT_SHIFT * (level + 1) != 0) {
                level++;
            }
            setRoot(newTable(), level);
            return;
        }
        while (level < levelNeeded || index >>> FANOUT_SHIFT * (level + 1) != 0) {
            long table = newTable();
            store(VolumeLayout.offsetOf(table), root & BLOCK_MASK | TABLE);
            core.pmem.flush(VolumeLayout.offsetOf(table), Long.BYTES);
            setRoot(table, ++level);
            root = word(rootOffset);
        }
    }

    private void setRoot(long table, int level) {
        core.drain();
        store(rootOffset, table | TABLE | (long) level << LEVEL_SHIFT);
        core.pmem.flush(rootOffset, Long.BYTES);
    }

    /** Returns a zeroed table, flushed but not drained. */
    private long newTable() {
        long block = core.allocator.allocate();
        core.pmem.zero(VolumeLayout.offsetOf(block), VolumeLayout.BLOCK_SIZE);
        core.pmem.flush(VolumeLayout.offsetOf(block), VolumeLayout.BLOCK_SIZE);
        return block;
    }

    private boolean isInsideHuge(long index) {
        return (index & FANOUT - 1) != 0 && MappingEntry.isHuge(lookup(index));
    }

    /** Maps the blocks of the 2 MiB block that holds {@code index} by a table of their own, durably. */
    private void splitHugeAt(long index, long table) {
        long base = index & -FANOUT;
        long first = MappingEntry.blockAt(lookup(base), base);
        for (int i = 0; i < FANOUT; i++) {
            store(slot(table, 0, i), first + i);
        }
        core.flushAndDrain(VolumeLayout.offsetOf(table), VolumeLayout.BLOCK_SIZE);
        long offset = slotFor(base, 1);
        store(offset, table | TABLE);
        core.flushAndDrain(offset, Long.BYTES);
    }

    /**
     * Flushes the lines of words, each line once, and sorts the words for it: those of 2 MiB blocks lie in another
     * table than those of single blocks between them.
     */
    private void flushWords(long[] words, int count) {
        Arrays.sort(words, 0, count);
        long from = -1;
        long to = -1;
        for (int i = 0; i < count; i++) {
            // A word in the line the run ends in belongs to the run, or that line would be flushed twice.
            if (words[i] < to || CacheLine.floor(words[i]) > to) {
                flushRun(from, to);
                from = words[i];
            }
            to = words[i] + Long.BYTES;
        }
        flushRun(from, to);
    }

    private void flushRun(long from, long to) {
        if (from >= 0) {
            core.pmem.flush(from, to - from);
        }
    }

    private static long slot(long table, int level, long index) {
        return VolumeLayout.offsetOf(table) + (index >>> FANOUT_SHIFT * level & FANOUT - 1) * Long.BYTES;
    }

    private static int level(long root) {
        return (int) (root >>> LEVEL_SHIFT & LEVEL_MASK);
    }

    private long word(long offset) {
        return CheckedWord.load(core.pmem, core.seed, offset);
    }

    private void store(long offset, long payload) {
        CheckedWord.store(core.pmem, core.seed, offset, payload);
    }
}
