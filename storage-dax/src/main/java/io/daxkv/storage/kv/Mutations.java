package io.daxkv.storage.kv;

import java.nio.ByteBuffer;

/**
 * What a write does to the index and to the accounts of segments, after its record was appended.
 *
 * <p><b>Threads.</b> Belongs to who holds the writer lock.
 */
final class Mutations {
    private final RecordLog log;
    private final HashIndex index;
    private final KeyLookup lookup;
    private final ValueBuffer scratch = new ValueBuffer();
    private final ByteSlice frameKey = new ByteSlice();

    Mutations(RecordLog log, HashIndex index, KeyLookup lookup) {
        this.log = log;
        this.index = index;
        this.lookup = lookup;
    }

    /** Returns the word of a key, its record's head in {@link #found()}; EMPTY if absent. */
    long find(ByteSlice key, long hash) {
        return lookup.find(key, hash, scratch);
    }

    /** Returns the array with the head of the record {@link #find} found. */
    byte[] found() {
        return scratch.array();
    }

    /** Points the key at its new record and counts the old one dead. */
    void put(ByteSlice key, long hash, long position, long size, long lsn, boolean hasDeadline) {
        long word = IndexWord.of(hash, position, hasDeadline);
        long old = find(key, hash);
        log.segments().at(position).addLive(size);
        if (old == IndexWord.EMPTY) {
            index.insert(hash, word);
        } else {
            index.replace(hash, old, word);
            kill(old, lsn);
        }
    }

    /** Forgets the key, whose tombstone lies at {@code position}; {@code old} was found just now. */
    void bury(long hash, long old, long position, long size, long lsn) {
        log.segments().at(position).addGrave(size, lsn);
        lookup.noteGrave(lsn);
        index.remove(hash, old);
        kill(old, lsn);
    }

    /** Forgets every key. */
    void clear(long position, long lsn) {
        for (LogSegment segment : log.segments().all()) {
            segment.killAll(lsn);
        }
        log.segments().at(position).addGrave(RecordLayout.HEADER_SIZE, lsn);
        log.noteDeath(lsn);
        lookup.noteGrave(lsn);
        index.clear();
    }

    /** Makes the records of a frame visible, in their order. */
    void applyFrame(FrameBuffer frame, long framePosition) {
        byte[] bytes = frame.bytes();
        ByteBuffer view = ByteBuffer.wrap(bytes);
        for (int i = 0; i < frame.count(); i++) {
            int at = frame.offset(i);
            frameKey.set(view, at + RecordLayout.HEADER_SIZE, RecordLayout.keySize(bytes, at));
            apply(bytes, at, frame.hash(i), framePosition + at);
        }
    }

    private void apply(byte[] bytes, int at, long hash, long position) {
        long size = RecordLayout.size(bytes, at);
        long lsn = RecordLayout.lsn(bytes, at);
        int kind = RecordLayout.kind(bytes, at);
        if (kind == RecordLayout.VALUE) {
            put(frameKey, hash, position, size, lsn, RecordLayout.expiresMs(bytes, at) != 0);
        } else if (kind == RecordLayout.CLEAR) {
            clear(position, lsn);
        } else {
            long old = find(frameKey, hash);
            if (old != IndexWord.EMPTY) {
                bury(hash, old, position, size, lsn);
            } else {
                log.segments().at(position).addGrave(size, lsn);
            }
        }
    }

    private void kill(long word, long byLsn) {
        // find() left the head of the old record in the scratch buffer.
        LogSegment segment = log.segments().at(IndexWord.position(word));
        segment.kill(RecordLayout.size(scratch.array(), 0), byLsn);
        if (segment.liveSize() == 0) {
            log.noteDeath(byLsn);
        }
    }
}
