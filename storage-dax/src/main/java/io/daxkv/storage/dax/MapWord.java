package io.daxkv.storage.dax;

/**
 * The payload of one word of a {@link BlockMap}, held in a {@link CheckedWord}; pure functions.
 *
 * <pre>
 *  47   46     45     44 42   41     40   39                         0
 *  +---+-------+------+-----+------+------+---------------------------+
 *  | - |PENDING|UNWRIT|LEVEL| HUGE |TABLE |          block            |      0 = hole
 *  +---+-------+------+-----+------+------+---------------------------+
 *  PENDING  root word only: the file's size is the one in the inode's pending size word
 *  UNWRIT   the blocks were never written and read as zero
 *  LEVEL    root word only: level of the table it names, 0..3
 *  HUGE     maps 512 blocks from this one on (level 1 only)
 *  TABLE    names a table of the next level down
 * </pre>
 */
final class MapWord {
    static final long TABLE = 1L << 40;
    static final long HUGE = 1L << 41;
    static final long UNWRITTEN = 1L << 45;
    static final long PENDING = 1L << 46;

    private static final long BLOCK_MASK = (1L << 40) - 1;
    private static final int LEVEL_SHIFT = 42;
    private static final long LEVEL_MASK = 7L;

    private MapWord() {}

    /** Returns the word that maps {@code count} (1 or 512) blocks. */
    static long ofBlocks(long block, int count, boolean unwritten) {
        return block | (count == 1 ? 0 : HUGE) | (unwritten ? UNWRITTEN : 0);
    }

    static long ofTable(long table) {
        return table | TABLE;
    }

    static long ofRoot(long table, int level) {
        return table | TABLE | (long) level << LEVEL_SHIFT;
    }

    static long block(long word) {
        return word & BLOCK_MASK;
    }

    static int level(long root) {
        return (int) (root >>> LEVEL_SHIFT & LEVEL_MASK);
    }

    static boolean isHuge(long word) {
        return (word & HUGE) != 0;
    }

    static boolean isTable(long word) {
        return (word & TABLE) != 0;
    }

    static boolean isUnwritten(long word) {
        return (word & UNWRITTEN) != 0;
    }

    /** Returns what {@link BlockMap#lookup} answers for a word that maps blocks. */
    static long entry(long word) {
        return isUnwritten(word)
                ? MappingEntry.ofUnwritten(block(word), isHuge(word))
                : MappingEntry.ofBlock(block(word), isHuge(word));
    }
}
