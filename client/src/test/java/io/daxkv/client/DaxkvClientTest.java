package io.daxkv.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.server.DaxkvServer;
import io.daxkv.server.ServerOptions;
import io.daxkv.storage.pmem.PersistenceMode;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Client and server agree: levels are kept or refused, each write has its LSN, and an acknowledged write is there after
 * the server has been started again.
 *
 * <p>Method: the real server in this process over a file; a stop between writes stands for the restart. Kills are the
 * durability benchmark's business.
 */
class DaxkvClientTest {
    private static final long SIZE = 64L << 20;

    @TempDir
    private Path directory;

    private DaxkvServer server;
    private DaxkvClient<String, String> client;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        start(PersistenceMode.PAGE);
    }

    private void start(PersistenceMode persistence) throws IOException, InterruptedException {
        ServerOptions options = ServerOptions.defaults()
                .withPorts(0, -1)
                .withFile(directory.resolve(persistence + ".pmem"), SIZE, persistence);
        server = DaxkvServer.start(options, code -> {
            throw new AssertionError("server ends: exit=" + code);
        });
        client = DaxkvClient.connect("redis://127.0.0.1:" + server.port());
    }

    @AfterEach
    void stop() throws InterruptedException {
        client.close();
        server.close();
    }

    @Test
    void everyKindOfWriteIsAcknowledgedWithItsLsn() {
        DaxkvSync<String, String> sync = client.sync();

        WriteResult<String> set = sync.set("k", "v");
        assertEquals("OK", set.value());
        assertEquals("v", sync.get("k"));
        WriteResult<Long> appended = sync.append("k", "w", Durability.POWER);
        assertEquals(2, appended.value());
        assertTrue(appended.lsn() > set.lsn(), set + " then " + appended);
        assertEquals(1, sync.increment("n").value());
        assertEquals(41, sync.incrementBy("n", 40, Durability.POWER).value());
        assertEquals(
                "OK", sync.setAll(Map.of("a", "1", "b", "2"), Durability.POWER).value());
        assertNull(sync.set("a", "3", SetArgs.Builder.nx(), Durability.POWER).value());
        assertEquals(1, sync.expire("a", Duration.ofHours(1), Durability.POWER).value());
        assertEquals("2", sync.getAndDelete("b", Durability.POWER).value());
        assertEquals(
                2, sync.delete(List.of("k", "n", "absent"), Durability.POWER).value());
        assertNull(sync.get("k"));
    }

    @Test
    void powerIsDurableWhenItReturns() {
        WriteResult<String> result = client.sync().set("k", "v", Durability.POWER);

        assertTrue(result.lsn() > 0);
        assertTrue(client.durableLsn() >= result.lsn());
    }

    @Test
    void lowerLevelBecomesDurableWhenWaitedFor() {
        WriteResult<String> result = client.sync().with(Durability.PROCESS).set("k", "v");

        assertTrue(client.awaitDurable(result.lsn(), Duration.ofSeconds(10)) >= result.lsn());
    }

    @Test
    void waitForWhatNobodyWroteTimesOut() {
        assertThrows(
                DurabilityTimeoutException.class, () -> client.awaitDurable(Long.MAX_VALUE, Duration.ofMillis(20)));
    }

    @Test
    void asyncCallsCompleteInOrderWithRisingLsns() {
        List<CompletableFuture<WriteResult<Long>>> calls = IntStream.range(0, 100)
                .mapToObj(i -> client.async().increment("n"))
                .toList();

        long lsn = 0;
        for (int i = 0; i < calls.size(); i++) {
            WriteResult<Long> result = calls.get(i).join();
            assertEquals(i + 1, result.value());
            assertTrue(result.lsn() > lsn, "lsn=" + result.lsn() + ", before=" + lsn);
            lsn = result.lsn();
        }
    }

    @Test
    void anyCommandCanBeCalled() {
        client.sync().setAll(Map.of("a", "1", "b", "2"), Durability.POWER);

        WriteResult<List<String>> values = client.sync()
                .call(
                        Durability.POWER,
                        CommandType.MGET,
                        new ValueListOutput<>(StringCodec.UTF8),
                        new CommandArgs<>(StringCodec.UTF8).addKeys("a", "b"));

        assertEquals(List.of("1", "2"), values.value());
    }

    @Test
    void errorsOfTheServerAreTyped() {
        client.sync().set("k", "text");

        CommandRefusedException refused =
                assertThrows(CommandRefusedException.class, () -> client.sync().increment("k"));
        assertEquals("ERR value is not an integer or out of range", refused.getMessage());
    }

    @Test
    void lettucesOwnCommandsWorkBesideThese() {
        client.sync().set("k", "v");

        assertEquals("v", client.redis().sync().get("k"));
        assertEquals(1, client.redis().sync().dbsize());
        assertEquals(List.of("k"), client.redis().sync().keys("*"));
    }

    @Test
    void bytesPassUnchanged() {
        byte[] bytes = new byte[300_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        RedisURI uri = RedisURI.create("127.0.0.1", server.port());
        try (DaxkvClient<byte[], byte[]> binary = DaxkvClient.connect(uri, ByteArrayCodec.INSTANCE)) {
            binary.sync().set(new byte[] {0, 13, 10}, bytes);

            assertArrayEquals(bytes, binary.sync().get(new byte[] {0, 13, 10}));
        }
    }

    @Test
    void acknowledgedWriteIsThereAfterARestart() throws IOException, InterruptedException {
        long lsn = client.sync().set("k", "v").lsn();
        stop();
        start();

        assertEquals("v", client.sync().get("k"));
        assertTrue(client.durableLsn() >= lsn);
    }

    @Test
    void mediumThatForgetsRefusesPowerAndKeepsNothing() throws IOException, InterruptedException {
        stop();
        start(PersistenceMode.VOLATILE);

        assertThrows(NotDurableException.class, () -> client.sync().set("k", "v"));
        assertNull(client.sync().get("k"), "a refused write changes nothing");
        assertEquals("OK", client.sync().set("k", "v", Durability.PROCESS).value());
    }
}
