package io.daxkv.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Bytes received and not yet executed. Usually there are none between reads: then the bytes are decoded where the
 * socket put them. Only the rest of an unfinished request is copied, to a buffer that at least doubles when it grows,
 * so a large value is copied a constant number of times however it arrives.
 *
 * <p><b>Threads.</b> Confined to the connection's event loop.
 */
final class ReceiveBuffer {
    private static final int SIZE_MIN = 512;

    private final ByteBufAllocator allocator;
    private ByteBuf buffer;
    private boolean isOwn;

    ReceiveBuffer(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** Takes what a socket delivered. {@code neededSize} bytes are known to be needed in all; 0 = not known. */
    void add(ByteBuf in, long neededSize) {
        if (buffer == null) {
            buffer = in;
            isOwn = false;
            return;
        }
        try {
            makeRoom(in.readableBytes(), neededSize);
            buffer.writeBytes(in);
        } finally {
            in.release();
        }
    }

    /** Returns the bytes to decode, or null if there are none. */
    ByteBuf bytes() {
        return buffer;
    }

    int size() {
        return buffer == null ? 0 : buffer.readableBytes();
    }

    /** Keeps only what was not decoded; call it before the event loop turns to other channels. */
    void keepRest() {
        if (buffer == null) {
            return;
        }
        if (!buffer.isReadable()) {
            // Given back rather than kept: ten thousand idle connections should cost nothing.
            release();
        } else if (!isOwn) {
            ByteBuf rest = allocator.ioBuffer(Math.max(SIZE_MIN, buffer.readableBytes()));
            rest.writeBytes(buffer);
            buffer.release();
            buffer = rest;
            isOwn = true;
        }
    }

    void release() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
    }

    private void makeRoom(int more, long neededSize) {
        if (more <= buffer.maxFastWritableBytes()) {
            return;
        }
        if (buffer.readerIndex() >= buffer.readableBytes()) {
            buffer.discardReadBytes();
        }
        long required = (long) buffer.writerIndex() + more;
        if (required <= buffer.capacity()) {
            return;
        }
        long doubled = Math.max(required, 2L * buffer.capacity());
        // The announced size trims the last doubling but never raises it: it is only a promise.
        long wanted = buffer.readerIndex() + neededSize;
        long capacity = wanted >= required && wanted < doubled ? wanted : doubled;
        buffer.capacity((int) Math.min(capacity, buffer.maxCapacity()));
    }
}
