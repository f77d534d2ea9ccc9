package io.daxkv.storage.kv;

import io.daxkv.storage.dax.DaxWindow;
import java.util.UUID;

/**
 * A run of units of the log with a header, and the accounts of what lies in it. Positions are bytes from the start of
 * the log.
 *
 * <p><b>Threads.</b> Any thread reads bytes; the accounts and the tail belong to who holds the writer lock.
 */
final class LogSegment {
    private final SegmentLayout.Header header;
    private final DaxWindow window;
    private long tail;
    private boolean isSealed;
    private boolean isReserve;
    private boolean isQuarantined;
    private long liveSize;
    private long graveSize;
    private long oldestLsn = Long.MAX_VALUE;
    private long newestGraveLsn;
    private long killedAtLsn;

    LogSegment(SegmentLayout.Header header, DaxWindow window) {
        this.header = header;
        this.window = window;
        tail = header.offset() + SegmentLayout.HEADER_SIZE;
    }

    SegmentLayout.Header header() {
        return header;
    }

    long offset() {
        return header.offset();
    }

    long end() {
        return header.offset() + header.length();
    }

    long generation() {
        return header.generation();
    }

    /** Returns the position behind the last record. */
    long tail() {
        return tail;
    }

    void setTail(long newTail) {
        assert newTail >= tail && newTail <= end() : "tail=" + newTail + ", from=" + tail + ", end=" + end();
        tail = newTail;
    }

    long room() {
        return end() - tail;
    }

    boolean isSealed() {
        return isSealed;
    }

    /** Remembers that nothing is appended here any more; the bytes that say so are {@link #storeSeal}'s. */
    void markSealed() {
        isSealed = true;
    }

    /** Returns true if only tombstones may still be appended: opened out of the space that values leave free. */
    boolean isReserve() {
        return isReserve;
    }

    void markReserve() {
        isReserve = true;
    }

    /** Returns true if the cleaner met a bad record here and leaves the segment alone. */
    boolean isQuarantined() {
        return isQuarantined;
    }

    void quarantine() {
        isQuarantined = true;
    }

    /** Forgets copies that the index never pointed at, so that the segment counts as dead. */
    void discard() {
        isSealed = true;
        liveSize = 0;
        graveSize = 0;
        newestGraveLsn = 0;
        oldestLsn = Long.MAX_VALUE;
    }

    void get(long position, byte[] target, int at, int length) {
        window.get(position - header.offset(), target, at, length);
    }

    void put(long position, byte[] source, int at, int length) {
        window.put(position - header.offset(), source, at, length);
    }

    void storeHeader(UUID store, RecordChecksum checksum) {
        window.put(0, SegmentLayout.encode(header, store, checksum), 0, SegmentLayout.HEADER_SIZE);
    }

    /** Stores the header again but for the seal, which must not be open for an instant. */
    void restoreHeader(UUID store, RecordChecksum checksum) {
        window.put(0, SegmentLayout.encode(header, store, checksum), 0, SegmentLayout.SEAL_OFFSET);
    }

    /** Stores the word that closes the segment at its tail; call it when all before the tail is durable. */
    void storeSeal(RecordChecksum checksum) {
        storeSeal(tail - header.offset(), checksum);
    }

    /** Stores the word that says "freed". */
    void storeFreed(RecordChecksum checksum) {
        storeSeal(0, checksum);
    }

    /**
     * Wipes, in every unit, what would be the first record of a segment that begins there: the sign by which recovery
     * knows a segment that lost its header from one whose activation a crash cut short.
     */
    void wipeFirstRecords() {
        byte[] zeroes = new byte[RecordLayout.HEADER_SIZE];
        for (int unit = 0; unit < header.unitCount(); unit++) {
            window.put((long) unit * header.unitSize() + SegmentLayout.HEADER_SIZE, zeroes, 0, zeroes.length);
        }
    }

    void wipeHeader() {
        window.put(0, new byte[SegmentLayout.HEADER_SIZE], 0, SegmentLayout.HEADER_SIZE);
    }

    /** Returns the bytes of records the index points at. */
    long liveSize() {
        return liveSize;
    }

    /** Returns the bytes of tombstones and clears, needed or not. */
    long graveSize() {
        return graveSize;
    }

    /** Returns no more than the LSN of the oldest record here, dead ones included. */
    long oldestLsn() {
        return oldestLsn;
    }

    /** Returns the LSN of the newest tombstone or clear here, 0 = none. */
    long newestGraveLsn() {
        return newestGraveLsn;
    }

    /** Returns the LSN of the newest record that made one of this segment's records dead. */
    long killedAtLsn() {
        return killedAtLsn;
    }

    void noteRecord(long lsn) {
        oldestLsn = Math.min(oldestLsn, lsn);
    }

    void addLive(long size) {
        liveSize += size;
    }

    void addGrave(long size, long lsn) {
        graveSize += size;
        newestGraveLsn = Math.max(newestGraveLsn, lsn);
    }

    void kill(long size, long byLsn) {
        liveSize -= size;
        killedAtLsn = Math.max(killedAtLsn, byLsn);
        assert liveSize >= 0 : "liveSize=" + liveSize + ", offset=" + offset();
    }

    void killAll(long byLsn) {
        liveSize = 0;
        killedAtLsn = Math.max(killedAtLsn, byLsn);
    }

    void closeWindow() {
        window.close();
    }

    @Override
    public String toString() {
        return "segment: offset=" + offset() + ", generation=" + generation() + ", tail=" + tail;
    }

    private void storeSeal(long tailOffset, RecordChecksum checksum) {
        window.putLongRelease(
                SegmentLayout.SEAL_OFFSET,
                SegmentLayout.seal(header.offset(), header.generation(), tailOffset, checksum));
    }
}
