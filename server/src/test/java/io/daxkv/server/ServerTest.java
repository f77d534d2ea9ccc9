package io.daxkv.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.server.command.ServerView.Durability;
import io.daxkv.storage.pmem.PersistenceMode;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

/**
 * The whole server over sockets: clients that know nothing of it work, and what it acknowledged is there after a
 * restart.
 *
 * <p>Not covered: a killed process and lost power; the benchmark's and the store's crash tests do those.
 */
class ServerTest {
    private static final long SIZE = 96L << 20;
    private static final int TIMEOUT_MS = 10_000;

    private final List<Integer> exits = new CopyOnWriteArrayList<>();

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(
            value = PersistenceMode.class,
            names = {"PAGE", "CLWB_EMULATED", "VOLATILE"})
    void unmodifiedClientsWorkAndRestartKeepsTheirData(PersistenceMode mode) throws Exception {
        ServerOptions options = options(mode);
        try (DaxkvServer server = start(options)) {
            useJedis(server.port());
            useLettuce(server.port());
        }
        try (DaxkvServer server = start(options);
                Jedis jedis = jedis(server.port())) {
            assertEquals("value", jedis.get("jedis"));
            assertEquals("11", jedis.get("lettuce"));
            assertEquals(List.of("1", "2"), jedis.mget("a", "b"));
            assertEquals(null, jedis.get("gone"));
            assertTrue(jedis.ttl("mortal") > 0);
            assertEquals(1 << 20, jedis.strlen("large"));
        }
        assertEquals(List.of(), exits);
    }

    private static void useJedis(int port) {
        try (Jedis jedis = jedis(port)) {
            assertEquals("PONG", jedis.ping());
            assertEquals("OK", jedis.set("jedis", "value"));
            assertEquals("value", jedis.get("jedis"));
            assertEquals("OK", jedis.mset("a", "1", "b", "2"));
            jedis.set("gone", "x");
            assertEquals(1, jedis.del("gone"));
            jedis.set(
                    "mortal",
                    "x",
                    redis.clients.jedis.params.SetParams.setParams().ex(1000));
            jedis.set("large".getBytes(StandardCharsets.UTF_8), new byte[1 << 20]);
            assertTrue(jedis.info().contains("server_name:daxkv"));
            assertTrue(jedis.keys("*").contains("jedis"));
            assertEquals("daxkv-test", named(jedis));
        }
    }

    private static String named(Jedis jedis) {
        jedis.clientSetname("daxkv-test");
        return jedis.clientGetname();
    }

    private static void useLettuce(int port) {
        RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", port));
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisCommands<String, String> commands = connection.sync();
            assertEquals("OK", commands.set("lettuce", "10", SetArgs.Builder.nx()));
            assertEquals(11, commands.incr("lettuce"));
            assertEquals("11", commands.get("lettuce"));
            assertFalse(commands.scan().getKeys().isEmpty());
            assertTrue(commands.commandCount() > 50);
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    @Test
    void mgetNeverSeesHalfAnMset() throws Exception {
        ServerOptions options = options(PersistenceMode.VOLATILE);
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        try (DaxkvServer server = start(options);
                Jedis reader = jedis(server.port())) {
            String[] keys = new String[64];
            String[] pairs = new String[2 * keys.length];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = "k" + i;
                pairs[2 * i] = keys[i];
            }
            Thread writer = new Thread(() -> {
                try (Jedis jedis = jedis(server.port())) {
                    for (int n = 0; n < 2000; n++) {
                        for (int i = 0; i < keys.length; i++) {
                            pairs[2 * i + 1] = Integer.toString(n);
                        }
                        jedis.mset(pairs);
                    }
                } catch (RuntimeException e) {
                    failures.add(e);
                }
            });
            writer.start();
            while (writer.isAlive()) {
                List<String> values = reader.mget(keys);
                assertEquals(Collections.nCopies(keys.length, values.get(0)), values);
            }
            writer.join();
        }
        assertEquals(List.of(), failures);
    }

    @Test
    void manyClientsOnManyLoopsLoseNothing() throws Exception {
        int clients = 8;
        int writes = 200;
        try (DaxkvServer server = start(options(PersistenceMode.PAGE))) {
            Thread[] threads = new Thread[clients];
            List<Throwable> failures = new CopyOnWriteArrayList<>();
            for (int i = 0; i < clients; i++) {
                threads[i] = new Thread(() -> {
                    try (Jedis jedis = jedis(server.port())) {
                        for (int n = 0; n < writes; n++) {
                            jedis.incr("shared");
                        }
                    } catch (RuntimeException e) {
                        failures.add(e);
                    }
                });
                threads[i].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(List.of(), failures);
            try (Jedis jedis = jedis(server.port())) {
                assertEquals(Integer.toString(clients * writes), jedis.get("shared"));
            }
        }
    }

    @Test
    void stopAnswersWhatWasReceived() throws Exception {
        DaxkvServer server = start(options(PersistenceMode.PAGE));
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write("SET a 1\r\nGET a\r\nSHUTDOWN\r\n".getBytes(StandardCharsets.US_ASCII));
            server.awaitStop();
            server.close();
            assertEquals("+OK\r\n$1\r\n1\r\n", text(socket.getInputStream().readAllBytes()));
        }
        try (DaxkvServer again = start(options(PersistenceMode.PAGE));
                Jedis jedis = jedis(again.port())) {
            assertEquals("1", jedis.get("a"));
        }
    }

    @Test
    void blockedClientIsAnsweredAtTheStop() throws Exception {
        DaxkvServer server = start(options(PersistenceMode.PAGE));
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write("PING\r\nDAX.WAIT 99 0\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals("+PONG\r\n", text(socket.getInputStream().readNBytes(7)));
            server.close();
            assertEquals(":0\r\n", text(socket.getInputStream().readAllBytes()));
        }
    }

    @Test
    void failedWriteBackClosesEverybodyAndEndsTheProcess() throws Exception {
        try (DaxkvServer server = start(options(PersistenceMode.VOLATILE));
                Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write("PING\r\nDAX.WAIT 99 0\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals("+PONG\r\n", text(socket.getInputStream().readNBytes(7)));
            server.fail(new IllegalStateException("write-back failed: errno=5"));
            server.fail(new IllegalStateException("write-back failed: errno=5"));
            assertEquals("", text(socket.getInputStream().readAllBytes()));
            assertEquals(List.of(ExitCode.WRITE_BACK_FAILED), exits);
        }
    }

    @Test
    void clientThatNegotiatesFallsBackToProtocolTwo() throws Exception {
        try (DaxkvServer server = start(options(PersistenceMode.VOLATILE));
                redis.clients.jedis.RedisClient client =
                        redis.clients.jedis.RedisClient.create("127.0.0.1", server.port())) {
            assertEquals("OK", client.set("a", "1"));
            assertEquals("1", client.get("a"));
        }
    }

    @Test
    void secondServerFindsTheFileLocked() throws Exception {
        ServerOptions options = options(PersistenceMode.PAGE);
        try (DaxkvServer server = start(options)) {
            assertTrue(server.port() > 0);
            RuntimeException refusal = assertThrows(RuntimeException.class, () -> start(options));
            assertEquals(ExitCode.LOCKED, ServerMain.exitCode(refusal));
            assertEquals(ExitCode.LOCKED, ServerMain.run("check", options.file().toString()));
        }
    }

    @Test
    void takenPortIsAnErrorThatLeavesTheFileFree() throws Exception {
        try (DaxkvServer server = start(options(PersistenceMode.PAGE))) {
            ServerOptions other = options(PersistenceMode.PAGE)
                    .withFile(directory.resolve("other.pmem"), SIZE, PersistenceMode.PAGE)
                    .withPorts(server.port(), -1);
            assertThrows(IOException.class, () -> start(other));
            start(other.withPorts(0, -1)).close();
        }
    }

    @Test
    void strangersAreTurnedAwayUntilTheModeIsOff() throws Exception {
        Optional<InetAddress> outside = outsideAddress();
        if (outside.isEmpty()) {
            // A machine with loopback only: nobody can be a stranger here.
            return;
        }
        ServerOptions open = options(PersistenceMode.PAGE).withBind("0.0.0.0", true);
        try (DaxkvServer server = start(open)) {
            String greeting = firstLine(outside.get(), server.port());
            assertTrue(greeting.startsWith("-DENIED "), greeting);
        }
        try (DaxkvServer server = start(open.withBind("0.0.0.0", false))) {
            assertEquals("+PONG", firstLine(outside.get(), server.port()));
        }
    }

    private static String firstLine(InetAddress address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(address, 0));
            socket.connect(new InetSocketAddress(address, port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            StringBuilder line = new StringBuilder();
            for (int next = in.read(); next >= 0 && next != '\r'; next = in.read()) {
                line.append((char) next);
            }
            return line.toString();
        }
    }

    private static Optional<InetAddress> outsideAddress() throws IOException {
        Stream<InetAddress> all = Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .flatMap(NetworkInterface::inetAddresses);
        return all.filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst();
    }

    @Test
    void operatorsSeeNumbersAndReadiness() throws Exception {
        ServerOptions options = options(PersistenceMode.CLWB_EMULATED);
        try (DaxkvServer server = start(options.withPorts(0, 0));
                Jedis jedis = jedis(server.port())) {
            jedis.set("a", "1");
            String metrics = get(server, "/metrics").body();
            assertTrue(metrics.contains("daxkv_commands_total{command=\"set\"} 1.0"), metrics);
            assertTrue(metrics.contains("daxkv_lsn_durable 1.0"), metrics);
            assertTrue(metrics.contains("daxkv_keys 1.0"), metrics);
            assertTrue(metrics.contains("daxkv_persist_redundant_lines_total 0.0"), metrics);
            assertTrue(metrics.contains("medium=\"cache-line-emulated\""), metrics);
            assertTrue(metrics.contains("daxkv_runs_by_nanos_total{le=\"+Inf\"}"), metrics);
            assertEquals(200, get(server, "/healthz").statusCode());
            assertEquals(200, get(server, "/readyz").statusCode());
            assertEquals(404, get(server, "/metrics/x").statusCode());
            HttpRequest post = HttpRequest.newBuilder(uri(server, "/metrics"))
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            assertEquals(405, send(post).statusCode());
            assertTrue(jedis.info("persistence").contains("medium:cache-line-emulated"));
            assertTrue(jedis.info("persistence").contains("durable:no"));
            assertTrue(server.readyLine()
                    .matches("daxkv ready: port=\\d+ admin=\\d+ medium=cache-line-emulated durability=always keys=1"
                            + " recovered_ms=\\d+"));
        }
    }

    private static HttpResponse<String> get(DaxkvServer server, String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(server, path)).build());
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static URI uri(DaxkvServer server, String path) {
        return URI.create("http://127.0.0.1:" + server.adminPort() + path);
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void everyDurabilityServesAndKeepsDataOverAnOrderlyStop(Durability durability) throws Exception {
        ServerOptions options = options(PersistenceMode.PAGE).withDurability(durability, Duration.ofMillis(10));
        try (DaxkvServer server = start(options);
                Jedis jedis = jedis(server.port())) {
            jedis.set("a", "1");
            long durable = (Long) jedis.sendCommand(() -> "DAX.WAIT".getBytes(StandardCharsets.US_ASCII), "1", "50");
            assertTrue(durable >= (durability == Durability.NONE ? 0 : 1), "nothing made the write durable");
            assertEquals(
                    List.of(1L, 0L),
                    jedis.sendCommand(() -> "WAITAOF".getBytes(StandardCharsets.US_ASCII), "1", "0", "0"));
        }
        try (DaxkvServer server = start(options);
                Jedis jedis = jedis(server.port())) {
            assertEquals("1", jedis.get("a"));
        }
    }

    @Test
    void checkReadsWhatAServerLeft() throws Exception {
        ServerOptions options = options(PersistenceMode.PAGE);
        try (DaxkvServer server = start(options);
                Jedis jedis = jedis(server.port())) {
            jedis.mset("a", "1", "b", "22");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int code = CheckCommand.check(options.file(), new PrintStream(out, true, StandardCharsets.UTF_8));
        assertEquals(ExitCode.OK, code);
        List<String> lines = Arrays.asList(out.toString(StandardCharsets.UTF_8).split("\\R"));
        assertTrue(lines.contains("keys: 2"), lines::toString);
        assertTrue(lines.contains("value bytes: 3"), lines::toString);
        assertTrue(lines.contains("verdict: clean"), lines::toString);
    }

    private ServerOptions options(PersistenceMode mode) {
        return ServerOptions.defaults()
                .withPorts(0, -1)
                .withFile(directory.resolve("store.pmem"), SIZE, mode)
                .withLimits(ServerLimits.defaults(), 2);
    }

    private DaxkvServer start(ServerOptions options) throws IOException, InterruptedException {
        return DaxkvServer.start(options, exits::add);
    }

    private static Jedis jedis(int port) {
        return new Jedis("127.0.0.1", port, TIMEOUT_MS);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
