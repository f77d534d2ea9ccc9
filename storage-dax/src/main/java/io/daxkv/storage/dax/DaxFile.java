package io.daxkv.storage.dax;

import java.nio.ByteBuffer;
import java.util.List;

public final class DaxFile {
    DaxFile() {}

    public String name() {
        throw new UnsupportedOperationException();
    }

    public long size() {
        throw new UnsupportedOperationException();
    }

    /** IO path. Reads up to target.remaining() bytes; returns bytes read, -1 at or past the end; holes read as zero. */
    public int read(long offset, ByteBuffer target) {
        throw new UnsupportedOperationException();
    }

    /** IO path. Writes source.remaining() bytes, allocating holes, extending the size; durable at the next fsync. */
    public void write(long offset, ByteBuffer source) {
        throw new UnsupportedOperationException();
    }

    /** mmap path: a mapped view; offset a multiple of 4 KiB (of 2 MiB to use huge pages). */
    public DaxWindow window(long offset, long length) {
        throw new UnsupportedOperationException();
    }

    /**
     * Gives every hole of the range a block (2 MiB blocks where range and free space allow) and extends the size,
     * durably.
     */
    public void allocate(long offset, long length) {
        throw new UnsupportedOperationException();
    }

    /** Turns the range into a hole, durably: edges zeroed, whole blocks freed once no window can reach them. */
    public void punchHole(long offset, long length) {
        throw new UnsupportedOperationException();
    }

    public void truncate(long newSize) {
        throw new UnsupportedOperationException();
    }

    /** Writes back every dirty line of the file with one drain; what was stored or written before is then durable. */
    public void fsync() {
        throw new UnsupportedOperationException();
    }

    public void fsync(long offset, long length) {
        throw new UnsupportedOperationException();
    }

    /** Runs of one state, in order, covering the whole range. */
    public List<Extent> extents(long offset, long length) {
        throw new UnsupportedOperationException();
    }

    /** Lines marked dirty and not yet written back. */
    public long dirtyLineCount() {
        throw new UnsupportedOperationException();
    }
}
