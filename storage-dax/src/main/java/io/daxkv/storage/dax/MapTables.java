package io.daxkv.storage.dax;

/**
 * The tables of one {@link BlockMap}: finding words, going through them, making tables. Which word may change when is
 * the map's concern.
 */
final class MapTables {
    private static final int FANOUT_SHIFT = BlockMap.FANOUT_SHIFT;
    private static final int FANOUT = BlockMap.FANOUT;

    private final VolumeCore core;
    private final long rootOffset;

    /** Opens the tables whose root word lies at {@code rootOffset} of the arena. */
    MapTables(VolumeCore core, long rootOffset) {
        this.core = core;
        this.rootOffset = rootOffset;
    }

    /** Returns the word that maps an index, or 0 in a hole. */
    long leaf(long index) {
        long root = word(rootOffset);
        int level = MapWord.level(root);
        if (root == 0 || index >>> FANOUT_SHIFT * (level + 1) != 0) {
            return 0;
        }
        for (long table = MapWord.block(root); ; level--) {
            long word = word(slot(table, level, index));
            if (word == 0) {
                return 0;
            }
            if (level == 0 || MapWord.isHuge(word)) {
                return word;
            }
            table = MapWord.block(word);
        }
    }

    /** Returns the arena offset of the word that maps an index, or -1 in a hole. */
    long leafOffset(long index) {
        long root = word(rootOffset);
        int level = MapWord.level(root);
        if (root == 0 || index >>> FANOUT_SHIFT * (level + 1) != 0) {
            return -1;
        }
        for (long table = MapWord.block(root); ; level--) {
            long offset = slot(table, level, index);
            long word = word(offset);
            if (word == 0) {
                return -1;
            }
            if (level == 0 || MapWord.isHuge(word)) {
                return offset;
            }
            table = MapWord.block(word);
        }
    }

    /** Returns the word of a level-1 table that covers an index, or 0 if there is none. */
    long hugeWord(long index) {
        long root = word(rootOffset);
        int level = MapWord.level(root);
        if (root == 0 || index >>> FANOUT_SHIFT * (level + 1) != 0) {
            return 0;
        }
        if (level == 0) {
            return root;
        }
        for (long table = MapWord.block(root); ; level--) {
            long word = word(slot(table, level, index));
            if (level == 1 || word == 0) {
                return word;
            }
            table = MapWord.block(word);
        }
    }

    /** Visits every table and every mapped run that meets {@code [first, end)}; the runs are not clipped. */
    void walk(long first, long end, BlockMap.Visitor visitor) {
        long root = word(rootOffset);
        if (root != 0 && first < end) {
            walk(MapWord.block(root), MapWord.level(root), 0, first, end, visitor);
        }
    }

    private void walk(long table, int level, long base, long first, long end, BlockMap.Visitor visitor) {
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
            int count = level == 0 ? 1 : FANOUT;
            if (level > 0 && !MapWord.isHuge(word)) {
                walk(MapWord.block(word), level - 1, index, first, end, visitor);
            } else if (MapWord.isUnwritten(word)) {
                visitor.unwritten(index, MapWord.block(word), count, offset);
            } else {
                visitor.mapped(index, MapWord.block(word), count, offset);
            }
        }
    }

    /** Returns the arena offset of the word of {@code level} for an index, making the tables above it, each durable. */
    long slotFor(long index, int level) {
        growTo(index, level);
        long root = word(rootOffset);
        long table = MapWord.block(root);
        for (int at = MapWord.level(root); at > level; at--) {
            long offset = slot(table, at, index);
            long word = word(offset);
            assert !MapWord.isHuge(word) : "a huge block lies in the way: index=" + index;
            if (word == 0) {
                word = MapWord.ofTable(newTable());
                core.drain();
                store(offset, word);
                core.pmem.flush(offset, Long.BYTES);
            }
            table = MapWord.block(word);
        }
        return slot(table, level, index);
    }

    private void growTo(long index, int levelNeeded) {
        long root = word(rootOffset);
        int level = MapWord.level(root);
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
            store(VolumeLayout.offsetOf(table), MapWord.ofTable(MapWord.block(root)));
            core.pmem.flush(VolumeLayout.offsetOf(table), Long.BYTES);
            setRoot(table, ++level);
            root = word(rootOffset);
        }
    }

    private void setRoot(long table, int level) {
        core.drain();
        store(rootOffset, MapWord.ofRoot(table, level));
        core.pmem.flush(rootOffset, Long.BYTES);
    }

    /** Returns a zeroed table, flushed but not drained. */
    private long newTable() {
        long block = core.allocator.allocate();
        core.pmem.zero(VolumeLayout.offsetOf(block), VolumeLayout.BLOCK_SIZE);
        core.pmem.flush(VolumeLayout.offsetOf(block), VolumeLayout.BLOCK_SIZE);
        return block;
    }

    static long slot(long table, int level, long index) {
        return VolumeLayout.offsetOf(table) + (index >>> FANOUT_SHIFT * level & FANOUT - 1) * Long.BYTES;
    }

    long word(long offset) {
        return CheckedWord.load(core.pmem, core.seed, offset);
    }

    void store(long offset, long payload) {
        CheckedWord.store(core.pmem, core.seed, offset, payload);
    }
}
