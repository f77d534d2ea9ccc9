package io.daxkv.client;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * A server that answers what its script says, so that a test can make it lie or hang up. Answers what Lettuce asks when
 * it connects by itself; an empty answer closes the connection.
 */
final class ScriptedServer implements AutoCloseable {
    static final String HANG_UP = "";

    private final ServerSocket socket;
    private final Function<List<String>, String> script;
    private final List<String> received = new CopyOnWriteArrayList<>();

    ScriptedServer(Function<List<String>, String> script) throws IOException {
        this.script = script;
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread acceptor = new Thread(this::accept, "scripted-server");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    String uri() {
        return "redis://127.0.0.1:" + socket.getLocalPort();
    }

    /** Returns the commands received, without those of the connection's start. */
    List<String> received() {
        return received;
    }

    private void accept() {
        try {
            while (true) {
                Socket peer = socket.accept();
                Thread server = new Thread(() -> serve(peer), "scripted-connection");
                server.setDaemon(true);
                server.start();
            }
        } catch (IOException e) {
            assert socket.isClosed() : e;
        }
    }

    private void serve(Socket peer) {
        try (peer) {
            InputStream in = new BufferedInputStream(peer.getInputStream());
            while (true) {
                String reply = answer(command(in));
                if (reply.equals(HANG_UP)) {
                    return;
                }
                peer.getOutputStream().write(reply.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            assert !peer.isConnected() || socket.isClosed() || peer.isClosed() : e;
        }
    }

    private String answer(List<String> command) {
        switch (command.get(0)) {
            case "CLIENT", "PING":
                return "+OK\r\n";
            case "HELLO":
                return "-NOPROTO unsupported protocol version\r\n";
            default:
                received.add(String.join(" ", command));
                return script.apply(command);
        }
    }

    private static List<String> command(InputStream in) throws IOException {
        int count = Integer.parseInt(line(in).substring(1));
        List<String> words = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int length = Integer.parseInt(line(in).substring(1));
            words.add(new String(in.readNBytes(length), StandardCharsets.UTF_8));
            in.skipNBytes(2);
        }
        return words;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int b = in.read(); b != '\r'; b = in.read()) {
            if (b < 0) {
                throw new IOException("peer closed");
            }
            text.append((char) b);
        }
        in.skipNBytes(1);
        return text.toString();
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
