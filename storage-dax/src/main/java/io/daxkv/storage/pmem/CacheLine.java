package io.daxkv.storage.pmem;

/** The cache line, and the only place that knows its size. */
public final class CacheLine {
    /** Bytes of a line on every machine this code runs on (x86-64, AArch64 servers). */
    public static final int SIZE = 64;

    private static final int SHIFT = 6;

    private CacheLine() {}

    /** Returns the number of the line that holds {@code offset}. */
    public static long of(long offset) {
        return offset >>> SHIFT;
    }

    /** Returns the first byte of the line that holds {@code offset}. */
    public static long floor(long offset) {
        return offset & -SIZE;
    }

    /** Returns the first line boundary at or after {@code offset}. */
    public static long ceil(long offset) {
        return offset + SIZE - 1 & -SIZE;
    }

    /** Returns how many lines {@code [offset, offset + length)} touches. */
    public static long count(long offset, long length) {
        return length == 0 ? 0 : of(offset + length - 1) - of(offset) + 1;
    }
}
