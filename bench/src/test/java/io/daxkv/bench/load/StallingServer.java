package io.daxkv.bench.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Answers every request with OK, but once, at a given request, stops answering anybody for a while. */
final class StallingServer implements AutoCloseable {
    private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicLong requestCount = new AtomicLong();
    private final CountDownLatch never = new CountDownLatch(1);
    private final long stallAt;
    private final long stallMs;

    StallingServer(long stallAt, long stallMs) throws IOException {
        this.stallAt = stallAt;
        this.stallMs = stallMs;
        start(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "stalling-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket peer = socket.accept();
                start(() -> serve(peer));
            }
        } catch (IOException e) {
            assert socket.isClosed() : e;
        }
    }

    /** A GET ends with its fifth line. */
    private void serve(Socket peer) {
        try (peer) {
            InputStream in = peer.getInputStream();
            int lines = 0;
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b == '\n' && ++lines % 5 == 0) {
                    if (requestCount.incrementAndGet() == stallAt) {
                        never.await(stallMs, TimeUnit.MILLISECONDS);
                    }
                    peer.getOutputStream().write(OK);
                }
            }
        } catch (IOException e) {
            assert peer.isClosed() : e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
