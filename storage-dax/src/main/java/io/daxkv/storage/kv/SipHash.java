package io.daxkv.storage.kv;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * SipHash-1-3 of a key's bytes: a keyed hash, so that a client who does not know the key cannot choose keys that
 * collide. One round a word and three at the end, as hash tables of Rust, Python and Redis-like servers use it. After
 * Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012.
 *
 * <p><b>Threads.</b> Immutable.
 */
final class SipHash {
    private final long k0;
    private final long k1;

    SipHash(long k0, long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    long hash(ByteSlice slice) {
        return hash(slice.buffer(), slice.offset(), slice.length());
    }

    /**
     * Returns the hash of {@code length} bytes from absolute index {@code offset}, whatever the buffer's byte order.
     */
    long hash(ByteBuffer buffer, int offset, int length) {
        boolean isSwapped = buffer.order() != ByteOrder.LITTLE_ENDIAN;
        long v0 = k0 ^ 0x736f6d6570736575L;
        long v1 = k1 ^ 0x646f72616e646f6dL;
        long v2 = k0 ^ 0x6c7967656e657261L;
        long v3 = k1 ^ 0x7465646279746573L;
        int end = offset + (length & -Long.BYTES);
        long last = (long) length << 56;
        for (int i = offset + length - 1; i >= end; i--) {
            last |= (buffer.get(i) & 0xFFL) << (i - end) * Byte.SIZE;
        }
        // The words, then the last one with the length, then three rounds over nothing: one loop, so that the round is
        // written once.
        int rounds = (length >>> 3) + 4;
        int words = length >>> 3;
        for (int round = 0; round < rounds; round++) {
            long word = 0;
            if (round < words) {
                word = buffer.getLong(offset + (round << 3));
                word = isSwapped ? Long.reverseBytes(word) : word;
            } else if (round == words) {
                word = last;
            } else if (round == words + 1) {
                v2 ^= 0xFF;
            }
            v3 ^= word;
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
            v0 ^= word;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
