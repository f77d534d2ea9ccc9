package io.daxkv.storage.testkit;

import io.daxkv.storage.pmem.ForwardingBytesStore;
import java.nio.ByteBuffer;

/** A range of a {@link RecordingPmem} as a Chronicle store, so that what goes round the DAX layer is recorded too. */
final class RecordedBytesStore extends ForwardingBytesStore {
    private final RecordingPmem pmem;
    private final long start;
    private final long length;

    RecordedBytesStore(RecordingPmem pmem, long start, long length) {
        this.pmem = pmem;
        this.start = start;
        this.length = length;
    }

    @Override
    public long capacity() {
        return length;
    }

    @Override
    public byte readByte(long offset) {
        return pmem.getByte(at(offset, Byte.BYTES));
    }

    @Override
    public short readShort(long offset) {
        return pmem.getShort(at(offset, Short.BYTES));
    }

    @Override
    public int readInt(long offset) {
        return pmem.getInt(at(offset, Integer.BYTES));
    }

    @Override
    public long readLong(long offset) {
        return pmem.getLong(at(offset, Long.BYTES));
    }

    @Override
    public long read(long offset, byte[] target, int index, int count) {
        pmem.get(at(offset, count), target, index, count);
        return count;
    }

    @Override
    public RecordedBytesStore writeByte(long offset, byte value) {
        pmem.putByte(at(offset, Byte.BYTES), value);
        return this;
    }

    @Override
    public RecordedBytesStore writeShort(long offset, short value) {
        pmem.putShort(at(offset, Short.BYTES), value);
        return this;
    }

    @Override
    public RecordedBytesStore writeInt(long offset, int value) {
        pmem.putInt(at(offset, Integer.BYTES), value);
        return this;
    }

    @Override
    public RecordedBytesStore writeLong(long offset, long value) {
        pmem.putLong(at(offset, Long.BYTES), value);
        return this;
    }

    @Override
    public RecordedBytesStore write(long offset, byte[] source, int index, int count) {
        pmem.put(at(offset, count), source, index, count);
        return this;
    }

    @Override
    public void write(long offset, ByteBuffer source, int index, int count) {
        pmem.put(at(offset, count), source, index, count);
    }

    @Override
    public boolean compareAndSwapInt(long offset, int expected, int value) {
        return pmem.compareAndSetInt(at(offset, Integer.BYTES), expected, value);
    }

    @Override
    public boolean compareAndSwapLong(long offset, long expected, long value) {
        return pmem.compareAndSetLong(at(offset, Long.BYTES), expected, value);
    }

    @Override
    protected void performRelease() {
        // The bytes are the space's.
    }

    /** Checks, unlike the production store: a store outside its range is some other file's corruption. */
    private long at(long offset, long count) {
        if (offset < 0 || count < 0 || offset > length - count) {
            throw new IndexOutOfBoundsException(
                    "outside the raw store: offset=" + offset + ", count=" + count + ", length=" + length);
        }
        return start + offset;
    }
}
