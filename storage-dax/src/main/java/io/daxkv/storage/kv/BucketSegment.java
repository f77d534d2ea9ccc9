package io.daxkv.storage.kv;

import io.daxkv.storage.pmem.DramRegion;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The buckets of one route prefix of the {@link HashIndex}. A key lies in its home bucket, the next one, or, rarely, in
 * one of the stash buckets at the end, which its home bucket then says.
 *
 * <pre>
 *  bucket = 64 bytes, one cache line
 *   +0  header   7 fingerprints, then one byte: bits 0..6 slot used, bit 7 a key of this home went to the stash
 *   +8  7 words  {@link IndexWord}
 * </pre>
 *
 * <p><b>Threads.</b> One writer; readers of any thread take no lock. The version is odd while the writer changes a
 * bucket, and forever once the segment was replaced; a reader whose version did not stay the same reads again.
 */
final class BucketSegment {
    static final int HOMES_PER_BLOCK = BucketMemory.BUCKETS_PER_BLOCK - 1;

    private static final VarHandle VERSION = versionHandle();
    private static final int SLOTS = 7;
    private static final long LOW = 0x01_0101_0101_0101L;
    private static final long HIGH = 0x80_8080_8080_8080L;
    private static final int USED_SHIFT = SLOTS * Byte.SIZE;
    private static final int ALL_USED = (1 << SLOTS) - 1;
    private static final long HAS_STASHED = 1L << Long.SIZE - 1;

    private final DramRegion[] slabs;
    private final long[] offsets;
    private final int[] blocks;
    private final int homeCount;
    private final long prefix;
    private final int depth;

    @SuppressWarnings("unused") // through VERSION
    private long version;

    BucketSegment(BucketMemory memory, long prefix, int depth, int blockCount) {
        this.prefix = prefix;
        this.depth = depth;
        homeCount = blockCount * HOMES_PER_BLOCK;
        blocks = new int[blockCount];
        slabs = new DramRegion[blockCount];
        offsets = new long[blockCount];
        for (int i = 0; i < blockCount; i++) {
            blocks[i] = memory.allocate();
            slabs[i] = memory.slab(blocks[i]);
            offsets[i] = BucketMemory.offset(blocks[i]);
        }
    }

    long prefix() {
        return prefix;
    }

    int depth() {
        return depth;
    }

    int blockCount() {
        return blocks.length;
    }

    int homeCount() {
        return homeCount;
    }

    int bucketCount() {
        return blocks.length * BucketMemory.BUCKETS_PER_BLOCK;
    }

    /** Returns an even version to read under; odd = being changed or replaced, start again from the directory. */
    long version() {
        return (long) VERSION.getAcquire(this);
    }

    boolean isUnchangedSince(long seen) {
        VarHandle.loadLoadFence();
        return (long) VERSION.getOpaque(this) == seen;
    }

    int home(int homeBits) {
        return homeBits * homeCount >>> IndexWord.HOME_BITS;
    }

    /** Adds the words that may be the key of {@code hash}. */
    void collect(long hash, IndexProbe probe) {
        int home = home(IndexWord.homeBits(hash));
        long signature = IndexWord.signature(hash);
        long pattern = IndexWord.fingerprint(hash) * LOW;
        boolean hasStashed = collect(home, signature, pattern, probe);
        collect(next(home), signature, pattern, probe);
        if (hasStashed) {
            for (int bucket = homeCount; bucket < bucketCount(); bucket++) {
                collect(bucket, signature, pattern, probe);
            }
        }
    }

    /** Adds every word whose home bucket is {@code home}. */
    void collectHome(int home, IndexProbe probe) {
        collectOfHome(home, home, probe);
        collectOfHome(next(home), home, probe);
        if ((header(home) & HAS_STASHED) != 0) {
            for (int bucket = homeCount; bucket < bucketCount(); bucket++) {
                collectOfHome(bucket, home, probe);
            }
        }
    }

    /** Stores a new word; false if there is no room. */
    boolean insert(int homeBits, int fingerprint, long word) {
        int home = home(homeBits);
        int next = next(home);
        int bucket = usedCount(home) <= usedCount(next) ? home : next;
        if (usedCount(bucket) < SLOTS) {
            store(bucket, fingerprint, word);
            return true;
        }
        for (int stash = homeCount; stash < bucketCount(); stash++) {
            if (usedCount(stash) < SLOTS) {
                beginChange();
                putHeader(home, header(home) | HAS_STASHED);
                endChange();
                store(stash, fingerprint, word);
                return true;
            }
        }
        return false;
    }

    /**
     * Puts {@code word} in the place of {@code old}, or empties it if {@code word} is EMPTY; false if it is not here.
     */
    boolean replace(long hash, long old, long word) {
        int home = home(IndexWord.homeBits(hash));
        boolean isDone = replaceIn(home, old, word) || replaceIn(next(home), old, word);
        if (!isDone && (header(home) & HAS_STASHED) != 0) {
            for (int bucket = homeCount; bucket < bucketCount() && !isDone; bucket++) {
                isDone = replaceIn(bucket, old, word);
            }
        }
        return isDone;
    }

    /** Tells readers for good that this segment is no longer in the directory, then gives its blocks away. */
    void retire(BucketMemory memory) {
        beginChange();
        for (int block : blocks) {
            memory.recycle(block);
        }
    }

    long word(int bucket, int slot) {
        return region(bucket).getLong(offset(bucket) + Long.BYTES * (1 + slot));
    }

    int fingerprint(int bucket, int slot) {
        return (int) (header(bucket) >>> slot * Byte.SIZE) & 0xFF;
    }

    static int slotCount() {
        return SLOTS;
    }

    private boolean collect(int bucket, long signature, long pattern, IndexProbe probe) {
        long header = header(bucket);
        long difference = header ^ pattern;
        // Marks every zero byte; may mark the byte above one as well, which the word then refutes.
        long matches = difference - LOW & ~difference & HIGH;
        while (matches != 0) {
            long word = word(bucket, Long.numberOfTrailingZeros(matches) >>> 3);
            if (IndexWord.matches(word, signature)) {
                probe.add(word);
            }
            matches &= matches - 1;
        }
        return (header & HAS_STASHED) != 0;
    }

    private void collectOfHome(int bucket, int home, IndexProbe probe) {
        for (int slot = 0; slot < SLOTS; slot++) {
            long word = word(bucket, slot);
            if (word != IndexWord.EMPTY && home(IndexWord.homeBits(word, fingerprint(bucket, slot))) == home) {
                probe.add(word);
            }
        }
    }

    private boolean replaceIn(int bucket, long old, long word) {
        for (int slot = 0; slot < SLOTS; slot++) {
            if (word(bucket, slot) == old) {
                beginChange();
                putWord(bucket, slot, word);
                if (word == IndexWord.EMPTY) {
                    putHeader(bucket, header(bucket) & ~(1L << USED_SHIFT + slot));
                }
                endChange();
                return true;
            }
        }
        return false;
    }

    private void store(int bucket, int fingerprint, long word) {
        long header = header(bucket);
        int slot = Integer.numberOfTrailingZeros(~used(header));
        long mask = 0xFFL << slot * Byte.SIZE;
        beginChange();
        putWord(bucket, slot, word);
        putHeader(bucket, header & ~mask | (long) fingerprint << slot * Byte.SIZE | 1L << USED_SHIFT + slot);
        endChange();
    }

    private int next(int home) {
        return home + 1 == homeCount ? 0 : home + 1;
    }

    private int usedCount(int bucket) {
        return Integer.bitCount(used(header(bucket)));
    }

    private static int used(long header) {
        return (int) (header >>> USED_SHIFT) & ALL_USED;
    }

    private long header(int bucket) {
        return region(bucket).getLong(offset(bucket));
    }

    private void putHeader(int bucket, long header) {
        region(bucket).putLong(offset(bucket), header);
    }

    private void putWord(int bucket, int slot, long word) {
        region(bucket).putLong(offset(bucket) + Long.BYTES * (1 + slot), word);
    }

    private DramRegion region(int bucket) {
        return slabs[bucket / BucketMemory.BUCKETS_PER_BLOCK];
    }

    private long offset(int bucket) {
        return offsets[bucket / BucketMemory.BUCKETS_PER_BLOCK]
                + (long) (bucket % BucketMemory.BUCKETS_PER_BLOCK) * BucketMemory.BUCKET_SIZE;
    }

    private void beginChange() {
        VERSION.setOpaque(this, (long) VERSION.getOpaque(this) + 1);
        // Readers must see the odd version before any changed bucket.
        VarHandle.storeStoreFence();
    }

    private void endChange() {
        VERSION.setRelease(this, (long) VERSION.getOpaque(this) + 1);
    }

    private static VarHandle versionHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(BucketSegment.class, "version", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
