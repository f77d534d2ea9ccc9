package io.daxkv.storage.kv;

import java.util.random.RandomGenerator;

/**
 * Walks the keys of a store while others write.
 *
 * <p><b>Threads.</b> Safe for use by many threads.
 */
final class KeyScan {
    private final HashIndex index;
    private final KeyLookup lookup;

    KeyScan(HashIndex index, KeyLookup lookup) {
        this.index = index;
        this.lookup = lookup;
    }

    /** As {@link KvStore#scan}. */
    long scan(long cursor, int count, ScanSink sink) {
        IndexProbe slots = new IndexProbe();
        ValueBuffer buffer = new ValueBuffer();
        long next = cursor;
        int seen = 0;
        do {
            long at = next;
            do {
                next = index.next(at, slots);
                // A record that moved while we looked would be missed: then read these slots again. Keys handed out
                // already come twice, as a scan may.
            } while (!handOut(slots, buffer, sink));
            seen += slots.count();
        } while (next != 0 && seen < count);
        return next;
    }

    /** As {@link KvStore#randomKey}. */
    boolean randomKey(RandomGenerator random, ScanSink sink) {
        IndexProbe slots = new IndexProbe();
        ValueBuffer buffer = new ValueBuffer();
        long cursor = index.cursorAt(random.nextLong());
        // Twice round: the first may have begun behind the only key, and a key may move away from under us.
        for (int rounds = 0; rounds < 2 && index.keyCount() > 0; rounds += cursor == 0 ? 1 : 0) {
            cursor = index.next(cursor, slots);
            if (slots.count() > 0) {
                long word = slots.word(random.nextInt(slots.count()));
                if (isReadable(word, slots, buffer)) {
                    sink.key(buffer.recordKey());
                    return true;
                }
            }
        }
        return false;
    }

    private boolean handOut(IndexProbe slots, ValueBuffer buffer, ScanSink sink) {
        for (int i = 0; i < slots.count(); i++) {
            if (isReadable(slots.word(i), slots, buffer)) {
                sink.key(buffer.recordKey());
            } else if (slots.isCurrent()) {
                throw new RecordCorruptException("key does not verify: position=" + IndexWord.position(slots.word(i)));
            } else {
                return false;
            }
        }
        return true;
    }

    /**
     * Reads the key of a word. If the index changed meanwhile, what lies there may be another key's record by now, in a
     * segment that was freed and used again: then it counts only if it verifies and the index still says so.
     */
    private boolean isReadable(long word, IndexProbe slots, ValueBuffer buffer) {
        RecordReader reader = lookup.reader();
        long position = IndexWord.position(word);
        if (reader.readKey(position, buffer) && slots.isCurrent()) {
            return true;
        }
        if (reader.read(position, null, buffer) != RecordReader.Outcome.MATCH) {
            return false;
        }
        IndexProbe now = buffer.probe();
        index.find(lookup.hash(buffer.recordKey()), now);
        return now.contains(word);
    }
}
