package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Builds the tables of a block map that nobody can reach yet, for whoever then makes it reachable by one word. A crash
 * before that leaves blocks that no map reaches, which are free ones.
 */
final class BlockMapBuilder {
    private static final int SHIFT = BlockMap.FANOUT_SHIFT;
    private static final int HUGE_LEVEL = 1;

    private final VolumeCore core;
    private final int rootLevel;
    private final List<Long> tables = new ArrayList<>();
    /** For each level the table being filled and which of its level it is, or -1. */
    private final long[] open = new long[BlockMap.LEVEL_MAX + 1];

    private final long[] number = new long[BlockMap.LEVEL_MAX + 1];

    /** Begins a map that reaches {@code indexCount} indexes. */
    BlockMapBuilder(VolumeCore core, long indexCount) {
        this.core = core;
        int level = HUGE_LEVEL;
        while (level < BlockMap.LEVEL_MAX && indexCount > 1L << SHIFT * (level + 1)) {
            level++;
        }
        this.rootLevel = level;
        Arrays.fill(number, -1);
    }

    /**
     * Adds a run of at most 512 indexes; runs come in ascending order.
     *
     * @throws NoSpaceException if there is no room for a table; {@link #discard} gives the others back
     */
    void add(MapRun run) {
        if (run.isHuge()) {
            put(run.index(), HUGE_LEVEL, MapWord.ofBlocks(run.block(), run.count(), run.isUnwritten()));
            return;
        }
        for (int i = 0; i < run.count(); i++) {
            put(run.index() + i, 0, MapWord.ofBlocks(run.block() + i, 1, run.isUnwritten()));
        }
    }

    /** Makes all tables durable; returns the root word that makes them a map, 0 for an empty one. */
    long finish() {
        tables.forEach(table -> core.pmem.flush(VolumeLayout.offsetOf(table), VolumeLayout.BLOCK_SIZE));
        core.drain();
        return tables.isEmpty() ? 0 : MapWord.ofRoot(open[rootLevel], rootLevel);
    }

    /** Gives the tables back. */
    void discard() {
        tables.forEach(table -> core.allocator.free(table, 1));
    }

    private void put(long index, int level, long word) {
        for (int at = rootLevel; at >= level; at--) {
            if (number[at] != index >>> SHIFT * (at + 1)) {
                openTable(index, at);
            }
        }
        CheckedWord.store(core.pmem, core.seed, MapTables.slot(open[level], level, index), word);
    }

    private void openTable(long index, int level) {
        long table = core.allocator.allocate();
        tables.add(table);
        core.pmem.zero(VolumeLayout.offsetOf(table), VolumeLayout.BLOCK_SIZE);
        open[level] = table;
        number[level] = index >>> SHIFT * (level + 1);
        if (level < rootLevel) {
            long parent = MapTables.slot(open[level + 1], level + 1, index);
            CheckedWord.store(core.pmem, core.seed, parent, MapWord.ofTable(table));
        }
    }
}
