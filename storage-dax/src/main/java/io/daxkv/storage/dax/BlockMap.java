package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.List;

/**
 * The durable map of one file from index to block: a radix tree of 4 KiB tables with 512 words each, nine index bits a
 * level, like a page table. Its height grows with the file. A word of a level-1 table may map a 2 MiB block instead of
 * naming a table. Words are laid out in {@link MapWord}. Several words, of one file or of many, may name one block.
 *
 * <p><b>Durability.</b> Every change is durable on return. A crash inside one leaves each word old or new, and either
 * is right: a table is durably zero before a word names it, a block is durably zeroed (in an ordinary file) before a
 * word maps it as written (D6), and a block whose word did not survive is simply free.
 *
 * <p><b>Threads.</b> Lookups take no lock here, but tables go away when a range is collapsed or inserted: whoever looks
 * up holds the io or the invalidate lock of the file, shared. Changes hold this monitor, the extent lock of the lock
 * order.
 */
class BlockMap {
    static final int FANOUT_SHIFT = 9;
    static final int FANOUT = 1 << FANOUT_SHIFT;
    static final int LEVEL_MAX = 3;
    /** How many indexes a map can hold: 2^36 blocks, 256 TiB. */
    static final long INDEX_COUNT = 1L << FANOUT_SHIFT * (LEVEL_MAX + 1);

    final VolumeCore core;
    private final MapTables tables;
    private final boolean zeroesNewBlocks;

    /** Opens the map whose root word lies at {@code rootOffset} of the arena. */
    BlockMap(VolumeCore core, long rootOffset, DaxFileKind kind) {
        this.core = core;
        this.tables = new MapTables(core, rootOffset);
        this.zeroesNewBlocks = kind == DaxFileKind.ORDINARY;
    }

    /** Receives what {@link #walk} meets, in ascending order. */
    interface Visitor {
        /** {@code count} (1 or 512) blocks from {@code block} on are mapped from {@code index} on by one word. */
        void mapped(long index, long block, int count, long wordOffset);

        /** The same for blocks that read as zero. */
        default void unwritten(long index, long block, int count, long wordOffset) {
            mapped(index, block, count, wordOffset);
        }

        /** A table of the map. */
        default void table(long block) {}
    }

    /**
     * Returns the unlocked {@link MappingEntry} for an index, which may be an unwritten one, or
     * {@link MappingEntry#NONE} for a hole.
     */
    long lookup(long index) {
        long word = tables.leaf(index);
        return word == 0 ? MappingEntry.NONE : MapWord.entry(word);
    }

    /**
     * Gives every hole of {@code [first, first + count)} a block to be written, durably; returns true if there was one.
     * Uses 2 MiB blocks for aligned runs that have no smaller ones yet.
     *
     * @throws NoSpaceException if the volume is full; no index of the range changed then
     */
    synchronized boolean mapHoles(long first, long count) {
        return fillHoles(first, count, false);
    }

    /** Gives every hole of a range an unwritten block, durably; what the file reads does not change. */
    synchronized boolean reserveHoles(long first, long count) {
        return fillHoles(first, count, true);
    }

    /** Zeroes and flushes new blocks, which nobody can reach yet. */
    void zeroBlocks(long block, int count) {
        long size = (long) count << VolumeLayout.BLOCK_SHIFT;
        core.pmem.zero(VolumeLayout.offsetOf(block), size);
        core.pmem.flush(VolumeLayout.offsetOf(block), size);
    }

    private boolean fillHoles(long first, long count, boolean unwritten) {
        List<MapRun> grants = grantHoles(first, first + count, unwritten);
        if (grants.isEmpty()) {
            return false;
        }
        WordBatch words = new WordBatch(core);
        try {
            // 1. Tables and zeroes, durable before any word makes them reachable: else a crash could show a hole's
            //    reader what the block held in its former life (S42).
            for (MapRun grant : grants) {
                words.put(tables.slotFor(grant.index(), grant.count() == 1 ? 0 : 1), wordOf(grant));
                if (zeroesNewBlocks && !unwritten) {
                    zeroBlocks(grant.block(), grant.count());
                }
            }
        } catch (NoSpaceException e) {
            grants.forEach(grant -> core.allocator.free(grant.block(), grant.count()));
            throw e;
        } finally {
            core.drain();
        }
        // 2. The words, any subset of which may survive a crash.
        words.persist();
        return true;
    }

    /**
     * Makes the unwritten block of an index a written one full of zeroes, durably, all of it if it is a 2 MiB block:
     * that needs no space, which was promised when it was reserved. Returns false if somebody did already.
     */
    synchronized boolean writeReserved(long index) {
        long wordOffset = tables.leafOffset(index);
        long word = wordOffset < 0 ? 0 : tables.word(wordOffset);
        // Looked up again under the monitor: of two faults on one 2 MiB block the second must not zero what the first
        // one's window has stored since (S08).
        if (!MapWord.isUnwritten(word)) {
            return false;
        }
        // Zeroes, durable, then the word: else a crash could show the block's former life (S42).
        zeroBlocks(MapWord.block(word), MapWord.isHuge(word) ? FANOUT : 1);
        core.drain();
        tables.store(wordOffset, word & ~MapWord.UNWRITTEN);
        core.flushAndDrain(wordOffset, Long.BYTES);
        return true;
    }

    /** Makes an index that has a word of its own name another block, durably. */
    synchronized void replace(long index, long block) {
        long wordOffset = tables.leafOffset(index);
        assert wordOffset >= 0 && !MapWord.isHuge(tables.word(wordOffset)) : "index=" + index;
        tables.store(wordOffset, block);
        core.flushAndDrain(wordOffset, Long.BYTES);
    }

    /**
     * Makes the tables that {@link #remap} with the same arguments will need; what the map says stays the same.
     *
     * @throws NoSpaceException if the volume has no room for them
     */
    synchronized void makeRoom(long first, long count, List<MapRun> runs) {
        split(first, first + count);
        for (MapRun run : runs) {
            if (isOneHugeWord(run)) {
                tables.slotFor(run.index(), 1);
            } else {
                for (int i = 0; i < run.count(); i++) {
                    splitHugeOver(run.index() + i);
                    tables.slotFor(run.index() + i, 0);
                }
            }
        }
        core.drain();
    }

    /**
     * Makes the indexes of a range name the blocks of {@code runs}, and nothing where there is no run, durably; each
     * word is old or new after a crash. Returns what the range named before as pairs (block, count), which the caller
     * frees. {@link #makeRoom} came before.
     */
    synchronized List<long[]> remap(long first, long count, List<MapRun> runs) {
        List<long[]> before = new ArrayList<>();
        WordBatch words = new WordBatch(core);
        walk(first, first + count, (index, block, blocks, wordOffset) -> {
            before.add(new long[] {block, blocks});
            words.put(wordOffset, 0);
        });
        for (MapRun run : runs) {
            if (isOneHugeWord(run)) {
                words.put(tables.slotFor(run.index(), 1), wordOf(run));
            } else {
                for (int i = 0; i < run.count(); i++) {
                    long word = MapWord.ofBlocks(run.block() + i, 1, run.isUnwritten());
                    words.put(tables.slotFor(run.index() + i, 0), word);
                }
            }
        }
        words.persist();
        return before;
    }

    /**
     * Turns whole indexes into holes, durably, and returns the freed runs as pairs (block, count). The caller frees
     * them once no window can reach them.
     */
    synchronized List<long[]> unmap(long first, long count) {
        split(first, first + count);
        return remap(first, count, List.of());
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
        tables.walk(first, end, visitor);
    }

    private List<MapRun> grantHoles(long first, long end, boolean unwritten) {
        if (first < 0 || end > INDEX_COUNT) {
            throw new NoSpaceException("file would outgrow its block map: end=" + end + ", indexCount=" + INDEX_COUNT);
        }
        List<MapRun> grants = new ArrayList<>();
        try {
            for (long index = first; index < end; ) {
                long entry = lookup(index);
                if (entry != MappingEntry.NONE) {
                    index = MappingEntry.isHuge(entry) ? (index | FANOUT - 1) + 1 : index + 1;
                    continue;
                }
                long huge = isHugeHole(index, end) ? core.allocator.allocateHuge() : -1;
                MapRun grant = huge >= 0
                        ? new MapRun(index, huge, FANOUT, unwritten)
                        : new MapRun(index, core.allocator.allocate(), 1, unwritten);
                grants.add(grant);
                index += grant.count();
            }
        } catch (NoSpaceException e) {
            grants.forEach(grant -> core.allocator.free(grant.block(), grant.count()));
            throw e;
        }
        return grants;
    }

    private boolean isHugeHole(long index, long end) {
        return (index & FANOUT - 1) == 0 && end - index >= FANOUT && tables.hugeWord(index) == 0;
    }

    /** Returns true if the 2 MiB around an index read as zero as a whole: one hole, or one unwritten block. */
    boolean isHugeHole(long index) {
        long word = tables.hugeWord(index);
        return word == 0 || MapWord.isUnwritten(word) && !MapWord.isTable(word);
    }

    /** Returns true if a run becomes one word of 2 MiB: it is one, and no table of single words is in the way. */
    private boolean isOneHugeWord(MapRun run) {
        return run.isHuge() && !MapWord.isTable(tables.hugeWord(run.index()));
    }

    private static long wordOf(MapRun run) {
        return MapWord.ofBlocks(run.block(), run.count(), run.isUnwritten());
    }

    private boolean isInsideHuge(long index) {
        return (index & FANOUT - 1) != 0 && MappingEntry.isHuge(lookup(index));
    }

    /** As {@link #split} for the 2 MiB block, if there is one, that an index lies in. */
    private void splitHugeOver(long index) {
        if (MappingEntry.isHuge(lookup(index))) {
            splitHugeAt(index, core.allocator.allocate());
        }
    }

    /** Maps the blocks of the 2 MiB block that holds {@code index} by a table of their own, durably. */
    private void splitHugeAt(long index, long table) {
        long base = index & -FANOUT;
        long offset = tables.leafOffset(base);
        long word = tables.word(offset);
        for (int i = 0; i < FANOUT; i++) {
            tables.store(
                    MapTables.slot(table, 0, i),
                    MapWord.ofBlocks(MapWord.block(word) + i, 1, MapWord.isUnwritten(word)));
        }
        core.flushAndDrain(VolumeLayout.offsetOf(table), VolumeLayout.BLOCK_SIZE);
        tables.store(offset, MapWord.ofTable(table));
        core.flushAndDrain(offset, Long.BYTES);
    }
}
