package io.daxkv.storage.testkit;

import io.daxkv.storage.pmem.CacheLine;
import java.util.Arrays;

/** The lines one thread has flushed and not drained, each with the content it had when it was flushed. */
final class FlushedLines {
    private long[] lines = new long[16];
    private long[] moments = new long[16];
    private byte[] contents = new byte[16 * CacheLine.SIZE];
    private int count;

    void add(long line, long moment, byte[] source, int at) {
        if (count == lines.length) {
            lines = Arrays.copyOf(lines, count * 2);
            moments = Arrays.copyOf(moments, count * 2);
            contents = Arrays.copyOf(contents, Math.multiplyExact(count * 2, CacheLine.SIZE));
        }
        lines[count] = line;
        moments[count] = moment;
        System.arraycopy(source, at, contents, count * CacheLine.SIZE, CacheLine.SIZE);
        count++;
    }

    int count() {
        return count;
    }

    long line(int number) {
        return lines[number];
    }

    long moment(int number) {
        return moments[number];
    }

    byte[] contents() {
        return contents;
    }

    /** Returns where the content of the {@code number}-th line starts in {@link #contents()}. */
    int contentAt(int number) {
        return number * CacheLine.SIZE;
    }

    void clear() {
        count = 0;
    }
}
