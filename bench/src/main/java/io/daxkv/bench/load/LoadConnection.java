package io.daxkv.bench.load;

import io.daxkv.bench.wire.ReplyCounter;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * One connection of a {@link LoadLoop}: a batch of requests is sent, then its replies are awaited. Replies arrive in
 * order, so the time each request should have been sent is kept in a queue as long as a batch.
 *
 * <p><b>Threads.</b> Confined to its loop's thread.
 */
final class LoadConnection {
    private static final int INPUT_SIZE = 64 * 1024;

    /** Is told of each reply and of the time its request should have been sent. */
    @FunctionalInterface
    interface ReplySink {
        void reply(long intendedNanos);
    }

    private final SocketChannel channel;
    private final SelectionKey key;
    private final ByteBuffer output;
    private final ByteBuffer input = ByteBuffer.allocateDirect(INPUT_SIZE);
    private final ReplyCounter replies = new ReplyCounter();
    private final long[] intendedNanos;
    private int sentCount;
    private int repliedCount;

    LoadConnection(InetSocketAddress address, Selector selector, int pipeline, int requestSizeMax) throws IOException {
        channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        output = ByteBuffer.allocateDirect(pipeline * requestSizeMax);
        intendedNanos = new long[pipeline];
        key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** Returns true if a new batch may be put. */
    boolean isIdle() {
        return sentCount == repliedCount;
    }

    /**
     * Returns where the next request goes, and notes when it should have been sent. Call {@link #send} after the last.
     */
    ByteBuffer put(long requestIntendedNanos) {
        if (isIdle()) {
            sentCount = 0;
            repliedCount = 0;
            output.clear();
        }
        intendedNanos[sentCount++] = requestIntendedNanos;
        return output;
    }

    /** Sends the batch that was put. */
    void send() throws IOException {
        output.flip();
        writeMore();
    }

    /** Goes on with what the selector says is possible. */
    void ready(ReplySink sink) throws IOException {
        if (key.isWritable()) {
            writeMore();
        }
        if (key.isReadable()) {
            readMore(sink);
        }
    }

    private void writeMore() throws IOException {
        channel.write(output);
        key.interestOps(output.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    private void readMore(ReplySink sink) throws IOException {
        input.clear();
        if (channel.read(input) < 0) {
            throw new EOFException("server closed a connection under load");
        }
        input.flip();
        while (replies.next(input)) {
            sink.reply(intendedNanos[repliedCount++]);
        }
    }

    long errorCount() {
        return replies.errorCount();
    }

    long nilCount() {
        return replies.nilCount();
    }

    void close() throws IOException {
        channel.close();
    }
}
