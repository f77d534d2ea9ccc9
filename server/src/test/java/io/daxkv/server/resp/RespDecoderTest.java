package io.daxkv.server.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.server.ServerLimits;
import io.daxkv.server.resp.RespDecoder.Result;
import io.daxkv.storage.testkit.Seed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same bytes give the same requests, however they are split; what is not the protocol, or beyond a limit, gives
 * Redis' error and nothing after it.
 *
 * <p>Method: the bytes are handed over in every two-part split, and byte by byte, with the buffer replaced between the
 * parts; the requests and the error are compared with those of one piece.
 */
class RespDecoderTest {
    private static final ServerLimits LIMITS = new ServerLimits(40, 6, 50, 20, 4096, 128, 4096, 8192, 10, 64);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*1\r\n$4\r\nPING\r\n",
                "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\n\r\n\r\n\r\r\n*1\r\n$4\r\nPING\r\n",
                "*0\r\n*-1\r\n*2\r\n$3\r\nGET\r\n$0\r\n\r\n",
                "PING\r\nSET a \"b \\x41\\n\\\"c\" 'd\\'e'\n\r\n\nGET a\r\n",
                "*1\r\n$3\r\nfoo\r\nPING\r\n*1\r\n$3\r\nbar\r\n",
                "*2\r\n$3\r\nGET\r\n:5\r\n",
                "*1\r\n$-1\r\n",
                "*1\r\n$51\r\n",
                "*7\r\n",
                "*01\r\n",
                "*+1\r\n",
                "* 1\r\n",
                "*1\r\n$3\r\nfooxx",
                "*1\r\nx",
                "*1\rx",
                "SET a \"b\r\n",
                "SET a 'b'c\r\n",
                "*2147483648\r\n",
                "*9223372036854775807\r\n"
            })
    void everySplitGivesTheSameRequests(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        List<String> whole = decode(bytes, new int[] {bytes.length});
        for (int cut = 1; cut < bytes.length; cut++) {
            assertEquals(whole, decode(bytes, new int[] {cut, bytes.length}), "cut=" + cut);
        }
        int[] single = new int[bytes.length];
        for (int i = 0; i < single.length; i++) {
            single[i] = i + 1;
        }
        assertEquals(whole, decode(bytes, single), "byte by byte");
    }

    @Test
    void requestsAreWhatWasSent() {
        assertEquals(
                List.of("[SET, a, b A\n\"c, d'e]", "[GET, a]"),
                decodeAll("SET a \"b \\x41\\n\\\"c\" 'd\\'e'\n\r\n\nGET a\r\n"));
        assertEquals(List.of("[GET, ]"), decodeAll("*0\r\n*-1\r\n*2\r\n$3\r\nGET\r\n$0\r\n\r\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*7~| invalid multibulk length",
                "*x~| invalid multibulk length",
                "*01~| invalid multibulk length",
                "*1~$-1~| invalid bulk length",
                "*1~$51~| invalid bulk length",
                "*1~$1x~| invalid bulk length",
                "*1~:1~| expected '$', got ':'",
                "*1~$1~abc| bulk is not followed by CRLF",
                "SET 'a~| unbalanced quotes in request",
                "SET 'a'b~| unbalanced quotes in request"
            })
    void whatIsNotTheProtocolIsNamed(String text, String error) {
        assertEquals(List.of("Protocol error: " + error), decodeAll(text.replace("~", "\r\n")));
    }

    @Test
    void controlBytesAreNotEchoed() {
        assertEquals(List.of("Protocol error: expected '$', got '?'"), decodeAll("*1\r\n\n"));
    }

    @ParameterizedTest
    @ValueSource(ints = {39, 40, 41})
    void inlineLinesEndAtTheLimit(int size) {
        List<String> expected = size > LIMITS.lineSizeMax()
                ? List.of("Protocol error: too big inline request")
                : List.of("[" + "a".repeat(size) + "]");
        assertEquals(expected, decodeAll("a".repeat(size) + "\r\n"));
        assertEquals(expected, decodeAll("a".repeat(size) + "\n"));
        assertEverySplit("a".repeat(size) + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {39, 40, 41})
    void headerLinesEndAtTheLimit(int size) {
        String first = size > LIMITS.lineSizeMax() ? "too big mbulk count string" : "invalid multibulk length";
        assertEquals(List.of("Protocol error: " + first), decodeAll("*" + "1".repeat(size - 1) + "\r\n"));
        assertEverySplit("*" + "1".repeat(size - 1) + "\r\n");
        String second = size > LIMITS.lineSizeMax() ? "too big bulk count string" : "invalid bulk length";
        assertEquals(List.of("Protocol error: " + second), decodeAll("*1\r\n$" + "1".repeat(size - 1) + "\r\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "*1", "*1\r\n$1"})
    void endlessLineFailsAtTheLimitWithoutItsEnd(String start) {
        RespDecoder decoder = new RespDecoder(LIMITS);
        ByteBuf in = Unpooled.buffer();
        in.writeBytes(start.getBytes(StandardCharsets.US_ASCII));
        int size = start.length();
        while (decoder.decode(in) == Result.MORE) {
            in.writeByte('1');
            assertTrue(++size < 100, "no end of the line was seen, and no error");
        }
        assertTrue(decoder.error().startsWith("Protocol error: too big"), decoder.error());
        in.release();
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6, 7})
    void argumentsEndAtTheLimit(int count) {
        StringBuilder text = new StringBuilder("*" + count + "\r\n");
        for (int i = 0; i < count; i++) {
            text.append("$1\r\na\r\n");
        }
        String expected = count > LIMITS.argumentCountMax()
                ? "Protocol error: invalid multibulk length"
                : "[" + "a, ".repeat(count - 1) + "a]";
        assertEquals(List.of(expected), decodeAll(text.toString()));
    }

    @ParameterizedTest
    @ValueSource(ints = {49, 50, 51})
    void bulksEndAtTheLimit(int size) {
        String value = "v".repeat(size);
        String expected = size > LIMITS.bulkSizeMax() ? "Protocol error: invalid bulk length" : "[" + value + "]";
        assertEquals(List.of(expected), decodeAll("*1\r\n$" + size + "\r\n" + value + "\r\n"));
    }

    @Test
    void nothingFollowsAnError() {
        assertEquals(List.of("Protocol error: invalid multibulk length"), decodeAll("*x\r\n*1\r\n$4\r\nPING\r\n"));
    }

    /** Any bytes, mostly near the protocol, decode to something and never throw. */
    @Test
    void noBytesBreakTheDecoder() {
        Seed seed = Seed.draw();
        String[] pieces = {
            "*", "$", "1", "2", "-", "\r\n", "\r", "\n", "a", "\"", "'", "\\x4", " ", "0", "*1\r\n$1\r\na\r\n"
        };
        seed.run(() -> {
            RandomGenerator random = seed.random();
            for (int round = 0; round < 5_000; round++) {
                StringBuilder text = new StringBuilder();
                for (int i = random.nextInt(1, 16); i > 0; i--) {
                    boolean isAny = random.nextInt(10) == 0;
                    text.append(
                            isAny ? String.valueOf((char) random.nextInt(256)) : pieces[random.nextInt(pieces.length)]);
                }
                byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
                int cut = random.nextInt(bytes.length + 1);
                assertEquals(
                        decode(bytes, new int[] {bytes.length}),
                        decode(bytes, new int[] {cut, bytes.length}),
                        () -> "text=" + text + ", cut=" + cut);
            }
        });
    }

    private static void assertEverySplit(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        List<String> whole = decode(bytes, new int[] {bytes.length});
        for (int cut = 1; cut < bytes.length; cut++) {
            assertEquals(whole, decode(bytes, new int[] {cut, bytes.length}), "cut=" + cut);
        }
    }

    private static List<String> decodeAll(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return decode(bytes, new int[] {bytes.length});
    }

    /** Decodes bytes that arrive up to each of {@code ends}, in a new buffer each time. */
    private static List<String> decode(byte[] bytes, int[] ends) {
        RespDecoder decoder = new RespDecoder(LIMITS);
        List<String> found = new ArrayList<>();
        int consumed = 0;
        for (int end : ends) {
            ByteBuf in = Unpooled.directBuffer().writeBytes(bytes, consumed, end - consumed);
            Result result = decoder.decode(in);
            while (result == Result.REQUEST || result == Result.NOTHING) {
                if (result == Result.REQUEST) {
                    found.add(text(decoder.arguments()));
                }
                result = decoder.decode(in);
            }
            consumed += in.readerIndex();
            in.release();
            if (result == Result.ERROR) {
                found.add(decoder.error());
                return found;
            }
        }
        return found;
    }

    private static String text(Arguments arguments) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < arguments.count(); i++) {
            words.add(new String(arguments.get(i).toBytes(), StandardCharsets.ISO_8859_1));
        }
        return words.toString();
    }
}
