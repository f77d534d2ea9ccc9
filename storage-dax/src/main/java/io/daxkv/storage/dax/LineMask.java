package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.CacheLine;

/** Sets of cache lines of one 4 KiB block: bit i of a {@code long} is line i. */
final class LineMask {
    static final long NONE = 0;
    static final long ALL = -1L;

    static {
        assert VolumeLayout.BLOCK_SIZE / CacheLine.SIZE == Long.SIZE : "a block's lines must fill one word";
    }

    private LineMask() {}

    /** Returns the lines that {@code length} (at least 1) bytes at {@code offset} of a block touch. */
    static long of(int offset, int length) {
        assert length > 0 && offset >= 0 && offset + length <= VolumeLayout.BLOCK_SIZE : offset + "+" + length;
        int first = (int) CacheLine.of(offset);
        int last = (int) CacheLine.of(offset + length - 1);
        return ALL << first & ALL >>> Long.SIZE - 1 - last;
    }

    /** Returns the number of the first line in {@code mask}, which must not be empty. */
    static int firstLine(long mask) {
        return Long.numberOfTrailingZeros(mask);
    }

    /** Returns how many lines follow one another from {@code line} on, itself included. */
    static int runLength(long mask, int line) {
        return Long.numberOfTrailingZeros(~(mask >>> line));
    }

    /** Returns {@code mask} without {@code count} (1..64) lines from {@code line} on. */
    static long without(long mask, int line, int count) {
        return mask & ~(ALL >>> Long.SIZE - count << line);
    }
}
