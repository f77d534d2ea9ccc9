package io.daxkv.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What the client does when the server keeps less than was asked, refuses, or vanishes: it says so, each by its own
 * exception, and sends nothing twice.
 *
 * <p>Method: a server that answers from a script. How a real server answers is {@code DaxkvClientTest}'s business.
 */
class ScriptedServerTest {
    private static final String OK_AT_7 = "*3\r\n+OK\r\n:7\r\n$5\r\npower\r\n";

    @Test
    void writeCarriesItsLevelAndReturnsItsLsn() throws IOException {
        try (ScriptedServer server = new ScriptedServer(command -> OK_AT_7);
                DaxkvClient<String, String> client = DaxkvClient.connect(server.uri())) {
            WriteResult<String> result = client.sync().set("k", "v");

            assertEquals(new WriteResult<>("OK", 7), result);
            assertEquals(List.of("DAX.CALL power SET k v"), server.received());
        }
    }

    @Test
    void lowerLevelThanAskedIsAnErrorEvenIfTheServerSaysOk() throws IOException {
        try (ScriptedServer server = new ScriptedServer(command -> "*3\r\n+OK\r\n:7\r\n$7\r\nprocess\r\n");
                DaxkvClient<String, String> client = DaxkvClient.connect(server.uri())) {
            NotDurableException refused =
                    assertThrows(NotDurableException.class, () -> client.sync().set("k", "v"));

            assertTrue(refused.getMessage().contains("asked=power, kept=process"), refused.getMessage());
        }
    }

    @Test
    void refusalOfTheLevelIsTyped() throws IOException {
        try (ScriptedServer server = new ScriptedServer(command -> "-NODURABLE medium=tmpfs\r\n");
                DaxkvClient<String, String> client = DaxkvClient.connect(server.uri())) {
            assertThrows(NotDurableException.class, () -> client.sync().increment("k"));
        }
    }

    @Test
    void errorOfTheInnerCommandIsTypedWhereverItStands() throws IOException {
        String text = "-ERR value is not an integer or out of range\r\n";
        for (String reply : List.of(text, "*3\r\n" + text + ":7\r\n$5\r\npower\r\n")) {
            try (ScriptedServer server = new ScriptedServer(command -> reply);
                    DaxkvClient<String, String> client = DaxkvClient.connect(server.uri())) {
                CommandRefusedException refused = assertThrows(
                        CommandRefusedException.class, () -> client.sync().increment("k"));

                assertEquals("ERR value is not an integer or out of range", refused.getMessage());
            }
        }
    }

    @Test
    void innerReplyMayBeNilOrAnArray() throws IOException {
        StringCodec codec = StringCodec.UTF8;
        try (ScriptedServer server =
                        new ScriptedServer(command -> command.get(2).equals("GETDEL")
                                ? "*3\r\n$-1\r\n:9\r\n$5\r\npower\r\n"
                                : "*3\r\n*3\r\n$1\r\na\r\n$-1\r\n$1\r\nc\r\n:9\r\n$5\r\npower\r\n");
                DaxkvClient<String, String> client = DaxkvClient.connect(server.uri())) {
            WriteResult<String> nil = client.sync().getAndDelete("k", Durability.POWER);
            WriteResult<List<String>> list = client.sync()
                    .call(
                            Durability.POWER,
                            CommandType.MGET,
                            new ValueListOutput<>(codec),
                            new CommandArgs<>(codec).addKeys("x", "y", "z"));

            assertNull(nil.value());
            assertEquals(9, nil.lsn());
            assertEquals(java.util.Arrays.asList("a", null, "c"), list.value());
            assertEquals(9, list.lsn());
        }
    }

    @Test
    void commandInFlightIsNotSentAgainWhenTheConnectionBreaks() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                        command -> command.get(0).equals("DAX.LSN") ? "*2\r\n:5\r\n:4\r\n" : ScriptedServer.HANG_UP);
                DaxkvClient<String, String> client = DaxkvClient.connect(server.uri())) {
            assertThrows(OutcomeUnknownException.class, () -> client.sync().increment("k"));

            assertEquals(4, client.durableLsn(), "the connection is opened again for the next call");
            assertEquals(List.of("DAX.CALL power INCRBY k 1", "DAX.LSN"), server.received());
        }
    }

    @Test
    void waitThatEndsEarlyIsATimeout() throws IOException {
        try (ScriptedServer server = new ScriptedServer(command -> ":4\r\n");
                DaxkvClient<String, String> client = DaxkvClient.connect(server.uri())) {
            assertEquals(4, client.awaitDurable(4, Duration.ofMillis(10)));
            assertThrows(DurabilityTimeoutException.class, () -> client.awaitDurable(5, Duration.ofMillis(10)));
        }
    }
}
