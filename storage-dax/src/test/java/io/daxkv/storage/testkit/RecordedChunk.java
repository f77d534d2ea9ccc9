package io.daxkv.storage.testkit;

import io.daxkv.storage.pmem.CacheLine;

/**
 * A piece of a {@link RecordingPmem}: its bytes as loads see them, its bytes as a power failure would leave them, and
 * for each line three moments on the recorder's count of stores and flushes.
 *
 * <pre>
 *   stored  &lt;= durable            clean: a power failure changes nothing
 *   stored  &gt;  flushed            dirty: nobody asked for write-back of its last store
 *   durable &lt;  stored &lt;= flushed  flushed: its flusher has not drained
 * </pre>
 */
final class RecordedChunk {
    static final int SIZE = 64 << 10;
    static final int LINE_COUNT = SIZE / CacheLine.SIZE;

    final byte[] present = new byte[SIZE];
    final byte[] durable = new byte[SIZE];
    private final long[] storedAt = new long[LINE_COUNT];
    private final long[] flushedAt = new long[LINE_COUNT];
    private final long[] durableAt = new long[LINE_COUNT];
    private int unsafeLineCount;

    /** Returns how many lines would not survive with their present content. */
    int unsafeLineCount() {
        return unsafeLineCount;
    }

    boolean isClean(int line) {
        return storedAt[line] <= durableAt[line];
    }

    boolean isDirty(int line) {
        return storedAt[line] > flushedAt[line];
    }

    void stored(int line, long moment) {
        if (isClean(line)) {
            unsafeLineCount++;
        }
        storedAt[line] = moment;
    }

    void flushed(int line, long moment) {
        flushedAt[line] = moment;
    }

    /**
     * Makes {@code content}, which a flush captured at {@code moment}, durable; unless a later capture already is:
     * write- back never puts older content over newer.
     */
    void drained(int line, long moment, byte[] content, int at, boolean survives) {
        if (!isNewer(line, moment)) {
            return;
        }
        boolean wasClean = isClean(line);
        durableAt[line] = moment;
        if (survives) {
            System.arraycopy(content, at, durable, line * CacheLine.SIZE, CacheLine.SIZE);
        }
        if (!wasClean && isClean(line)) {
            unsafeLineCount--;
        }
    }

    /** Returns whether a capture of {@code moment} could still change what is durable. */
    boolean isNewer(int line, long moment) {
        return moment > durableAt[line];
    }

    /** Returns a chunk whose present and durable bytes are {@code content}, all lines clean. */
    static RecordedChunk clean(byte[] content) {
        RecordedChunk chunk = new RecordedChunk();
        System.arraycopy(content, 0, chunk.present, 0, SIZE);
        System.arraycopy(content, 0, chunk.durable, 0, SIZE);
        return chunk;
    }
}
