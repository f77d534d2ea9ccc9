package io.daxkv.bench.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes commands, one after the other, into one growing buffer.
 *
 * <p><b>Threads.</b> Confined to one thread.
 */
public final class RespWriter {
    private static final int INITIAL_SIZE = 4096;
    private static final int HEADER_SIZE_MAX = 16;

    private ByteBuffer buffer = ByteBuffer.allocate(INITIAL_SIZE);

    /** Starts a command of {@code count} words; that many {@link #word} calls must follow. */
    public RespWriter command(int count) {
        header('*', count);
        return this;
    }

    public RespWriter word(byte[] bytes) {
        header('$', bytes.length);
        reserve(bytes.length + 2);
        buffer.put(bytes).put((byte) '\r').put((byte) '\n');
        return this;
    }

    public RespWriter word(String text) {
        return word(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a whole command of text words. */
    public RespWriter words(String... words) {
        command(words.length);
        for (String word : words) {
            word(word);
        }
        return this;
    }

    /** Writes a command that is encoded already. */
    public RespWriter raw(ByteBuffer bytes) {
        reserve(bytes.remaining());
        buffer.put(bytes);
        return this;
    }

    /** Returns what was written, ready to be sent; {@link #reset} before writing more. */
    public ByteBuffer flip() {
        return buffer.flip();
    }

    /** Forgets what was sent. */
    public void reset() {
        buffer.clear();
    }

    private void header(char kind, int number) {
        reserve(HEADER_SIZE_MAX);
        buffer.put((byte) kind);
        int divisor = 1;
        while (number / divisor >= 10) {
            divisor *= 10;
        }
        for (; divisor > 0; divisor /= 10) {
            buffer.put((byte) ('0' + number / divisor % 10));
        }
        buffer.put((byte) '\r').put((byte) '\n');
    }

    private void reserve(int size) {
        if (buffer.remaining() < size) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(buffer.capacity() * 2, buffer.position() + size));
            buffer = larger.put(buffer.flip());
        }
    }
}
