package io.daxkv.server.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies are RESP2, whatever a client's bytes in them are. */
class RespEncoderTest {
    private static final int SIZE_MAX = 64;

    private final ByteBuf out = Unpooled.buffer();
    private final RespEncoder reply = new RespEncoder();

    @BeforeEach
    void target() {
        reply.target(out, SIZE_MAX);
    }

    @AfterEach
    void release() {
        out.release();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 9, 10, -10, 1234567890123L, Long.MAX_VALUE, Long.MIN_VALUE})
    void integersAreDecimal(long value) {
        reply.integer(value);
        assertEquals(":" + value + "\r\n", text());
    }

    @Test
    void errorsAreOneLine() {
        reply.error("ERR unknown command 'a\r\nb\0'");
        assertEquals("-ERR unknown command 'a??b?'\r\n", text());
    }

    @Test
    void bulksKeepTheirBytes() {
        reply.bulk("a\r\nb");
        reply.nil();
        assertEquals("$4\r\na\r\nb\r\n$-1\r\n", text());
    }

    @Test
    void arrayWithoutKnownLengthHasItsHeadBeforeItsElements() {
        reply.array(2);
        try (DeferredArray array = new DeferredArray(reply)) {
            reply.bulk("a");
            array.element();
            reply.bulk("b");
            array.element();
            array.finish("0");
        }
        assertEquals("*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n", text());
    }

    @Test
    void bulkAfterTheLimitIsLeftOut() {
        reply.bulk("x".repeat(SIZE_MAX));
        assertFalse(reply.isOverflowing());
        reply.bulk("y");
        assertTrue(reply.isOverflowing());
        assertFalse(text().contains("y"));
    }

    private String text() {
        return out.toString(StandardCharsets.ISO_8859_1);
    }
}
