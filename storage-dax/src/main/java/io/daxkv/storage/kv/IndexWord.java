package io.daxkv.storage.kv;

/**
 * One slot of the {@link HashIndex}, packed in a {@code long}, and the parts of a key's hash.
 *
 * <pre>
 *  63                                24 23            10 9        2   1    0
 *  +-----------------------------------+----------------+----------+----+----+
 *  |   position / 8, 40 bits           | route, 14 bits | home, 8  |TOMB|DEAD|
 *  +-----------------------------------+----------------+----------+----+----+
 *  DEAD  the record has a deadline
 *  TOMB  the record is a tombstone: only while recovery builds the index
 * </pre>
 *
 * 0 is an empty slot: no record lies at position 0. Positions reach 8 TiB. The hash bits in the word let a bucket
 * segment be rebuilt, and split 14 times (some 23 million keys), without touching a record; they also keep a probe from
 * reading records of other keys.
 *
 * <p>Of the hash, bits 63..50 route, 49..42 choose the home bucket, 41..34 are the fingerprint (whose upper bits also
 * refine the choice of home), and the rest routes when there are more than 2^14 bucket segments.
 */
final class IndexWord {
    static final long EMPTY = 0;
    static final int ROUTE_BITS = 14;

    /** Buckets are chosen by this many bits: home bits, then the upper fingerprint bits. */
    static final int HOME_BITS = 14;

    static final long POSITION_MAX = (1L << 43) - 1;

    private static final long HAS_DEADLINE = 1;
    private static final long IS_TOMBSTONE = 2;
    private static final int POSITION_SHIFT = 24;
    private static final int SIGNATURE_SHIFT = 2;
    private static final int SIGNATURE_HASH_SHIFT = 42;
    private static final int FINGERPRINT_SHIFT = 34;
    private static final long SIGNATURE_MASK = 0x3F_FFFFL << SIGNATURE_SHIFT;
    private static final int LOW_BITS = 34;

    private IndexWord() {}

    static long of(long hash, long position, boolean hasDeadline) {
        assert position > 0 && position <= POSITION_MAX && (position & 7) == 0 : "position=" + position;
        return position >>> 3 << POSITION_SHIFT | signature(hash) | (hasDeadline ? HAS_DEADLINE : 0);
    }

    static long tombstone(long hash, long position) {
        return of(hash, position, false) | IS_TOMBSTONE;
    }

    static long position(long word) {
        return word >>> POSITION_SHIFT << 3;
    }

    static boolean hasDeadline(long word) {
        return (word & HAS_DEADLINE) != 0;
    }

    static boolean isTombstone(long word) {
        return (word & IS_TOMBSTONE) != 0;
    }

    /** Returns the bits of the hash that a word keeps, in their place. */
    static long signature(long hash) {
        return hash >>> SIGNATURE_HASH_SHIFT << SIGNATURE_SHIFT;
    }

    static boolean matches(long word, long signature) {
        return word != EMPTY && (word & SIGNATURE_MASK) == signature;
    }

    static int fingerprint(long hash) {
        return (int) (hash >>> FINGERPRINT_SHIFT) & 0xFF;
    }

    /** Returns the bits that choose the directory entry, most significant first. */
    static long route(long hash) {
        long high = hash & -1L << Long.SIZE - ROUTE_BITS;
        return high | hash << Long.SIZE - LOW_BITS >>> ROUTE_BITS;
    }

    /** Returns the first {@link #ROUTE_BITS} bits of the route of a stored word, in their place. */
    static long storedRoute(long word) {
        return (word & SIGNATURE_MASK) >>> SIGNATURE_SHIFT + Byte.SIZE << Long.SIZE - ROUTE_BITS;
    }

    /** Returns the {@link #HOME_BITS} bits that choose the home bucket. */
    static int homeBits(long hash) {
        return homeBits(signature(hash), fingerprint(hash));
    }

    static int homeBits(long word, int fingerprint) {
        return (int) (word >>> SIGNATURE_SHIFT & 0xFF) << HOME_BITS - Byte.SIZE | fingerprint >>> 2;
    }
}
