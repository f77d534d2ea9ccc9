package io.daxkv.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.server.EmbeddedServer;
import io.daxkv.server.ServerLimits;
import io.daxkv.server.command.ServerView.Durability;
import io.daxkv.server.commit.ManualCommits;
import io.daxkv.storage.pmem.PersistFailedException;
import io.daxkv.storage.testkit.Seed;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A connection answers in order, not before it may, and costs no more than its limits.
 *
 * <p>Method: embedded channels over a real store; where a commit must be held back, the durable LSN is the test's.
 */
class ConnectionTest {
    private static final ServerLimits SMALL = new ServerLimits(64, 16, 1000, 100, 4000, 4, 2000, 4000, 2, 64);

    @Test
    void everySplitGivesTheSameReplies() {
        String requests = "SET a 1\r\n*2\r\n$4\r\nINCR\r\n$1\r\na\r\n*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$4\r\n\r\n\r\n\r\n"
                + "MGET a b c\r\nFOO\r\n*0\r\nDEL a b\r\n*1\r\n$x\r\nPING\r\n";
        String whole = replies(requests, requests.length());
        assertTrue(whole.endsWith("-ERR Protocol error: invalid bulk length\r\n"), whole);
        for (int cut = 1; cut < requests.length(); cut++) {
            assertEquals(whole, replies(requests, cut), "cut=" + cut);
        }
        assertEquals(whole, replies(requests, 1));
    }

    /** Sends {@code requests} in pieces of {@code size} bytes to a fresh server. */
    private static String replies(String requests, int size) {
        try (EmbeddedServer server = new EmbeddedServer()) {
            EmbeddedChannel channel = server.connect();
            StringBuilder replies = new StringBuilder();
            for (int at = 0; at < requests.length() && channel.isOpen(); at += size) {
                replies.append(
                        server.exchange(channel, requests.substring(at, Math.min(requests.length(), at + size))));
            }
            assertFalse(channel.isOpen(), "a protocol error must close the connection");
            return replies.toString();
        }
    }

    @Test
    void nothingLeavesBeforeItIsDurable() {
        ManualCommits commits = new ManualCommits();
        try (EmbeddedServer server = new EmbeddedServer(ServerLimits.defaults(), commits)) {
            EmbeddedChannel writer = server.connect();
            EmbeddedChannel reader = server.connect();
            assertEquals("+PONG\r\n", server.exchange(writer, "PING\r\nSET a 1\r\nPING\r\n"));
            assertEquals(1, commits.requestCount);
            assertEquals("", server.exchange(writer, "PING\r\n"), "a later reply overtook one that waits");
            assertEquals("", server.exchange(reader, "GET a\r\n"), "a read revealed a write that may be lost");
            assertEquals("+PONG\r\n", server.exchange(server.connect(), "PING\r\n"));
            commits.durable = server.store.appendedLsn();
            server.wake();
            assertEquals("+OK\r\n+PONG\r\n+PONG\r\n", EmbeddedServer.replies(writer));
            assertEquals("$1\r\n1\r\n", EmbeddedServer.replies(reader));
            assertEquals("$1\r\n1\r\n", server.exchange(reader, "GET a\r\n"), "a durable read was held");
        }
    }

    @Test
    void absenceIsRevealedOnlyWhenTheDeleteIsDurable() {
        ManualCommits commits = new ManualCommits();
        try (EmbeddedServer server = new EmbeddedServer(ServerLimits.defaults(), commits)) {
            EmbeddedChannel writer = server.connect();
            EmbeddedChannel reader = server.connect();
            server.exchange(writer, "SET a 1\r\n");
            commits.durable = server.store.appendedLsn();
            server.wake();
            EmbeddedServer.replies(writer);
            assertEquals("", server.exchange(writer, "DEL a\r\n"));
            assertEquals("", server.exchange(reader, "GET a\r\n"));
            assertEquals("", server.exchange(reader, "DBSIZE\r\n"));
            commits.durable = server.store.appendedLsn();
            server.wake();
            assertEquals("$-1\r\n:0\r\n", EmbeddedServer.replies(reader));
        }
    }

    @Test
    void weakerDurabilityOpensTheGateAndCallClosesItAgain() {
        ManualCommits commits = new ManualCommits();
        try (EmbeddedServer server = new EmbeddedServer(ServerLimits.defaults(), commits)) {
            server.view.durability = Durability.INTERVAL;
            EmbeddedChannel channel = server.connect();
            assertEquals("+OK\r\n", server.exchange(channel, "SET a 1\r\n"));
            assertEquals(0, commits.requestCount);
            assertEquals("", server.exchange(channel, "DAX.CALL power SET a 2\r\n"));
            assertEquals(1, commits.requestCount);
            commits.durable = server.store.appendedLsn();
            server.wake();
            long lsn = server.store.appendedLsn();
            assertEquals("*3\r\n+OK\r\n:" + lsn + "\r\n$5\r\npower\r\n", EmbeddedServer.replies(channel));
        }
    }

    @Test
    void processLevelIsNotHeld() {
        ManualCommits commits = new ManualCommits();
        try (EmbeddedServer server = new EmbeddedServer(ServerLimits.defaults(), commits)) {
            EmbeddedChannel channel = server.connect();
            String reply = server.exchange(channel, "DAX.CALL process SET a 2\r\n");
            assertEquals("*3\r\n+OK\r\n:" + server.store.appendedLsn() + "\r\n$7\r\nprocess\r\n", reply);
            assertEquals(0, commits.requestCount);
        }
    }

    @Test
    void waitHoldsTheRequestsBehindIt() {
        ManualCommits commits = new ManualCommits();
        try (EmbeddedServer server = new EmbeddedServer(ServerLimits.defaults(), commits)) {
            server.view.durability = Durability.NONE;
            EmbeddedChannel channel = server.connect();
            assertEquals("+OK\r\n", server.exchange(channel, "SET a 1\r\nWAITAOF 1 0 0\r\nPING\r\n"));
            assertEquals(1, commits.requestCount, "WAITAOF must ask for the commit it waits for");
            assertEquals("", server.exchange(channel, "SET a 2\r\n"), "ran while the connection waited");
            commits.durable = 1;
            server.wake();
            assertEquals("*2\r\n:1\r\n:0\r\n+PONG\r\n+OK\r\n", EmbeddedServer.replies(channel));
        }
    }

    @Test
    void waitEndsWithItsTime() {
        ManualCommits commits = new ManualCommits();
        try (EmbeddedServer server = new EmbeddedServer(ServerLimits.defaults(), commits)) {
            server.view.durability = Durability.NONE;
            EmbeddedChannel channel = server.connect();
            assertEquals("+OK\r\n", server.exchange(channel, "SET a 1\r\nWAITAOF 1 0 50\r\nDAX.WAIT 9 50\r\nPING\r\n"));
            server.passTime(49);
            assertEquals("", EmbeddedServer.replies(channel));
            server.passTime(1);
            assertEquals("*2\r\n:0\r\n:0\r\n", EmbeddedServer.replies(channel));
            server.passTime(50);
            assertEquals(":0\r\n+PONG\r\n", EmbeddedServer.replies(channel));
        }
    }

    @Test
    void replicasNeverAnswer() {
        try (EmbeddedServer server = new EmbeddedServer()) {
            EmbeddedChannel channel = server.connect();
            assertEquals("+OK\r\n", server.exchange(channel, "SET a 1\r\nWAITAOF 1 1 50\r\n"));
            server.passTime(50);
            assertEquals("*2\r\n:1\r\n:0\r\n", EmbeddedServer.replies(channel));
        }
    }

    @Test
    void failedCommitClosesWithoutAnAnswer() {
        ManualCommits commits = new ManualCommits();
        commits.isInline = true;
        commits.appended = 1;
        commits.failure = new PersistFailedException("write-back failed: errno=5", null);
        try (EmbeddedServer server = new EmbeddedServer(ServerLimits.defaults(), commits)) {
            EmbeddedChannel channel = server.connect();
            assertEquals("", server.exchange(channel, "SET a 1\r\n"));
            assertFalse(channel.isOpen());
            assertEquals(1, server.failures.size());
        }
    }

    @Test
    void storeThatFailedIsNotAnswered() {
        try (EmbeddedServer server = new EmbeddedServer()) {
            EmbeddedChannel first = server.connect();
            EmbeddedChannel second = server.connect();
            assertEquals("+OK\r\n", server.exchange(first, "SET a 0\r\n"));
            server.pmem.failDrainAt(1);
            assertEquals("", server.exchange(first, "SET a 1\r\n"));
            assertFalse(first.isOpen());
            assertEquals("", server.exchange(second, "SET a 2\r\n"));
            assertFalse(second.isOpen());
            assertFalse(server.failures.isEmpty());
        }
    }

    @Test
    void everyAcknowledgedWriteIsDurableWhenItsReplyLeaves() {
        try (EmbeddedServer server = new EmbeddedServer()) {
            EmbeddedChannel channel = server.connect();
            for (int i = 0; i < 200; i++) {
                String reply = server.exchange(channel, "SET key:" + i % 50 + " " + i + "\r\nINCR n\r\nDEL key:7\r\n");
                assertTrue(reply.startsWith("+OK\r\n:" + (i + 1) + "\r\n:"), reply);
                server.pmem.assertAllDurable("reply " + i);
            }
            assertEquals(0, server.pmem.redundantLineCount());
        }
    }

    @Test
    void pipelineYieldsToOthersAndThenGoesOn() {
        try (EmbeddedServer server = new EmbeddedServer(SMALL, null)) {
            EmbeddedChannel channel = server.connect();
            channel.writeInbound(Unpooled.copiedBuffer("PING\r\n".repeat(10), StandardCharsets.US_ASCII));
            assertEquals("+PONG\r\n".repeat(10), allReplies(server, channel));
            assertTrue(channel.config().isAutoRead());
        }
    }

    private static String allReplies(EmbeddedServer server, EmbeddedChannel channel) {
        StringBuilder text = new StringBuilder(EmbeddedServer.replies(channel));
        for (int i = 0; i < 10; i++) {
            server.passTime(1);
            text.append(EmbeddedServer.replies(channel));
        }
        return text.toString();
    }

    @Test
    void clientWithTooManyRepliesHeldIsNotReadFrom() {
        ManualCommits commits = new ManualCommits();
        try (EmbeddedServer server = new EmbeddedServer(SMALL, commits)) {
            EmbeddedChannel channel = server.connect();
            String value = "v".repeat(900);
            server.exchange(channel, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$900\r\n" + value + "\r\n");
            server.exchange(channel, "GET a\r\n".repeat(5));
            server.passTime(1);
            assertFalse(channel.config().isAutoRead(), "the client may send without end");
            assertEquals("", EmbeddedServer.replies(channel));
            commits.durable = server.store.appendedLsn();
            server.wake();
            assertEquals("+OK\r\n" + ("$900\r\n" + value + "\r\n").repeat(5), allReplies(server, channel));
            assertTrue(channel.config().isAutoRead());
        }
    }

    @Test
    void replyBeyondTheHardLimitClosesTheConnection() {
        try (EmbeddedServer server = new EmbeddedServer(SMALL, null)) {
            EmbeddedChannel channel = server.connect();
            server.exchange(channel, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1000\r\n" + "v".repeat(1000) + "\r\n");
            assertTrue(server.exchange(channel, "MGET a a a a\r\n").startsWith("*4\r\n"));
            assertEquals("", server.exchange(channel, "MGET a a a a a a\r\n"));
            assertFalse(channel.isOpen());
        }
    }

    @Test
    void tooMuchSentAheadClosesTheConnection() {
        ManualCommits commits = new ManualCommits();
        try (EmbeddedServer server = new EmbeddedServer(SMALL, commits)) {
            EmbeddedChannel channel = server.connect();
            server.exchange(channel, "DAX.WAIT 5 0\r\n");
            server.exchange(channel, "x".repeat(SMALL.queryBufferSizeMax()));
            assertTrue(channel.isOpen());
            server.exchange(channel, "x");
            assertFalse(channel.isOpen());
        }
    }

    @Test
    void clientsBeyondTheLimitAreToldAndClosed() {
        try (EmbeddedServer server = new EmbeddedServer(SMALL, null)) {
            server.connect();
            EmbeddedChannel second = server.connect();
            EmbeddedChannel third = server.connect();
            assertEquals("-ERR max number of clients reached\r\n", EmbeddedServer.replies(third));
            assertFalse(third.isOpen());
            second.close();
            assertTrue(server.connect().isOpen());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"POST / HTTP/1.1\r\nHost: x\r\n\r\nSET a 1\r\n", "GET / HTTP/1.1\r\nHost: x\r\nSET a 1\r\n"})
    void httpIsNotServed(String request) {
        try (EmbeddedServer server = new EmbeddedServer()) {
            EmbeddedChannel channel = server.connect();
            server.exchange(channel, request);
            assertFalse(channel.isOpen());
            assertEquals(0, server.store.keyCount());
        }
    }

    @Test
    void largeValueArrivesInSmallPieces() {
        int size = 8 << 20;
        try (EmbeddedServer server = new EmbeddedServer()) {
            EmbeddedChannel channel = server.connect();
            server.exchange(channel, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$" + size + "\r\n");
            byte[] piece = new byte[64 << 10];
            for (int sent = 0; sent < size; sent += piece.length) {
                channel.writeInbound(Unpooled.wrappedBuffer(piece));
            }
            assertEquals("+OK\r\n", server.exchange(channel, "\r\n"));
            assertEquals(":" + size + "\r\n", server.exchange(channel, "STRLEN a\r\n"));
        }
    }

    /** Whatever is sent, in whatever pieces, no exception escapes and no buffer leaks. */
    @Test
    void noBytesBreakAConnection() {
        Seed seed = Seed.draw();
        String[] words = {
            "GET",
            "SET",
            "MSET",
            "DAX.CALL",
            "power",
            "WAITAOF",
            "1",
            "0",
            "-1",
            "a",
            "b",
            "EX",
            "OBJECT",
            "COMMAND",
            "GETKEYS",
            "SCAN",
            "CONFIG",
            "CLIENT",
            "\"",
            "99999999999999999999",
            "APPEND",
            "SETRANGE",
            "GETRANGE",
            "INCR"
        };
        seed.run(() -> {
            RandomGenerator random = seed.random();
            try (EmbeddedServer server = new EmbeddedServer(ServerLimits.defaults(), null)) {
                for (int round = 0; round < 2_000; round++) {
                    EmbeddedChannel channel = server.connect();
                    StringBuilder text = new StringBuilder();
                    for (int line = random.nextInt(1, 5); line > 0; line--) {
                        for (int word = random.nextInt(1, 7); word > 0; word--) {
                            text.append(words[random.nextInt(words.length)]).append(' ');
                        }
                        text.append(random.nextInt(8) == 0 ? "\0*1\r\n$" : "\r\n");
                    }
                    int cut = random.nextInt(text.length());
                    server.exchange(channel, text.substring(0, cut));
                    if (channel.isOpen()) {
                        server.exchange(channel, text.substring(cut));
                    }
                    channel.checkException();
                    channel.finishAndReleaseAll();
                }
                assertEquals(0, server.failures.size());
            }
        });
    }
}
