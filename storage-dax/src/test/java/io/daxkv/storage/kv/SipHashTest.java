package io.daxkv.storage.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** SipHash-1-3 gives the values another implementation gives (CPython's, whose key can be set to zero). */
class SipHashTest {
    private final SipHash zeroKey = new SipHash(0, 0);

    @Test
    void knownInputsHashToKnownValues() {
        assertEquals(0x407448d2b89b1813L, hash("a"));
        assertEquals(0x9641f8fcb40afa6dL, hash("daxkv"));
        assertEquals(0x3489982430560a87L, hash("12345678"));
        assertEquals(0xf3543d992ba71328L, hash("123456789abcdef"));
    }

    @Test
    void sixtyFourBytesHashAlikeInEveryBufferKindAndByteOrder() {
        ByteBuffer direct = ByteBuffer.allocateDirect(70);
        for (int i = 0; i < 64; i++) {
            direct.put(3 + i, (byte) i);
        }
        assertEquals(0x75e05fd5bbc870c6L, zeroKey.hash(direct, 3, 64));
        direct.order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0x75e05fd5bbc870c6L, zeroKey.hash(direct, 3, 64));
    }

    @Test
    void anotherKeyGivesAnotherHash() {
        assertNotEquals(hash("a"), new SipHash(1, 0).hash(ByteSlice.of("a")));
        assertNotEquals(hash("a"), new SipHash(0, 1).hash(ByteSlice.of("a")));
    }

    private long hash(String text) {
        return zeroKey.hash(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0, text.length());
    }
}
