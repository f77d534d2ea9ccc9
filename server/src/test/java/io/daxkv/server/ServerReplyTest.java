package io.daxkv.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Commands about the connection, the server and durability reply, and fail, as Redis 7.2 does, or as documented where
 * Redis has none.
 */
class ServerReplyTest {
    private static final String NOT_INTEGER = "-ERR value is not an integer or out of range";
    private static final String SYNTAX = "-ERR syntax error";

    private final ReplyProbe probe = new ReplyProbe();
    private final EmbeddedServer server = probe.server;
    private final EmbeddedChannel channel = probe.channel;

    @AfterEach
    void close() {
        probe.close();
    }

    @Test
    void connectionCommands() {
        check("PING", "+PONG");
        check("ping hello", "$5 hello");
        check("PING a b", "-ERR wrong number of arguments for 'ping' command");
        check("ECHO hi", "$2 hi");
        check("ECHO", "-ERR wrong number of arguments for 'echo' command");
        check("SELECT 0", "+OK");
        check("SELECT 1", "-ERR DB index is out of range");
        check("SELECT x", NOT_INTEGER);
        check("RESET", "+RESET");
        check("CLIENT SETNAME me", "+OK");
        check("CLIENT GETNAME", "$2 me");
        check("CLIENT SETNAME \"a b\"", "-ERR Client names cannot contain spaces, newlines or special characters.");
        check("CLIENT SETINFO LIB-NAME x", "+OK");
        check("CLIENT SETINFO FOO x", "-ERR Unrecognized option 'FOO'");
        check("CLIENT NO-EVICT on", "+OK");
        check("CLIENT FOO", "-ERR unknown subcommand 'FOO'. Try CLIENT HELP.");
        check("CLIENT ID x", "-ERR wrong number of arguments for 'client|id' command");
        assertTrue(reply("CLIENT ID").startsWith(":"));
        assertTrue(reply("CLIENT INFO").contains("lib-name=x"));
    }

    @Test
    void helloSpeaksProtocolTwoOnly() {
        check("HELLO 3", "-NOPROTO unsupported protocol version");
        check("HELLO x", "-ERR Protocol version is not an integer or out of range");
        check(
                "HELLO 2 AUTH a b",
                "-ERR AUTH <password> called without any password configured for the default user."
                        + " Are you sure your configuration is correct?");
        check("HELLO 2 FOO", "-ERR Syntax error in HELLO option 'FOO'");
        assertTrue(reply("HELLO 2 SETNAME me").startsWith("*14 $6 server $5 daxkv $7 version $5 7.2.4 $5 proto :2"));
        check("CLIENT GETNAME", "$2 me");
    }

    @Test
    void unknownCommandsAreNamedWithoutTheirControlBytes() {
        check("FOO", "-ERR unknown command 'FOO', with args beginning with: ");
        check("FOO a b", "-ERR unknown command 'FOO', with args beginning with: 'a' 'b' ");
        check("\"F\\r\\nO\" \"a\\n\"", "-ERR unknown command 'F??O', with args beginning with: 'a?' ");
        check(
                "FOO " + "x".repeat(200),
                "-ERR unknown command 'FOO', with args beginning with: '" + "x".repeat(128) + "' ");
    }

    @Test
    void quitAnswersAndCloses() {
        check("QUIT", "+OK");
        assertFalse(channel.isOpen());
    }

    @Test
    void serverCommands() {
        check("CONFIG GET append*", "*4 $11 appendfsync $6 always $10 appendonly $3 yes");
        check("CONFIG GET save nosuch", "*2 $4 save $0 ");
        check("CONFIG GET", "-ERR wrong number of arguments for 'config|get' command");
        check(
                "CONFIG SET save x",
                "-ERR CONFIG SET failed (possibly related to argument 'save')" + " - can't set immutable config");
        check("CONFIG SET nosuch x", "-ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'");
        check("CONFIG RESETSTAT", "+OK");
        check("CONFIG FOO", "-ERR unknown subcommand 'FOO'. Try CONFIG HELP.");
        check("COMMAND COUNT", ":" + server.view.table().rows().size());
        check("COMMAND INFO nosuch", "*1 $-1");
        check("COMMAND INFO get", "*1 *10 $3 get :2 *2 +readonly +fast :1 :1 :1 *3 +@string +@read +@fast *0 *0 *0");
        check("COMMAND DOCS echo", "*2 $4 echo *4 $7 summary $21 Answers its argument. $5 group $10 connection");
        check("COMMAND GETKEYS MSET a 1 b 2", "*2 $1 a $1 b");
        check("COMMAND GETKEYS PING", "-ERR The command has no key arguments");
        check("COMMAND GETKEYS nosuch", "-ERR Invalid command specified");
        check("COMMAND GETKEYS GET", "-ERR Invalid number of arguments specified for command");
        check("COMMAND FOO", "-ERR unknown subcommand 'FOO'. Try COMMAND HELP.");
        assertTrue(reply("COMMAND").startsWith("*" + server.view.table().rows().size() + " *10 "));
        assertTrue(reply("COMMAND LIST")
                .startsWith("*" + server.view.table().rows().size() + " $"));
        check("INFO server", "$10 # server ");
        check("TIME", "*2 " + bulk(server.clock.nowMs() / 1000) + " " + bulk(server.clock.nowMs() % 1000 * 1000));
        check("SHUTDOWN ABORT", "-ERR No shutdown in progress.");
        check("SHUTDOWN FOO", SYNTAX);
        assertEquals(0, server.view.shutdownCount);
        check("SHUTDOWN NOSAVE", "");
        assertEquals(1, server.view.shutdownCount);
        assertFalse(channel.isOpen());
    }

    @Test
    void durabilityCommands() {
        check("SET k v", "+OK");
        long lsn = server.store.appendedLsn();
        check("DAX.LSN", "*2 :" + lsn + " :" + lsn);
        check("DAX.CALL power SET k w", "*3 +OK :" + (lsn + 1) + " $5 power");
        check("DAX.CALL POWER GET k", "*3 $1 w :" + (lsn + 1) + " $5 power");
        check("DAX.CALL process INCR n", "*3 :1 :" + (lsn + 2) + " $7 process");
        check("DAX.CALL none DEL k", "*3 :1 :" + (lsn + 3) + " $4 none");
        check("DAX.CALL fast GET k", "-ERR unknown durability level, must be power, process or none");
        check("DAX.CALL power GET", "-ERR wrong number of arguments for 'get' command");
        check("DAX.CALL power FOO", "-ERR unknown command 'FOO', with args beginning with: ");
        check("DAX.CALL power DAX.CALL power GET k", "-ERR command is not allowed inside DAX.CALL");
        check("DAX.CALL power WAITAOF 1 0 0", "-ERR command is not allowed inside DAX.CALL");
        check("DAX.CALL power QUIT", "-ERR command is not allowed inside DAX.CALL");
        check("DAX.WAIT 1 0", ":" + server.store.durableLsn());
        check("DAX.WAIT -1 0", "-ERR LSN is negative");
        check("DAX.WAIT 1 -1", "-ERR timeout is negative");
        check("DAX.WAIT 1 x", "-ERR timeout is not an integer or out of range");
        check("WAITAOF 2 0 0", "-ERR value is out of range, value must between 0 and 1");
        check("WAITAOF 1 -1 0", "-ERR value is out of range, must be positive");
        check("WAITAOF 1 0 0", "*2 :1 :0");
        check("WAITAOF 0 0 0", "*2 :1 :0");
        server.view.survivesPowerLoss = false;
        check(
                "DAX.CALL power SET k w",
                "-NODURABLE the medium does not survive power loss, so no write on it can be durable");
        check("GET k", "$-1");
    }

    private void check(String request, String expected) {
        probe.check(request, expected);
    }

    private String reply(String request) {
        return probe.reply(request);
    }

    private static String bulk(long number) {
        String text = Long.toString(number);
        return "$" + text.length() + " " + text;
    }
}
