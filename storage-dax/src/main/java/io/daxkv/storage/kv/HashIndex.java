package io.daxkv.storage.kv;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongUnaryOperator;

/**
 * Where each live key's record lies: an off-heap, extendible hash table of {@link IndexWord}s. Knows hashes and
 * positions; what the record at a position says is its caller's business.
 *
 * <p>A {@link BucketSegment} that is full is rebuilt one block larger, up to 16 blocks, then split in two: no operation
 * ever touches more than one segment of some 1500 keys, and the load stays between about 75 and 88 percent however many
 * keys there are (a table that only doubles would be half empty after each doubling).
 *
 * <p><b>Threads.</b> One writer at a time. Any number of readers, without locks; a probe shows one instant.
 */
final class HashIndex implements AutoCloseable {
    private static final int BLOCK_COUNT_MAX = 16;

    /** Half of a full segment needs 7 blocks and a bit; 9 leave room to go on without an immediate rebuild. */
    private static final int BLOCK_COUNT_AFTER_SPLIT = 9;

    /** Depth a scan cursor can express: 2^32 segments. */
    private static final int DEPTH_MAX = 32;

    private final BucketMemory memory = new BucketMemory();
    private final LongUnaryOperator hashAtPosition;
    private volatile Directory directory;
    private volatile long keyCount;
    private volatile long expiringKeyCount;

    private record Directory(int depth, AtomicReferenceArray<BucketSegment> segments) {

        BucketSegment segment(long route) {
            return segments.getAcquire(depth == 0 ? 0 : (int) (route >>> Long.SIZE - depth));
        }
    }

    /** Creates an empty index; {@code hashAtPosition} returns the hash of the key of a record, for very late splits. */
    HashIndex(LongUnaryOperator hashAtPosition) {
        this.hashAtPosition = hashAtPosition;
        directory = emptyDirectory();
    }

    long keyCount() {
        return keyCount;
    }

    long expiringKeyCount() {
        return expiringKeyCount;
    }

    /** Returns the bytes of DRAM the index holds. */
    long memorySize() {
        return memory.size() + (long) directory.segments.length() * Integer.BYTES;
    }

    /** Fills {@code probe} with the words that may be the key of {@code hash}, as they were at one instant. */
    void find(long hash, IndexProbe probe) {
        long route = IndexWord.route(hash);
        while (true) {
            BucketSegment segment = directory.segment(route);
            long version = segment.version();
            if ((version & 1) == 0) {
                probe.begin(segment, version);
                segment.collect(hash, probe);
                if (probe.isCurrent()) {
                    return;
                }
            }
            Thread.onSpinWait();
        }
    }

    /** Adds a word for a key that has none. */
    void insert(long hash, long word) {
        int homeBits = IndexWord.homeBits(hash);
        int fingerprint = IndexWord.fingerprint(hash);
        BucketSegment segment = directory.segment(IndexWord.route(hash));
        while (!segment.insert(homeBits, fingerprint, word)) {
            makeRoom(segment);
            segment = directory.segment(IndexWord.route(hash));
        }
        keyCount = keyCount + 1;
        countExpiring(word, 1);
    }

    /** Points a key at another record. */
    void replace(long hash, long old, long word) {
        boolean isDone = directory.segment(IndexWord.route(hash)).replace(hash, old, word);
        assert isDone : "not in the index: word=" + Long.toHexString(old);
        countExpiring(old, -1);
        countExpiring(word, 1);
    }

    /** Forgets a key. */
    void remove(long hash, long old) {
        boolean isDone = directory.segment(IndexWord.route(hash)).replace(hash, old, IndexWord.EMPTY);
        assert isDone : "not in the index: word=" + Long.toHexString(old);
        countExpiring(old, -1);
        keyCount = keyCount - 1;
    }

    /** Forgets every key. */
    void clear() {
        Directory old = directory;
        directory = emptyDirectory();
        keyCount = 0;
        expiringKeyCount = 0;
        BucketSegment last = null;
        for (int i = 0; i < old.segments.length(); i++) {
            BucketSegment segment = old.segments.get(i);
            if (segment != last) {
                segment.retire(memory);
                last = segment;
            }
        }
    }

    /**
     * Fills {@code probe} with the words of one home bucket and returns the cursor of the next one, 0 at the end. Start
     * with 0. A key that is there from the first call to the last is seen at least once: the cursor is a place in hash
     * order, which growth does not change.
     */
    long next(long cursor, IndexProbe probe) {
        long route = cursor >>> IndexWord.HOME_BITS << Long.SIZE - DEPTH_MAX;
        int homeBits = (int) cursor & (1 << IndexWord.HOME_BITS) - 1;
        while (true) {
            BucketSegment segment = directory.segment(route);
            long version = segment.version();
            if ((version & 1) == 0) {
                int home = segment.home(homeBits);
                probe.begin(segment, version);
                segment.collectHome(home, probe);
                if (probe.isCurrent()) {
                    return cursorAfter(segment, home);
                }
            }
            Thread.onSpinWait();
        }
    }

    /** Returns a cursor somewhere in the index, chosen by 64 random bits. */
    long cursorAt(long random) {
        return random >>> Long.SIZE - DEPTH_MAX - IndexWord.HOME_BITS;
    }

    @Override
    public void close() {
        memory.close();
    }

    private static long cursorAfter(BucketSegment segment, int home) {
        int homeCount = segment.homeCount();
        if (home + 1 < homeCount) {
            long homeBits = ((home + 1L << IndexWord.HOME_BITS) + homeCount - 1) / homeCount;
            return segment.prefix() >>> Long.SIZE - DEPTH_MAX << IndexWord.HOME_BITS | homeBits;
        }
        // A whole directory of depth 0 has no next prefix; the sum wraps to 0 at the last one of any other depth.
        long next = segment.depth() == 0 ? 0 : segment.prefix() + (1L << Long.SIZE - segment.depth());
        return next >>> Long.SIZE - DEPTH_MAX << IndexWord.HOME_BITS;
    }

    private void countExpiring(long word, int change) {
        if (IndexWord.hasDeadline(word)) {
            expiringKeyCount = expiringKeyCount + change;
        }
    }

    private Directory emptyDirectory() {
        AtomicReferenceArray<BucketSegment> segments = new AtomicReferenceArray<>(1);
        segments.set(0, new BucketSegment(memory, 0, 0, 1));
        return new Directory(0, segments);
    }

    private void makeRoom(BucketSegment full) {
        int blockCount = full.blockCount();
        while (blockCount < BLOCK_COUNT_MAX) {
            blockCount++;
            if (rebuild(full, full.depth(), blockCount)) {
                return;
            }
        }
        split(full);
    }

    private void split(BucketSegment full) {
        int blockCount = BLOCK_COUNT_AFTER_SPLIT;
        while (!rebuild(full, full.depth() + 1, blockCount)) {
            blockCount++;
            if (blockCount > 2 * BLOCK_COUNT_MAX) {
                throw new KvException("index cannot be split: depth=" + full.depth() + ", keyCount=" + keyCount);
            }
        }
    }

    /** Moves a segment's words to one larger segment, or two of the next depth; false if they did not fit. */
    private boolean rebuild(BucketSegment from, int depth, int blockCount) {
        BucketSegment low = new BucketSegment(memory, from.prefix(), depth, blockCount);
        BucketSegment high = low;
        if (depth > from.depth()) {
            high = new BucketSegment(memory, from.prefix() | 1L << Long.SIZE - depth, depth, blockCount);
        }
        if (!copy(from, low, high)) {
            low.retire(memory);
            if (high != low) {
                high.retire(memory);
            }
            return false;
        }
        // The old segment stays readable until the directory shows the new ones; only then is it retired, so that a
        // reader that found it there either read it unchanged or reads again.
        publish(low);
        publish(high);
        from.retire(memory);
        return true;
    }

    private boolean copy(BucketSegment from, BucketSegment low, BucketSegment high) {
        for (int bucket = 0; bucket < from.bucketCount(); bucket++) {
            for (int slot = 0; slot < BucketSegment.slotCount(); slot++) {
                long word = from.word(bucket, slot);
                if (word != IndexWord.EMPTY) {
                    int fingerprint = from.fingerprint(bucket, slot);
                    BucketSegment target = low != high && isHigh(word, high.depth()) ? high : low;
                    if (!target.insert(IndexWord.homeBits(word, fingerprint), fingerprint, word)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private boolean isHigh(long word, int depth) {
        long route = depth <= IndexWord.ROUTE_BITS
                ? IndexWord.storedRoute(word)
                : IndexWord.route(hashAtPosition.applyAsLong(IndexWord.position(word)));
        return (route >>> Long.SIZE - depth & 1) != 0;
    }

    private void publish(BucketSegment segment) {
        Directory current = directory;
        if (segment.depth() > current.depth) {
            current = doubled(current);
            directory = current;
        }
        int shift = current.depth - segment.depth();
        int first = current.depth == 0 ? 0 : (int) (segment.prefix() >>> Long.SIZE - current.depth);
        for (int i = first; i < first + (1 << shift); i++) {
            current.segments.setRelease(i, segment);
        }
    }

    private static Directory doubled(Directory from) {
        AtomicReferenceArray<BucketSegment> segments = new AtomicReferenceArray<>(2 * from.segments.length());
        for (int i = 0; i < segments.length(); i++) {
            segments.setPlain(i, from.segments.getPlain(i / 2));
        }
        return new Directory(from.depth + 1, segments);
    }
}
