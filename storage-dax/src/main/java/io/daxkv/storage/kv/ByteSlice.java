package io.daxkv.storage.kv;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A range of bytes in somebody else's buffer: how keys and values are handed to the store without a copy. Mutable and
 * reused; the store keeps neither the slice nor its buffer after a call returns.
 *
 * <p><b>Threads.</b> Confined to one thread.
 */
public final class ByteSlice {
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private ByteBuffer buffer = EMPTY;
    private int offset;
    private int length;

    /** Returns a new slice over a whole array. */
    public static ByteSlice of(byte[] bytes) {
        return new ByteSlice().set(ByteBuffer.wrap(bytes), 0, bytes.length);
    }

    /** Returns a new slice over the UTF-8 bytes of {@code text}. */
    public static ByteSlice of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Points this slice at {@code length} bytes from absolute index {@code offset}; returns itself. */
    public ByteSlice set(ByteBuffer newBuffer, int newOffset, int newLength) {
        buffer = newBuffer;
        offset = newOffset;
        length = newLength;
        return this;
    }

    /** Returns the buffer behind the slice; use it with absolute indexes only. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Returns the absolute index of the first byte. */
    public int offset() {
        return offset;
    }

    public int length() {
        return length;
    }

    public byte at(int index) {
        return buffer.get(offset + index);
    }

    /** Copies the bytes to {@code target} from index {@code at}. */
    public void copyTo(byte[] target, int at) {
        buffer.get(offset, target, at, length);
    }

    /** Returns true if the bytes are those of {@code other} from index {@code at}. */
    boolean contentEquals(byte[] other, int at, int otherLength) {
        if (length != otherLength) {
            return false;
        }
        if (buffer.hasArray()) {
            int from = buffer.arrayOffset() + offset;
            return Arrays.equals(buffer.array(), from, from + length, other, at, at + length);
        }
        for (int i = 0; i < length; i++) {
            if (buffer.get(offset + i) != other[at + i]) {
                return false;
            }
        }
        return true;
    }

    /** Returns a new buffer over the bytes, with its own position and limit. */
    ByteBuffer view() {
        return buffer.duplicate().limit(offset + length).position(offset);
    }

    /** Returns a copy of the bytes. */
    public byte[] toBytes() {
        byte[] bytes = new byte[length];
        copyTo(bytes, 0);
        return bytes;
    }

    @Override
    public String toString() {
        return new String(toBytes(), StandardCharsets.UTF_8);
    }
}
