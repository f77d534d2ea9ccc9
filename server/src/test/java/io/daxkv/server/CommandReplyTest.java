package io.daxkv.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Commands on strings and keys reply, and fail, with the bytes that Redis 7.2 sends.
 *
 * <p>Method: inline requests on one connection over a real store; a reply is compared as sent, with a space for CRLF.
 */
class CommandReplyTest {
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
    void setAndGet() {
        check("SET k v", "+OK");
        check("GET k", "$1 v");
        check("GET none", "$-1");
        check("GET", "-ERR wrong number of arguments for 'get' command");
        check("GET a b", "-ERR wrong number of arguments for 'get' command");
        check("SET k w NX", "$-1");
        check("SET k w XX", "+OK");
        check("SET none w XX", "$-1");
        check("SET k x GET", "$1 w");
        check("SET none x GET", "$-1");
        check("SET k y NX GET", "$1 x");
        check("GET k", "$1 x");
        check("SET k v NX XX", SYNTAX);
        check("SET k v FOO", SYNTAX);
        check("SET k v EX", SYNTAX);
        check("SET k v EX 10 PX 10", SYNTAX);
        check("SET k v EX 10 KEEPTTL", SYNTAX);
        check("SET k v EX abc", NOT_INTEGER);
        check("SET k v EX 0", "-ERR invalid expire time in 'set' command");
        check("SET k v EX -1", "-ERR invalid expire time in 'set' command");
        check("SET k v PX 9223372036854775807", "-ERR invalid expire time in 'set' command");
        check("SET k v EX 9223372036854775", "-ERR invalid expire time in 'set' command");
        check("SET \"\" v", "-ERR key is empty: size=0, sizeMin=1");
    }

    @Test
    void setWithDeadline() {
        check("SET k v EX 10", "+OK");
        check("TTL k", ":10");
        check("SET k w KEEPTTL", "+OK");
        check("PTTL k", ":10000");
        check("SET k w", "+OK");
        check("TTL k", ":-1");
        check("SET k w PX 1500", "+OK");
        server.clock.advanceMs(1499);
        check("GET k", "$1 w");
        server.clock.advanceMs(1);
        check("GET k", "$-1");
        check("EXISTS k", ":0");
        check("SETEX k 5 v", "+OK");
        check("TTL k", ":5");
        check("SETEX k 0 v", "-ERR invalid expire time in 'setex' command");
        check("PSETEX k 1 v", "+OK");
        check("PSETEX k x v", NOT_INTEGER);
        long second = server.clock.nowMs() / 1000 + 100;
        check("SET k v EXAT " + second, "+OK");
        check("EXPIRETIME k", ":" + second);
        check("SET k v PXAT " + (second * 1000 + 1), "+OK");
        check("PEXPIRETIME k", ":" + (second * 1000 + 1));
    }

    @Test
    void otherSetters() {
        check("SETNX k v", ":1");
        check("SETNX k w", ":0");
        check("GETSET k w", "$1 v");
        check("GETSET new w", "$-1");
        check("GETDEL k", "$1 w");
        check("GETDEL k", "$-1");
        check("SET k v", "+OK");
        check("GETEX k EX 100", "$1 v");
        check("TTL k", ":100");
        check("GETEX k", "$1 v");
        check("TTL k", ":100");
        check("GETEX k PERSIST", "$1 v");
        check("TTL k", ":-1");
        check("GETEX k FOO", SYNTAX);
        check("GETEX k EX 1 PERSIST", SYNTAX);
        check("GETEX k EX 0", "-ERR invalid expire time in 'getex' command");
        check("GETEX k PXAT 1", "$1 v");
        check("EXISTS k", ":0");
        check("GETEX none EX 1", "$-1");
    }

    @Test
    void manyKeysAtOnce() {
        check("MSET a 1 b 2 c 3", "+OK");
        check("MGET a x c", "*3 $1 1 $-1 $1 3");
        check("MSET a", "-ERR wrong number of arguments for 'mset' command");
        check("MSET a 1 b", "-ERR wrong number of arguments for 'mset' command");
        check("MSETNX x 1 a 2", ":0");
        check("GET x", "$-1");
        check("MSETNX x 1 y 2", ":1");
        check("MSETNX x 1 y", "-ERR wrong number of arguments for 'msetnx' command");
        check("DEL a x none", ":2");
        check("UNLINK b", ":1");
        check("EXISTS c c none", ":2");
        check("DEL", "-ERR wrong number of arguments for 'del' command");
    }

    @Test
    void partsOfValues() {
        check("APPEND k Hello", ":5");
        check("APPEND k \" World\"", ":11");
        check("STRLEN k", ":11");
        check("STRLEN none", ":0");
        check("GETRANGE k 0 4", "$5 Hello");
        check("GETRANGE k -5 -1", "$5 World");
        check("GETRANGE k 5 2", "$0 ");
        check("GETRANGE k -1 -5", "$0 ");
        check("GETRANGE k -100 100", "$11 Hello World");
        check("GETRANGE k 11 12", "$0 ");
        check("GETRANGE none 0 -1", "$0 ");
        check("GETRANGE k a 1", NOT_INTEGER);
        check("SUBSTR k 0 0", "$1 H");
        check("SETRANGE k 6 Redis", ":11");
        check("GET k", "$11 Hello Redis");
        check("SETRANGE k 20 \"\"", ":11");
        check("SETRANGE none 5 \"\"", ":0");
        check("EXISTS none", ":0");
        check("SETRANGE pad 2 x", ":3");
        check("GET pad", "$3 \0\0x");
        check("SETRANGE k -1 x", "-ERR offset is out of range");
        check("SETRANGE k 9223372036854775807 x", "-ERR string exceeds maximum allowed size (proto-max-bulk-len)");
        check("SETRANGE k 67108864 x", "-ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    }

    @Test
    void changesInPartKeepTheDeadline() {
        check("SET k 1 EX 50", "+OK");
        check("APPEND k 1", ":2");
        check("INCR k", ":12");
        check("INCRBYFLOAT k 0.5", "$4 12.5");
        check("SETRANGE k 0 9", ":4");
        check("TTL k", ":50");
    }

    @Test
    void counters() {
        check("INCR n", ":1");
        check("INCRBY n 10", ":11");
        check("DECR n", ":10");
        check("DECRBY n 20", ":-10");
        check("GET n", "$3 -10");
        check("INCRBY n abc", NOT_INTEGER);
        check("SET n 9223372036854775807", "+OK");
        check("INCR n", "-ERR increment or decrement would overflow");
        check("DECRBY n -1", "-ERR increment or decrement would overflow");
        check("SET n -9223372036854775808", "+OK");
        check("DECR n", "-ERR increment or decrement would overflow");
        check("DECRBY n -9223372036854775808", "-ERR decrement would overflow");
        check("GET n", "$20 -9223372036854775808");
        check("SET n \" 1\"", "+OK");
        check("INCR n", NOT_INTEGER);
        check("SET f 10.50", "+OK");
        check("INCRBYFLOAT f 0.1", "$4 10.6");
        check("INCRBYFLOAT f -5", "$3 5.6");
        check("SET f 5.0e3", "+OK");
        check("INCRBYFLOAT f 2.0e2", "$4 5200");
        check("INCRBYFLOAT f x", "-ERR value is not a valid float");
        check("INCRBYFLOAT f inf", "-ERR increment would produce NaN or Infinity");
        check("SET f x", "+OK");
        check("INCRBYFLOAT f 1", "-ERR value is not a valid float");
    }

    @Test
    void expiry() {
        check("TTL none", ":-2");
        check("PTTL none", ":-2");
        check("EXPIRETIME none", ":-2");
        check("EXPIRE none 1", ":0");
        check("SET k v", "+OK");
        check("TTL k", ":-1");
        check("PEXPIRETIME k", ":-1");
        check("EXPIRE k 100 XX", ":0");
        check("EXPIRE k 100 GT", ":0");
        check("EXPIRE k 100 NX", ":1");
        check("EXPIRE k 50 NX", ":0");
        check("EXPIRE k 50 GT", ":0");
        check("EXPIRE k 200 LT", ":0");
        check("EXPIRE k 50 LT", ":1");
        check("TTL k", ":50");
        check("PEXPIRE k 1500", ":1");
        check("TTL k", ":2");
        check("PERSIST k", ":1");
        check("PERSIST k", ":0");
        check("EXPIRE k 10 NX XX", "-ERR NX and XX, GT or LT options at the same time are not compatible");
        check("EXPIRE k 10 GT LT", "-ERR GT and LT options at the same time are not compatible");
        check("EXPIRE k 10 FOO", "-ERR Unsupported option FOO");
        check("EXPIRE k x", NOT_INTEGER);
        check("EXPIRE k 9223372036854775807", "-ERR invalid expire time in 'expire' command");
        check("PEXPIRE k 9223372036854775807", "-ERR invalid expire time in 'pexpire' command");
        long second = server.clock.nowMs() / 1000 + 9;
        check("EXPIREAT k " + second, ":1");
        check("EXPIRETIME k", ":" + second);
        check("PEXPIREAT k " + (second * 1000 + 7), ":1");
        check("PEXPIRETIME k", ":" + (second * 1000 + 7));
        check("EXPIRE k -1", ":1");
        check("EXISTS k", ":0");
    }

    @Test
    void keysAndScans() {
        check("MSET user:1 a user:2 b other c", "+OK");
        check("SET dead x PX 1", "+OK");
        server.clock.advanceMs(1);
        check("KEYS other", "*1 $5 other");
        check("KEYS dead", "*0");
        assertTrue(reply("KEYS user:*").startsWith("*2 "));
        check("SCAN 0 MATCH other COUNT 1000", "*2 $1 0 *1 $5 other");
        check("SCAN 0 TYPE hash COUNT 1000", "*2 $1 0 *0");
        check("SCAN 0 TYPE string MATCH user:1 COUNT 1000", "*2 $1 0 *1 $6 user:1");
        check("SCAN x", "-ERR invalid cursor");
        check("SCAN 0 COUNT 0", SYNTAX);
        check("SCAN 0 COUNT x", NOT_INTEGER);
        check("SCAN 0 MATCH", SYNTAX);
        check("SCAN 0 FOO x", SYNTAX);
        check("KEYS " + "x".repeat(1025), "-ERR pattern is too long");
        check("TYPE other", "+string");
        check("TYPE none", "+none");
        check("OBJECT ENCODING other", "$6 embstr");
        check("OBJECT ENCODING none", "$-1");
        check("OBJECT FOO other", "-ERR unknown subcommand 'FOO'. Try OBJECT HELP.");
        check("OBJECT ENCODING", "-ERR wrong number of arguments for 'object|encoding' command");
        check("SET n 12", "+OK");
        check("OBJECT ENCODING n", "$3 int");
        check("FLUSHALL FOO", SYNTAX);
        check("FLUSHALL ASYNC", "+OK");
        check("DBSIZE", ":0");
        check("RANDOMKEY", "$-1");
        check("SET only v", "+OK");
        check("RANDOMKEY", "$4 only");
        check("DBSIZE", ":1");
        check("FLUSHDB", "+OK");
        check("DBSIZE", ":0");
    }

    @Test
    void scanSeesEveryKey() {
        for (int i = 0; i < 300; i++) {
            check("SET key:" + i + " v", "+OK");
        }
        java.util.Set<String> seen = new java.util.HashSet<>();
        String cursor = "0";
        do {
            String[] parts = reply("SCAN " + cursor + " COUNT 7").split(" ");
            cursor = parts[2];
            for (int i = 5; i < parts.length; i += 2) {
                seen.add(parts[i]);
            }
        } while (!cursor.equals("0"));
        assertEquals(300, seen.size());
    }

    @Test
    void longKeysAreRefused() {
        String longest = "k".repeat(65_535);
        assertEquals(
                "+OK\r\n", server.exchange(channel, "*3\r\n$3\r\nSET\r\n$65535\r\n" + longest + "\r\n$1\r\nv\r\n"));
        assertEquals("$1\r\nv\r\n", server.exchange(channel, "*2\r\n$3\r\nGET\r\n$65535\r\n" + longest + "\r\n"));
        assertEquals(
                "-ERR key is too long: size=65536, sizeMax=65535\r\n",
                server.exchange(channel, "*2\r\n$3\r\nGET\r\n$65536\r\n" + longest + "k\r\n"));
    }

    private void check(String request, String expected) {
        probe.check(request, expected);
    }

    private String reply(String request) {
        return probe.reply(request);
    }
}
