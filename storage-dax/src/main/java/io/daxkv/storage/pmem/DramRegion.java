package io.daxkv.storage.pmem;

import net.openhft.chronicle.core.Memory;
import net.openhft.chronicle.core.OS;

/**
 * Off-heap memory that starts on a line boundary and survives nothing: the home of indexes and tables that are rebuilt
 * at recovery, where the garbage collector would only be in the way. Offsets are bytes from its start; values have the
 * machine's byte order, for nobody else ever sees them.
 *
 * <p><b>Ordering.</b> Plain accesses as in Java; the acquire, release, volatile and compare-and-set methods want 8-byte
 * aligned offsets and order as their names say.
 *
 * <p><b>Threads.</b> Safe as memory is safe. {@link #close} is the caller's to order after every access by any thread:
 * an access after it is undefined behaviour, not an exception.
 *
 * <p><b>Failure.</b> Bounds and alignment are {@code assert}s, because probes of the index come through here at
 * nanoseconds each: an offset outside is a bug and, with assertions off, may end the process.
 */
public final class DramRegion implements AutoCloseable {
    private static final Memory MEMORY = OS.memory();

    private final long address;
    private final long size;
    private final long allocation;
    private final long allocationSize;
    private boolean isClosed;

    private DramRegion(long address, long size, long allocation, long allocationSize) {
        this.address = address;
        this.size = size;
        this.allocation = allocation;
        this.allocationSize = allocationSize;
    }

    /**
     * Returns {@code size} zero bytes, aligned to a line.
     *
     * @param size bytes, at least 1
     * @throws OutOfMemoryError if the machine has no room
     */
    public static DramRegion allocate(long size) {
        if (size <= 0) {
            throw new IllegalArgumentException("nothing to allocate: size=" + size);
        }
        // Room for the alignment: the allocator itself promises no more than 16 bytes.
        long allocationSize = Math.addExact(size, CacheLine.SIZE);
        long allocation = MEMORY.allocate(allocationSize);
        DramRegion region = new DramRegion(CacheLine.ceil(allocation), size, allocation, allocationSize);
        region.zero(0, size);
        return region;
    }

    /** Returns the bytes of this region. */
    public long size() {
        return size;
    }

    /** Returns where offset 0 is, for copies by this package; valid until {@link #close}. */
    long address() {
        return address;
    }

    public byte getByte(long offset) {
        return MEMORY.readByte(at(offset, Byte.BYTES));
    }

    public int getInt(long offset) {
        return MEMORY.readInt(at(offset, Integer.BYTES));
    }

    public long getLong(long offset) {
        return MEMORY.readLong(at(offset, Long.BYTES));
    }

    /** Loads so that no later load of this thread can be seen before it. */
    public long getLongAcquire(long offset) {
        long value = MEMORY.readLong(aligned(offset));
        MEMORY.loadFence();
        return value;
    }

    /** Loads in the one order that all volatile accesses have. */
    public long getLongVolatile(long offset) {
        return MEMORY.readVolatileLong(aligned(offset));
    }

    public void putByte(long offset, byte value) {
        MEMORY.writeByte(at(offset, Byte.BYTES), value);
    }

    public void putInt(long offset, int value) {
        MEMORY.writeInt(at(offset, Integer.BYTES), value);
    }

    public void putLong(long offset, long value) {
        MEMORY.writeLong(at(offset, Long.BYTES), value);
    }

    /** Stores after all earlier loads and stores of this thread. */
    public void putLongRelease(long offset, long value) {
        MEMORY.writeOrderedLong(aligned(offset), value);
    }

    /** Stores in the one order that all volatile accesses have. */
    public void putLongVolatile(long offset, long value) {
        MEMORY.writeVolatileLong(aligned(offset), value);
    }

    /** Stores {@code value} if {@code expected} is there, as one step; returns whether it did. */
    public boolean compareAndSetLong(long offset, long expected, long value) {
        return MEMORY.compareAndSwapLong(aligned(offset), expected, value);
    }

    /** Stores {@code length} zero bytes. */
    public void zero(long offset, long length) {
        MEMORY.setMemory(at(offset, length), length, (byte) 0);
    }

    /** Copies {@code length} bytes inside this region; the ranges must not overlap. */
    public void copy(long source, long target, long length) {
        MEMORY.copyMemory(at(source, length), at(target, length), length);
    }

    /** Copies {@code length} bytes from the start of this region to the start of {@code target}, as growing needs. */
    public void copyTo(DramRegion target, long length) {
        MEMORY.copyMemory(at(0, length), target.at(0, length), length);
    }

    /** Gives the memory back; a second call does nothing. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            MEMORY.freeMemory(allocation, allocationSize);
        }
    }

    private long at(long offset, long length) {
        assert !isClosed : "closed: offset=" + offset;
        assert length >= 0 && offset >= 0 && offset <= size - length
                : "outside the region: offset=" + offset + ", length=" + length + ", size=" + size;
        return address + offset;
    }

    private long aligned(long offset) {
        assert (offset & Long.BYTES - 1) == 0 : "not 8-byte aligned: offset=" + offset;
        return at(offset, Long.BYTES);
    }
}
