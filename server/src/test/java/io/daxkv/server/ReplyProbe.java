package io.daxkv.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.embedded.EmbeddedChannel;

/** One connection to an embedded server, spoken to in lines; replies are shown with a space for each inner CRLF. */
final class ReplyProbe implements AutoCloseable {
    final EmbeddedServer server = new EmbeddedServer();
    final EmbeddedChannel channel = server.connect();

    /** Fails unless {@code request} is answered by {@code expected}. */
    void check(String request, String expected) {
        assertEquals(expected, reply(request), request);
    }

    /** Sends one inline request and returns its reply. */
    String reply(String request) {
        String raw = server.exchange(channel, request + "\r\n");
        return raw.isEmpty() ? "" : raw.substring(0, raw.length() - 2).replace("\r\n", " ");
    }

    @Override
    public void close() {
        server.close();
    }
}
