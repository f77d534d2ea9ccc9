package io.daxkv.storage.kv;

import io.daxkv.storage.dax.DaxFile;
import io.daxkv.storage.dax.DaxVolume;
import io.daxkv.storage.dax.NoSpaceException;
import io.daxkv.storage.pmem.CacheLine;

/**
 * The log: where the next record goes, and which segments there are. Space is taken a segment at a time and given back
 * as holes.
 *
 * <p><b>Durability.</b> Appends are made durable by {@link Committer}; activation, sealing and freeing of segments are
 * durable when the method returns.
 *
 * <p><b>Threads.</b> All but {@link #segments()} and {@link #file()} belong to who holds the writer lock.
 *
 * <p><b>Failure.</b> {@link StoreFullException} with nothing changed.
 */
final class RecordLog {
    private final DaxVolume volume;
    private final DaxFile file;
    private final LogContext context;
    private final LogGeometry geometry;
    private final LogProtocol protocol;
    private final CommitSequence sequence;
    private final Committer committer;
    private final SegmentTable segments;
    private final RecordChecksum checksum;
    private final CommitPoint commitPoint = new CommitPoint();
    private Cleaner cleaner;
    private LogSegment active;
    private long newestGeneration;
    private long newestHotGeneration;
    private long committedPosition;
    private long committedLsn;
    private long deathLsn;

    /** What one commit has to sync. Reused: belongs to who holds the syncing lock. */
    static final class CommitPoint {
        private LogSegment segment;
        private long from;
        private long to;
        private long lsn;

        LogSegment segment() {
            return segment;
        }

        long from() {
            return from;
        }

        long to() {
            return to;
        }

        long lsn() {
            return lsn;
        }
    }

    RecordLog(DaxVolume volume, DaxFile file, LogContext context, CommitSequence sequence, Committer committer) {
        this.volume = volume;
        this.file = file;
        this.context = context;
        this.sequence = sequence;
        this.committer = committer;
        geometry = context.geometry();
        protocol = context.protocol();
        checksum = new RecordChecksum(context.store());
        // File offsets cost nothing, so there are twice as many as the volume could fill: large records find a run of
        // free units however scattered the free ones are.
        segments = new SegmentTable(geometry.unitSize(), (int) (2 * (volume.size() / geometry.unitSize()) + 64));
    }

    void attach(Cleaner newCleaner) {
        cleaner = newCleaner;
    }

    /** Takes over what recovery found: the generations and the LSN from which to go on. */
    void begin(long generation, long hotGeneration, long lsn) {
        newestGeneration = generation;
        newestHotGeneration = hotGeneration;
        committedLsn = lsn;
        sequence.begin(lsn);
    }

    DaxFile file() {
        return file;
    }

    SegmentTable segments() {
        return segments;
    }

    RecordChecksum checksum() {
        return checksum;
    }

    long freeSize() {
        return volume.freeSize();
    }

    /** Returns the segment that takes the next record; null before the first write after a recovery. */
    LogSegment active() {
        return active;
    }

    /**
     * Makes sure that {@code size} bytes can be appended without a further question; returns true if segments were
     * freed or records moved for it, so that what the caller knew about positions is void.
     *
     * @param isGrave the record makes others dead, so it may use space that values leave free
     */
    boolean makeRoom(long size, boolean isGrave) {
        if (active != null && active.room() >= size && (isGrave || !active.isReserve())) {
            return false;
        }
        int unitCount = geometry.unitCountFor(size);
        boolean isReserve = !freeFor((long) unitCount * geometry.unitSize() + geometry.reserveSize());
        if (isReserve) {
            if (!isGrave) {
                throw full(size);
            }
            unitCount = geometry.unitCountOf(size);
        }
        rotate(unitCount, isReserve);
        return true;
    }

    /** Stores a whole encoded record, or the head of one, at the tail and returns its position; room was made. */
    long append(byte[] record, int at, int length, long recordSize) {
        long position = active.tail();
        active.put(position, record, at, length);
        active.setTail(position + recordSize);
        context.counters().appendedBytes.add(recordSize);
        return position;
    }

    /** Pads the tail to a line and returns what to sync for everything appended so far, null if nothing. */
    CommitPoint takeCommitPoint() {
        long lsn = sequence.appendedLsn();
        if (active == null || lsn == committedLsn) {
            return null;
        }
        long padded = CacheLine.ceil(active.tail());
        context.counters().paddingBytes.add(padded - active.tail());
        active.setTail(padded);
        commitPoint.segment = active;
        commitPoint.from = committedPosition;
        commitPoint.to = padded;
        commitPoint.lsn = lsn;
        committedPosition = padded;
        committedLsn = lsn;
        return commitPoint;
    }

    /** Opens a segment, its header durable; the caller has room for it or gets {@link StoreFullException}. */
    LogSegment activate(int unitCount, int stream, long baseLsn) {
        return activateAt(allocate(unitCount), unitCount, stream, baseLsn);
    }

    /** Makes a range durable; if that fails, the whole store has failed. */
    void sync(LogProtocol.Step step, long offset, long length) {
        try {
            protocol.sync(step, file, offset, length);
        } catch (RuntimeException | Error e) {
            sequence.fail(e);
            throw e;
        }
    }

    /** Seals a segment whose records are durable. */
    void seal(LogSegment segment) {
        segment.storeSeal(checksum);
        sync(LogProtocol.Step.SEAL, segment.offset(), SegmentLayout.HEADER_SIZE);
        segment.markSealed();
    }

    /** Frees every segment that nobody needs any more; returns true if there was one. */
    boolean freeDead() {
        boolean isFreed = false;
        deathLsn = hasDead() ? 0 : deathLsn;
        for (int i = segments.all().size() - 1; i >= 0; i--) {
            LogSegment segment = segments.all().get(i);
            if (isFreeable(segment)) {
                free(segment);
                isFreed = true;
                // Its tombstones or theirs may have been needed because of each other: look again from the end.
                i = segments.all().size();
            }
        }
        return isFreed;
    }

    /** Frees a segment none of whose records is needed. */
    void free(LogSegment segment) {
        segments.remove(segment);
        // 1. Say so in the header, durably: a crash in the middle of what follows must not look like rot.
        markFreed(segment);
        // 2. Wipe the header, which nothing needs any more: under the next one, of which a crash may keep any words, it
        //    must not shine through and read as an open segment of this generation.
        segment.wipeHeader();
        sync(LogProtocol.Step.FREE, segment.offset(), SegmentLayout.HEADER_SIZE);
        // 3. Readers that still hold a position here get an exception and probe again.
        segment.closeWindow();
        // 4. The unit that had the header goes last.
        long rest = segment.header().length() - geometry.unitSize();
        if (rest > 0) {
            file.punchHole(segment.offset() + geometry.unitSize(), rest);
        }
        file.punchHole(segment.offset(), geometry.unitSize());
        context.counters().cleanedSegments.increment();
    }

    /** Says in a segment's header that it is dead, durably. */
    void markFreed(LogSegment segment) {
        segment.storeFreed(checksum);
        sync(LogProtocol.Step.FREE, segment.offset(), SegmentLayout.HEADER_SIZE);
        // Only now, or a crash could show a sealed segment with a broken record. And before the units are given away:
        // where they are used again, a header that a crash cut short must not stand before a record of this life.
        segment.wipeFirstRecords();
        sync(LogProtocol.Step.FREE, segment.offset(), segment.header().length());
    }

    /** Returns true if the cleaner may move what is needed out of a sealed segment and free it. */
    boolean isReplaceable(LogSegment segment) {
        return !isLandmark(segment) && protocol.mayFree(segment.killedAtLsn(), sequence.durableLsn());
    }

    /** Returns true if a dead segment may go: the deaths are durable, and no tombstone of it still has a victim. */
    boolean isFreeable(LogSegment segment) {
        return segment.isSealed()
                && segment.liveSize() == 0
                && !isLandmark(segment)
                && protocol.mayFree(segment.killedAtLsn(), sequence.durableLsn())
                && (segment.newestGraveLsn() == 0 || segments.oldestLsnExcept(segment) > segment.newestGraveLsn());
    }

    /** Remembers that record {@code lsn} took the last live record of some segment. */
    void noteDeath(long lsn) {
        deathLsn = lsn;
    }

    /** Returns true if some segment has died since {@link #freeDead} last looked, and the death is durable. */
    boolean hasDead() {
        return deathLsn != 0 && protocol.mayFree(deathLsn, sequence.durableLsn());
    }

    /** Sets the sizes among the counters. */
    void publishSizes() {
        long live = 0;
        long used = 0;
        for (LogSegment segment : segments.all()) {
            live += segment.liveSize();
            used += segment.tail() - segment.offset() - SegmentLayout.HEADER_SIZE;
        }
        KvCounters counters = context.counters();
        counters.liveBytes = live;
        counters.deadBytes = used - live;
        counters.freeBytes = volume.freeSize();
    }

    /**
     * Returns true for what recovery learns from where to go on, dead or not: the newest generation says which were
     * used, the newest hot segment which LSNs were. Each may go once there is a newer one.
     */
    private boolean isLandmark(LogSegment segment) {
        return segment.generation() == newestGeneration || segment.generation() == newestHotGeneration;
    }

    void closeWindows() {
        segments.all().forEach(LogSegment::closeWindow);
    }

    StoreFullException full(long size) {
        return new StoreFullException("store full: recordSize=" + size + ", freeSize=" + volume.freeSize()
                + ", reserveSize=" + geometry.reserveSize() + ", volumeSize=" + volume.size());
    }

    private boolean freeFor(long size) {
        if (volume.freeSize() >= size) {
            return true;
        }
        // What died since the last commit can only be freed once its killers are durable.
        committer.commitRest();
        freeDead();
        boolean isCleaning = true;
        while (isCleaning && volume.freeSize() < size) {
            isCleaning = cleaner.clean();
        }
        return volume.freeSize() >= size;
    }

    private void rotate(int unitCount, boolean isReserve) {
        // 1. Take the space first: if there is none, nothing has changed and the old segment stays open.
        long offset = allocate(unitCount);
        // 2. The old segment durable, then 3. sealed, both before 4.: otherwise two segments could have torn tails, and
        //    recovery could not tell a torn tail from rot.
        if (active != null) {
            committer.commitRest();
            seal(active);
        }
        // 4. The header of the next.
        active = activateAt(offset, unitCount, SegmentLayout.HOT, sequence.appendedLsn() + 1);
        if (isReserve) {
            active.markReserve();
        }
        committedPosition = active.tail();
    }

    private long allocate(int unitCount) {
        long offset = segments.findFree(unitCount);
        long length = (long) unitCount * geometry.unitSize();
        if (offset < 0) {
            throw full(length);
        }
        try {
            file.allocate(offset, length);
        } catch (NoSpaceException e) {
            throw full(length);
        }
        return offset;
    }

    private LogSegment activateAt(long offset, int unitCount, int stream, long baseLsn) {
        newestGeneration++;
        if (stream == SegmentLayout.HOT) {
            newestHotGeneration = newestGeneration;
        }
        long nowMs = context.clock().nowMs();
        SegmentLayout.Header header = new SegmentLayout.Header(
                offset, newestGeneration, baseLsn, nowMs, unitCount, geometry.unitSize(), stream);
        LogSegment segment = new LogSegment(header, file.window(offset, header.length()));
        segment.storeHeader(context.store(), checksum);
        // Durable before the first record, although a record's checksum covers the generation: a lost header with kept
        // records behind it would leave no trace that this generation was used, and the next activation at this place
        // would take it again, with valid bytes of a lost future behind its tail.
        sync(LogProtocol.Step.HEADER, offset, SegmentLayout.HEADER_SIZE);
        context.clock().raise(nowMs);
        segments.add(segment);
        return segment;
    }
}
