package io.daxkv.storage.kv;

/**
 * Walks the index, a few slots a call, and finds keys that are due, so that keys nobody asks for go as well.
 *
 * <p><b>Threads.</b> Belongs to who holds the writer lock.
 */
final class Expiry {
    private final HashIndex index;
    private final KeyLookup lookup;
    private final HighWaterClock clock;
    private final IndexProbe slots = new IndexProbe();
    private final ValueBuffer scratch = new ValueBuffer();
    private long cursor;

    Expiry(HashIndex index, KeyLookup lookup, HighWaterClock clock) {
        this.index = index;
        this.lookup = lookup;
        this.clock = clock;
    }

    /** Buries the keys that are due among the next {@code slotCount} slots by {@code batch}; returns how many. */
    int run(int slotCount, KvBatch batch) {
        int buried = 0;
        boolean isAround = false;
        for (int seen = 0; seen < slotCount && !isAround && index.expiringKeyCount() > 0; ) {
            cursor = index.next(cursor, slots);
            isAround = cursor == 0;
            seen += BucketSegment.slotCount();
            for (int i = 0; i < slots.count(); i++) {
                buried += isDue(slots.word(i)) && batch.bury(scratch.recordKey()) ? 1 : 0;
            }
        }
        return buried;
    }

    private boolean isDue(long word) {
        return IndexWord.hasDeadline(word)
                && lookup.reader().readKey(IndexWord.position(word), scratch)
                && RecordLayout.expiresMs(scratch.array(), 0) != 0
                && RecordLayout.expiresMs(scratch.array(), 0) <= clock.nowMs();
    }
}
