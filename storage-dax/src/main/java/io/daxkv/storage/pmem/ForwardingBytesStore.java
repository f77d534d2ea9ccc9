package io.daxkv.storage.pmem;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.BytesUtil;
import net.openhft.chronicle.bytes.RandomDataInput;
import net.openhft.chronicle.bytes.algo.BytesStoreHash;
import net.openhft.chronicle.core.OS;
import net.openhft.chronicle.core.io.AbstractReferenceCounted;

/**
 * A Chronicle store over something that must see each store: everything a {@link BytesStore} offers, made of the few
 * loads and stores that a subclass gives. It has no address, so Chronicle never goes round the subclass.
 *
 * <p><b>Threads.</b> As the subclass's loads and stores. Volatile and ordered accesses add the fences; they are atomic
 * at aligned offsets.
 *
 * <p><b>Failure.</b> What the subclass throws, and {@link UnsupportedOperationException} for an address.
 */
public abstract class ForwardingBytesStore extends AbstractReferenceCounted
        implements BytesStore<ForwardingBytesStore, Void> {

    protected ForwardingBytesStore() {
        super(false);
        // Each Bytes over the store checks its own thread; the store itself may serve many.
        singleThreadedCheckDisabled(true);
    }

    @Override
    public abstract void write(long position, ByteBuffer source, int at, int length);

    @Override
    public abstract ForwardingBytesStore write(long position, byte[] source, int at, int length);

    @Override
    public abstract long read(long position, byte[] target, int at, int length);

    @Override
    public final boolean isDirectMemory() {
        return false;
    }

    @Override
    public boolean sharedMemory() {
        return true;
    }

    @Override
    public final Void underlyingObject() {
        return null;
    }

    @Override
    public int peekUnsignedByte(long offset) {
        return offset < 0 || offset >= readLimit() ? -1 : readUnsignedByte(offset);
    }

    @Override
    public float readFloat(long offset) {
        return Float.intBitsToFloat(readInt(offset));
    }

    @Override
    public double readDouble(long offset) {
        return Double.longBitsToDouble(readLong(offset));
    }

    // A fence after the load: no later load is seen before it, and a loop that waits for a value loads it again.

    @Override
    public byte readVolatileByte(long offset) {
        byte value = readByte(offset);
        VarHandle.acquireFence();
        return value;
    }

    @Override
    public short readVolatileShort(long offset) {
        short value = readShort(offset);
        VarHandle.acquireFence();
        return value;
    }

    @Override
    public int readVolatileInt(long offset) {
        int value = readInt(offset);
        VarHandle.acquireFence();
        return value;
    }

    @Override
    public long readVolatileLong(long offset) {
        long value = readLong(offset);
        VarHandle.acquireFence();
        return value;
    }

    @Override
    public ForwardingBytesStore writeFloat(long offset, float value) {
        return writeInt(offset, Float.floatToRawIntBits(value));
    }

    @Override
    public ForwardingBytesStore writeDouble(long offset, double value) {
        return writeLong(offset, Double.doubleToRawLongBits(value));
    }

    @Override
    public ForwardingBytesStore writeOrderedInt(long offset, int value) {
        VarHandle.releaseFence();
        return writeInt(offset, value);
    }

    @Override
    public ForwardingBytesStore writeOrderedLong(long offset, long value) {
        VarHandle.releaseFence();
        return writeLong(offset, value);
    }

    @Override
    public ForwardingBytesStore writeVolatileByte(long offset, byte value) {
        VarHandle.releaseFence();
        writeByte(offset, value);
        VarHandle.fullFence();
        return this;
    }

    @Override
    public ForwardingBytesStore writeVolatileShort(long offset, short value) {
        VarHandle.releaseFence();
        writeShort(offset, value);
        VarHandle.fullFence();
        return this;
    }

    @Override
    public ForwardingBytesStore writeVolatileInt(long offset, int value) {
        VarHandle.releaseFence();
        writeInt(offset, value);
        VarHandle.fullFence();
        return this;
    }

    @Override
    public ForwardingBytesStore writeVolatileLong(long offset, long value) {
        VarHandle.releaseFence();
        writeLong(offset, value);
        VarHandle.fullFence();
        return this;
    }

    @Override
    public void testAndSetInt(long offset, int expected, int value) {
        if (!compareAndSwapInt(offset, expected, value)) {
            throw new IllegalStateException("cannot change: offset=" + offset + ", expected=" + expected + ", found="
                    + readVolatileInt(offset));
        }
    }

    @Override
    public ForwardingBytesStore write(long offset, RandomDataInput source, long sourceOffset, long length) {
        long done = 0;
        for (; done <= length - Long.BYTES; done += Long.BYTES) {
            writeLong(offset + done, source.readLong(sourceOffset + done));
        }
        for (; done < length; done++) {
            writeByte(offset + done, source.readByte(sourceOffset + done));
        }
        return this;
    }

    /** Copies {@code length} bytes inside the store; the ranges may overlap. */
    @Override
    public void move(long from, long to, long length) {
        if (to <= from) {
            write(to, this, from, length);
            return;
        }
        // From the end down, so that nothing is stored over before it was loaded.
        long left = length;
        for (; left >= Long.BYTES; left -= Long.BYTES) {
            writeLong(to + left - Long.BYTES, readLong(from + left - Long.BYTES));
        }
        for (; left > 0; left--) {
            writeByte(to + left - 1, readByte(from + left - 1));
        }
    }

    @Override
    public long write8bit(long position, BytesStore<?, ?> text) {
        long length = text.readRemaining();
        long start = BytesUtil.writeStopBit(this, position, length);
        write(start, text, text.readPosition(), length);
        return start + length;
    }

    @Override
    public long write8bit(long position, String text, int start, int length) {
        long at = BytesUtil.writeStopBit(this, position, length);
        for (int i = 0; i < length; i++) {
            writeByte(at + i, (byte) text.charAt(start + i));
        }
        return at + length;
    }

    /** Stores a decimal number as text, last digit first, then turns it round. */
    @Override
    public long appendAndReturnLength(long position, boolean negative, long mantissa, int exponent, boolean append0) {
        long at = position;
        int decimals = exponent;
        if (decimals <= 0) {
            if (append0) {
                writeByte(at++, (byte) '0');
                writeByte(at++, (byte) '.');
            }
            for (; decimals < 0; decimals++) {
                writeByte(at++, (byte) '0');
            }
            decimals = -1;
        }
        long rest = mantissa;
        do {
            writeByte(at++, (byte) ('0' + rest % 10));
            rest /= 10;
            if (--decimals == 0) {
                writeByte(at++, (byte) '.');
            }
        } while (rest > 0 || decimals >= 0);
        if (negative) {
            writeByte(at++, (byte) '-');
        }
        reverse(position, at - 1);
        return at - position;
    }

    private void reverse(long first, long last) {
        for (long low = first, high = last; low < high; low++, high--) {
            byte value = readByte(low);
            writeByte(low, readByte(high));
            writeByte(high, value);
        }
    }

    /** Copies bytes to memory elsewhere; the address must be good for {@code size} bytes. */
    @Override
    public void nativeRead(long position, long address, long size) {
        for (long done = 0; done < size; done++) {
            OS.memory().writeByte(address + done, readByte(position + done));
        }
    }

    /** Copies bytes from memory elsewhere; the address must be good for {@code size} bytes. */
    @Override
    public void nativeWrite(long address, long position, long size) {
        for (long done = 0; done < size; done++) {
            writeByte(position + done, OS.memory().readByte(address + done));
        }
    }

    @Override
    public long addressForRead(long offset) {
        throw noAddress();
    }

    @Override
    public long addressForWrite(long offset) {
        throw noAddress();
    }

    @Override
    public long addressForWritePosition() {
        throw noAddress();
    }

    /** Returns the refusal of an address, which says what to use instead. */
    protected UnsupportedOperationException noAddress() {
        return new UnsupportedOperationException("no address: each store must be seen");
    }

    /** Returns a copy in memory of its own; the caller releases it. */
    @Override
    @SuppressWarnings("unchecked")
    public BytesStore<ForwardingBytesStore, Void> copy() {
        BytesStore<?, Void> copy = BytesStore.nativeStoreWithFixedCapacity(capacity());
        copy.write(0, this, 0, capacity());
        return (BytesStore<ForwardingBytesStore, Void>) copy;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BytesStore<?, ?> bytes && contentEquals(bytes);
    }

    @Override
    public int hashCode() {
        return BytesStoreHash.hash32(this);
    }

    /** Returns the bytes as characters, as every Chronicle store does. */
    @Override
    public String toString() {
        return to8bitString();
    }
}
