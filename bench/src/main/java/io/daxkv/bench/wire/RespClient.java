package io.daxkv.bench.wire;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A connection for verification: commands are sent when the caller says so, replies are decoded one by one. Blocking;
 * the load generator has its own, faster loop.
 *
 * <p><b>Threads.</b> Confined to one thread, except {@link #close}.
 *
 * <p><b>Failure.</b> {@link IOException} once the peer is gone; what had no reply by then has an unknown outcome.
 */
public final class RespClient implements AutoCloseable {
    private static final int BUFFER_SIZE = 64 * 1024;
    private static final int ARRAY_LENGTH_MAX = 1 << 20;
    private static final int BULK_SIZE_MAX = 512 << 20;

    private final Socket socket;
    private final InputStream in;
    private final RespWriter writer = new RespWriter();

    private RespClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), BUFFER_SIZE);
    }

    /** Connects; a read that waits longer than {@code replyTimeout} fails. */
    public static RespClient connect(String host, int port, Duration replyTimeout) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            socket.setSoTimeout((int) replyTimeout.toMillis());
            socket.connect(new InetSocketAddress(host, port), (int) replyTimeout.toMillis());
            return new RespClient(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Returns where commands are gathered until {@link #send}. */
    public RespWriter writer() {
        return writer;
    }

    /** Sends what was gathered. */
    public void send() throws IOException {
        ByteBuffer bytes = writer.flip();
        socket.getOutputStream().write(bytes.array(), bytes.arrayOffset(), bytes.limit());
        writer.reset();
    }

    /** Sends one command and returns its reply; nothing else may be outstanding. */
    public Reply call(String... words) throws IOException {
        writer.words(words);
        send();
        return read();
    }

    /** Waits for the next reply. */
    public Reply read() throws IOException {
        int kind = in.read();
        switch (kind) {
            case '+':
                return new Reply.Status(line());
            case '-':
                return new Reply.Failure(line());
            case ':':
                return new Reply.Number(number(Long.MIN_VALUE, Long.MAX_VALUE));
            case '$':
                return bulk((int) number(-1, BULK_SIZE_MAX));
            case '*':
                return array((int) number(-1, ARRAY_LENGTH_MAX));
            case -1:
                throw new EOFException("server closed the connection");
            default:
                throw new ProtocolException("unexpected reply type: byte=" + kind);
        }
    }

    private Reply bulk(int length) throws IOException {
        if (length < 0) {
            return new Reply.Bulk(null);
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("server closed the connection inside a reply");
        }
        in.skipNBytes(2);
        return new Reply.Bulk(bytes);
    }

    private Reply array(int length) throws IOException {
        List<Reply> elements = new ArrayList<>(Math.max(0, length));
        for (int i = 0; i < length; i++) {
            elements.add(read());
        }
        return new Reply.Array(elements);
    }

    private long number(long min, long max) throws IOException {
        String digits = line();
        try {
            long number = Long.parseLong(digits);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new ProtocolException("not a number: text=" + digits);
        }
        throw new ProtocolException("number out of range: number=" + digits + ", min=" + min + ", max=" + max);
    }

    private String line() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int b = in.read(); b != '\r'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("server closed the connection inside a reply");
            }
            text.append((char) b);
        }
        in.skipNBytes(1);
        return text.toString();
    }

    /** Closes the connection; a thread waiting for a reply gets an exception. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
