package io.daxkv.storage.kv;

/**
 * Builds the index from records in any order: of each key the record with the highest LSN wins, be it a tombstone, and
 * {@link #finish} then drops the tombstones and what a clear made dead.
 *
 * <p><b>Threads.</b> Confined to the thread that recovers.
 */
final class RecoveredIndex {
    private final SegmentTable segments;
    private final HashIndex index;
    private final KeyLookup lookup;
    private final ByteSlice key = new ByteSlice();
    private final ValueBuffer scratch = new ValueBuffer();
    private long clearLsn;
    private long newestLsn;
    private long newestDeadlineMs;
    private long recordCount;

    RecoveredIndex(SegmentTable segments, HashIndex index, KeyLookup lookup) {
        this.segments = segments;
        this.index = index;
        this.lookup = lookup;
    }

    long newestLsn() {
        return newestLsn;
    }

    /** Returns the latest deadline that a tombstone says has passed, Unix ms. */
    long newestDeadlineMs() {
        return newestDeadlineMs;
    }

    long recordCount() {
        return recordCount;
    }

    /** Takes the record the scanner stands at, which lies in {@code segment}. */
    void add(RecordScanner scanner, LogSegment segment) {
        segment.noteRecord(scanner.lsn());
        newestLsn = Math.max(newestLsn, scanner.lsn());
        recordCount++;
        if (scanner.kind() == RecordLayout.VALUE) {
            addKey(scanner, segment, true);
            return;
        }
        segment.addGrave(scanner.size(), scanner.lsn());
        if (scanner.kind() == RecordLayout.CLEAR) {
            clearLsn = Math.max(clearLsn, scanner.lsn());
        } else {
            newestDeadlineMs = Math.max(newestDeadlineMs, scanner.expiresMs());
            addKey(scanner, segment, false);
        }
    }

    /** Drops tombstones and cleared records from the index. */
    void finish() {
        IndexProbe probe = new IndexProbe();
        long cursor = 0;
        do {
            cursor = index.next(cursor, probe);
            for (int i = 0; i < probe.count(); i++) {
                long word = probe.word(i);
                if (IndexWord.isTombstone(word) || clearLsn > 0) {
                    drop(word);
                }
            }
        } while (cursor != 0);
    }

    private void addKey(RecordScanner scanner, LogSegment segment, boolean isValue) {
        scanner.keyTo(key);
        long hash = lookup.hash(key);
        long word = isValue
                ? IndexWord.of(hash, scanner.position(), scanner.expiresMs() != 0)
                : IndexWord.tombstone(hash, scanner.position());
        long old = lookup.find(key, hash, scratch);
        if (old != IndexWord.EMPTY && RecordLayout.lsn(scratch.array(), 0) >= scanner.lsn()) {
            return;
        }
        if (isValue) {
            segment.addLive(scanner.size());
        }
        if (old == IndexWord.EMPTY) {
            index.insert(hash, word);
        } else {
            index.replace(hash, old, word);
            if (!IndexWord.isTombstone(old)) {
                segments.at(IndexWord.position(old)).kill(RecordLayout.size(scratch.array(), 0), 0);
            }
        }
    }

    private void drop(long word) {
        long position = IndexWord.position(word);
        lookup.reader().readKey(position, scratch);
        boolean isTombstone = IndexWord.isTombstone(word);
        if (isTombstone || RecordLayout.lsn(scratch.array(), 0) < clearLsn) {
            if (!isTombstone) {
                segments.at(position).kill(RecordLayout.size(scratch.array(), 0), 0);
            }
            index.remove(lookup.hash(scratch.recordKey()), word);
        }
    }
}
