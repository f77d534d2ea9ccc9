package io.daxkv.storage.kv;

/**
 * Finds a key's record: index, log, index again until both agree. Lock-free.
 *
 * <p><b>Threads.</b> Safe for use by many threads, each with a {@link ValueBuffer} of its own.
 */
final class KeyLookup {
    /** From here on, contains() of a record reads its head only: 64 MiB are not copied to tell that a key is there. */
    private static final int WHOLE_SIZE_MAX = 4096;

    private final HashIndex index;
    private final RecordReader reader;
    private final SipHash hash;
    private final HighWaterClock clock;
    private volatile long newestGraveLsn;

    KeyLookup(HashIndex index, RecordReader reader, SipHash hash, HighWaterClock clock) {
        this.index = index;
        this.reader = reader;
        this.hash = hash;
        this.clock = clock;
    }

    /** Remembers the LSN of a delete or clear, before the index forgets the key. */
    void noteGrave(long lsn) {
        newestGraveLsn = lsn;
    }

    long hash(ByteSlice key) {
        return hash.hash(key);
    }

    RecordReader reader() {
        return reader;
    }

    /** As {@link KvStore#get}. */
    boolean get(ByteSlice key, ValueBuffer target) {
        return locate(key, hash.hash(key), target, false) && report(target);
    }

    /** As {@link KvStore#contains}. */
    boolean contains(ByteSlice key, ValueBuffer target) {
        return locate(key, hash.hash(key), target, true) && report(target);
    }

    /**
     * Returns the word of {@code key} and leaves head and key of its record in {@code scratch}; EMPTY if the key is
     * absent. With the writer lock held.
     */
    long find(ByteSlice key, long keyHash, ValueBuffer scratch) {
        IndexProbe probe = scratch.probe();
        index.find(keyHash, probe);
        for (int i = 0; i < probe.count(); i++) {
            long word = probe.word(i);
            if (reader.readHead(IndexWord.position(word), key, scratch) == RecordReader.Outcome.MATCH) {
                return word;
            }
        }
        return IndexWord.EMPTY;
    }

    private boolean locate(ByteSlice key, long keyHash, ValueBuffer target, boolean isHeadEnough) {
        IndexProbe probe = target.probe();
        for (int attempt = 0; ; attempt++) {
            index.find(keyHash, probe);
            long suspect = IndexWord.EMPTY;
            for (int i = 0; i < probe.count(); i++) {
                long position = IndexWord.position(probe.word(i));
                RecordReader.Outcome outcome = isHeadEnough && isLarge(position, key, target)
                        ? RecordReader.Outcome.MATCH
                        : reader.read(position, key, target);
                if (outcome == RecordReader.Outcome.MATCH) {
                    return true;
                }
                if (outcome == RecordReader.Outcome.INVALID) {
                    suspect = probe.word(i);
                }
            }
            // A record that moved while we looked may have been missed where it was and where it went: absence, and
            // damage, count only if the index did not change meanwhile.
            if (probe.count() == 0 || probe.isCurrent()) {
                if (suspect == IndexWord.EMPTY) {
                    target.absent(newestGraveLsn, false);
                    return false;
                }
                if (attempt > 0) {
                    throw new RecordCorruptException(
                            "record does not verify: position=" + IndexWord.position(suspect) + ", key=" + key);
                }
            }
        }
    }

    private boolean isLarge(long position, ByteSlice key, ValueBuffer target) {
        return reader.readHead(position, key, target) == RecordReader.Outcome.MATCH
                && RecordLayout.size(target.array(), 0) > WHOLE_SIZE_MAX
                && target.probe().isCurrent();
    }

    /** Fills in what the record at the start of the array says; false if it is due. */
    boolean report(ValueBuffer target) {
        byte[] record = target.array();
        long deadlineMs = RecordLayout.expiresMs(record, 0);
        long lsn = RecordLayout.lsn(record, 0);
        if (deadlineMs != 0 && deadlineMs <= clock.nowMs()) {
            target.absent(Math.max(lsn, newestGraveLsn), true);
            return false;
        }
        int keySize = RecordLayout.keySize(record, 0);
        target.found(RecordLayout.HEADER_SIZE + keySize, RecordLayout.valueSize(record, 0), deadlineMs, lsn);
        return true;
    }
}
