package io.daxkv.server.resp;

import io.daxkv.storage.kv.ByteSlice;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Writes RESP2 replies to the end of a buffer, without an object per reply. What came from a client and could end a
 * line early is made harmless here, so no command has to think of it.
 *
 * <p><b>Threads.</b> Confined to one event loop, whose connections share it: {@link #target} points it at a buffer.
 */
public final class RespEncoder {
    private static final byte[] OK = ascii("+OK\r\n");
    private static final byte[] NIL = ascii("$-1\r\n");
    private static final byte[] CRLF = ascii("\r\n");
    private static final int DIGITS_MAX = 20;

    private final byte[] digits = new byte[DIGITS_MAX];
    private ByteBuf out;
    private int sizeMax;
    private boolean isOverflowing;

    /** Points the encoder at a buffer that may hold {@code newSizeMax} bytes and one reply more. */
    public void target(ByteBuf newOut, int newSizeMax) {
        out = newOut;
        sizeMax = newSizeMax;
        isOverflowing = false;
    }

    public ByteBuf out() {
        return out;
    }

    /** Writes to another buffer for a while; the limit and what it found stay. */
    void redirect(ByteBuf newOut) {
        out = newOut;
    }

    /** Returns true if a reply of several values went past the limit: what was written is unusable. */
    public boolean isOverflowing() {
        return isOverflowing;
    }

    /** Writes {@code +OK}. */
    public void ok() {
        out.writeBytes(OK);
    }

    /** Writes the nil bulk. */
    public void nil() {
        out.writeBytes(NIL);
    }

    /** Writes a simple string. */
    public void simple(String text) {
        out.writeByte('+');
        line(text);
    }

    /** Writes an error; {@code text} begins with its code, as in {@code ERR syntax error}. */
    public void error(String text) {
        out.writeByte('-');
        line(text);
    }

    public void integer(long value) {
        out.writeByte(':');
        number(value);
    }

    /** Writes the head of an array; the caller writes {@code count} elements. */
    public void array(int count) {
        out.writeByte('*');
        number(count);
    }

    public void bulk(byte[] bytes, int offset, int length) {
        if (out.readableBytes() > sizeMax) {
            isOverflowing = true;
            return;
        }
        out.writeByte('$');
        number(length);
        out.writeBytes(bytes, offset, length);
        out.writeBytes(CRLF);
    }

    public void bulk(byte[] bytes) {
        bulk(bytes, 0, bytes.length);
    }

    public void bulk(String text) {
        bulk(text.getBytes(StandardCharsets.UTF_8));
    }

    public void bulk(ByteSlice slice) {
        bulk(slice.toBytes());
    }

    /** Writes an integer as a bulk, the way strings hold numbers. */
    public void bulkNumber(long value) {
        bulk(Long.toString(value));
    }

    private void number(long value) {
        int at = DIGITS_MAX;
        // Counts down from the negative side, which alone can hold the smallest long.
        long rest = value < 0 ? value : -value;
        do {
            digits[--at] = (byte) ('0' - rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (value < 0) {
            digits[--at] = '-';
        }
        out.writeBytes(digits, at, DIGITS_MAX - at);
        out.writeBytes(CRLF);
    }

    private void line(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < bytes.length; i++) {
            boolean isControl = (bytes[i] >= 0 && bytes[i] < ' ') || bytes[i] == 0x7F;
            bytes[i] = isControl ? (byte) '?' : bytes[i];
        }
        out.writeBytes(bytes);
        out.writeBytes(CRLF);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
