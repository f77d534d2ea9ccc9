package io.daxkv.storage.dax;

import java.nio.ByteBuffer;

public final class DaxWindow implements AutoCloseable {
    DaxWindow() {}

    public long offset() {
        throw new UnsupportedOperationException();
    }

    public long length() {
        throw new UnsupportedOperationException();
    }

    /** Loads; positions are bytes from the start of the window. */
    public byte getByte(long position) {
        throw new UnsupportedOperationException();
    }

    public int getInt(long position) {
        throw new UnsupportedOperationException();
    }

    public long getLong(long position) {
        throw new UnsupportedOperationException();
    }

    public void get(long position, byte[] target, int at, int length) {
        throw new UnsupportedOperationException();
    }

    public void get(long position, ByteBuffer target, int at, int length) {
        throw new UnsupportedOperationException();
    }

    /** Stores: allocate on a hole, mark their lines after the last byte, durable at the file's next fsync. */
    public void putByte(long position, byte value) {
        throw new UnsupportedOperationException();
    }

    public void putInt(long position, int value) {
        throw new UnsupportedOperationException();
    }

    public void putLong(long position, long value) {
        throw new UnsupportedOperationException();
    }

    /**
     * Stores 8 aligned bytes after all earlier stores of this thread; a crash keeps the old or the new, never a mix.
     */
    public void putLongRelease(long position, long value) {
        throw new UnsupportedOperationException();
    }

    public void put(long position, byte[] source, int at, int length) {
        throw new UnsupportedOperationException();
    }

    public void put(long position, ByteBuffer source, int at, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
