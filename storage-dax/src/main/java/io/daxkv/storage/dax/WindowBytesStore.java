package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.ForwardingBytesStore;
import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.RandomDataInput;
import net.openhft.chronicle.bytes.util.DecoratedBufferOverflowException;
import net.openhft.chronicle.bytes.util.DecoratedBufferUnderflowException;

/**
 * A window as a Chronicle {@link net.openhft.chronicle.bytes.BytesStore}: code written for Chronicle Bytes runs on it
 * unchanged, and each of its stores is the window's, so its lines are marked and the next fsync makes them durable.
 *
 * <pre>{@code
 * Bytes<?> bytes = file.window(0, 1 << 20).bytes();
 * bytes.writeUtf8("key").writeStopBit(42);
 * file.fsync();
 * }</pre>
 *
 * <p><b>Threads.</b> The store serves many; each {@link Bytes} over it one.
 *
 * <p><b>Failure.</b> As {@link DaxWindow}; outside the window {@link BufferUnderflowException} from loads and
 * {@link BufferOverflowException} from stores; {@link IllegalArgumentException} from a compare-and-set that is not
 * aligned. Releasing the last reference ends this view alone; closing the window ends every view of it.
 */
public final class WindowBytesStore extends ForwardingBytesStore {
    private final DaxWindow window;
    private final long length;
    private boolean isReleased;

    WindowBytesStore(DaxWindow window) {
        this.window = window;
        this.length = window.length();
    }

    /** Returns a window as {@link Bytes}, empty and ready to be written; its release is the end of its store too. */
    static Bytes<?> bytesOf(DaxWindow window) {
        WindowBytesStore store = new WindowBytesStore(window);
        try {
            return store.bytesForWrite();
        } finally {
            store.release(INIT);
        }
    }

    @Override
    public long capacity() {
        return length;
    }

    @Override
    public byte readByte(long offset) {
        return toLoad(offset, Byte.BYTES).getByte(offset);
    }

    @Override
    public short readShort(long offset) {
        return toLoad(offset, Short.BYTES).getShort(offset);
    }

    @Override
    public int readInt(long offset) {
        return toLoad(offset, Integer.BYTES).getInt(offset);
    }

    @Override
    public long readLong(long offset) {
        return toLoad(offset, Long.BYTES).getLong(offset);
    }

    /** Copies up to {@code count} bytes, fewer at the window's end; returns how many. */
    @Override
    public long read(long offset, byte[] target, int index, int count) {
        int copied = (int) Math.min(count, length - offset);
        toLoad(offset, copied).get(offset, target, index, copied);
        return copied;
    }

    @Override
    public WindowBytesStore writeByte(long offset, byte value) {
        toStore(offset, Byte.BYTES).putByte(offset, value);
        return this;
    }

    @Override
    public WindowBytesStore writeShort(long offset, short value) {
        toStore(offset, Short.BYTES).putShort(offset, value);
        return this;
    }

    @Override
    public WindowBytesStore writeInt(long offset, int value) {
        toStore(offset, Integer.BYTES).putInt(offset, value);
        return this;
    }

    @Override
    public WindowBytesStore writeLong(long offset, long value) {
        toStore(offset, Long.BYTES).putLong(offset, value);
        return this;
    }

    @Override
    public WindowBytesStore write(long offset, byte[] source, int index, int count) {
        toStore(offset, count).put(offset, source, index, count);
        return this;
    }

    @Override
    public void write(long offset, ByteBuffer source, int index, int count) {
        toStore(offset, count).put(offset, source, index, count);
    }

    @Override
    public WindowBytesStore write(long offset, RandomDataInput source, long sourceOffset, long count) {
        toStore(offset, count);
        super.write(offset, source, sourceOffset, count);
        return this;
    }

    @Override
    public void move(long from, long to, long count) {
        toLoad(from, count);
        toStore(to, count);
        super.move(from, to, count);
    }

    @Override
    public boolean compareAndSwapInt(long offset, int expected, int value) {
        return toStore(offset, Integer.BYTES).compareAndSetInt(offset, expected, value);
    }

    @Override
    public boolean compareAndSwapLong(long offset, long expected, long value) {
        return toStore(offset, Long.BYTES).compareAndSetLong(offset, expected, value);
    }

    @Override
    protected UnsupportedOperationException noAddress() {
        return new UnsupportedOperationException(
                "window has no address: each store marks its lines; for the memory itself use DaxFile.lease");
    }

    @Override
    protected void performRelease() {
        isReleased = true;
    }

    private DaxWindow toLoad(long offset, long count) {
        if (isReleased || isOutside(offset, count)) {
            throwExceptionIfReleased();
            throw new DecoratedBufferUnderflowException(outside(offset, count));
        }
        return window;
    }

    private DaxWindow toStore(long offset, long count) {
        if (isReleased || isOutside(offset, count)) {
            throwExceptionIfReleased();
            throw new DecoratedBufferOverflowException(outside(offset, count));
        }
        return window;
    }

    private boolean isOutside(long offset, long count) {
        return (offset | count | length - offset - count) < 0;
    }

    private String outside(long offset, long count) {
        return "outside the window: offset=" + offset + ", count=" + count + ", length=" + length;
    }
}
