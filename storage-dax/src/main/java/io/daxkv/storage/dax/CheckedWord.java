package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.Pmem;

/**
 * An 8-byte word that verifies itself: 48 bits of payload under a 16-bit check over the payload, the word's own place
 * and the volume. It is stored in one failure-atomic step, so a crash leaves the old word or the new; anything else, a
 * flipped bit or a block written to the wrong place, fails the check.
 *
 * <pre>
 *  63       48 47                                   0
 *  +----------+-------------------------------------+
 *  |  check   |               payload               |      the whole word 0 = payload 0, never checked
 *  +----------+-------------------------------------+
 * </pre>
 */
final class CheckedWord {
    static final int PAYLOAD_BITS = 48;
    static final long PAYLOAD_MAX = (1L << PAYLOAD_BITS) - 1;

    private CheckedWord() {}

    /** Returns the payload at {@code offset}; throws {@link VolumeCorruptException} if the word does not verify. */
    static long load(Pmem pmem, long seed, long offset) {
        long word = pmem.getLongAcquire(offset);
        long payload = word & PAYLOAD_MAX;
        if (word != encode(seed, offset, payload)) {
            throw new VolumeCorruptException(
                    String.format("metadata word does not verify: offset=%d, word=0x%016x", offset, word));
        }
        return payload;
    }

    /** Stores a payload; durable once the line is flushed and drained. */
    static void store(Pmem pmem, long seed, long offset, long payload) {
        pmem.putLongRelease(offset, encode(seed, offset, payload));
    }

    static long encode(long seed, long offset, long payload) {
        assert payload >= 0 && payload <= PAYLOAD_MAX : "payload=" + payload;
        if (payload == 0) {
            return 0;
        }
        // The finalizer of MurmurHash3 (fmix64): each input bit reaches each of the 16 bits kept.
        long mixed = seed ^ offset * 0x9E3779B97F4A7C15L ^ payload;
        mixed = (mixed ^ mixed >>> 33) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ mixed >>> 33) * 0xC4CEB9FE1A85EC53L;
        mixed ^= mixed >>> 33;
        return payload | mixed << PAYLOAD_BITS;
    }
}
