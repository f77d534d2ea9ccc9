package io.daxkv.storage.kv;

import io.daxkv.storage.dax.DaxFile;
import io.daxkv.storage.pmem.CacheLine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns the log a crash or a kill left into an open store. Looks at everything first, refuses if something decayed, and
 * only then changes the medium; what it changes may be interrupted and done again.
 */
final class Recovery {
    private static final int CHUNK_SIZE = 64 * 1024;

    private final DaxFile file;
    private final LogContext context;
    private final RecordLog log;
    private final RecoveredIndex recovered;
    private final RecordChecksum checksum;
    private final RecordScanner scanner;
    private final List<LogSegment> dead = new ArrayList<>();
    private final List<FoundSegment> orphans = new ArrayList<>();
    private LogSegment tail;
    private long newestGeneration;
    private long newestHot;
    private long newestSurvivor;

    Recovery(RecordLog log, LogContext context, RecoveredIndex recovered) {
        this.log = log;
        this.context = context;
        this.recovered = recovered;
        file = log.file();
        checksum = log.checksum();
        scanner = new RecordScanner(context.store());
    }

    /**
     * Recovers; the store may serve when it returns.
     *
     * @throws SegmentCorruptException if a segment holds bytes no crash could have left
     */
    void run() {
        List<FoundSegment> found = new RecoverySurvey(file, context).run();
        found.forEach(this::noteGeneration);
        found.forEach(segment -> take(segment, decide(segment)));
        recovered.finish();
        context.clock().raise(recovered.newestDeadlineMs());
        context.counters().recoveredRecords.add(recovered.recordCount());
        log.begin(newestGeneration, newestHot, newestLsn(found));
        found.forEach(this::persistSeal);
        if (tail != null) {
            sealTail();
        }
        for (FoundSegment orphan : orphans) {
            file.punchHole(orphan.offset(), context.geometry().unitSize());
        }
        dead.forEach(LogSegment::markSealed);
        log.freeDead();
        dead.forEach(this::markFreed);
    }

    /**
     * Makes sure that a dead segment which has to stay, because its generation is the newest, still reads as dead when
     * it no longer is the newest.
     */
    private void markFreed(LogSegment segment) {
        if (log.segments().all().contains(segment)) {
            log.markFreed(segment);
        }
    }

    private void noteGeneration(FoundSegment found) {
        if (found.header() != null) {
            log.segments().add(found.segment());
            context.clock().raise(found.header().createdMs());
            newestGeneration = Math.max(newestGeneration, found.generation());
            if (found.seal() != RecoveryTable.Seal.FREED && found.header().isHot()) {
                newestHot = Math.max(newestHot, found.generation());
            } else if (found.seal() != RecoveryTable.Seal.FREED) {
                newestSurvivor = Math.max(newestSurvivor, found.generation());
            }
        }
    }

    private boolean isNewest(FoundSegment found) {
        return found.header() != null && found.generation() == (found.header().isHot() ? newestHot : newestSurvivor);
    }

    private RecoveryTable decide(FoundSegment found) {
        boolean isHot = found.header() != null && found.header().isHot();
        RecoveryTable.State state =
                new RecoveryTable.State(found.seal(), isHot, isNewest(found), contentOf(found, isHot));
        RecoveryTable row = RecoveryTable.of(state);
        if (row.action() == RecoveryTable.Action.REFUSE) {
            throw new SegmentCorruptException("segment is damaged: finding=" + row + ", offset=" + found.offset()
                    + ", generation=" + found.generation() + ", validTo=" + scanner.end()
                    + ", sealedTail=" + (found.offset() + found.tailOffset()));
        }
        return row;
    }

    /** Reads a segment's records, into the index if they count. */
    private RecoveryTable.Content contentOf(FoundSegment found, boolean isHot) {
        return switch (found.seal()) {
            case SEALED -> index(found, isHot, found.offset() + found.tailOffset());
            case OPEN -> isHot ? index(found, true, found.segment().end()) : RecoveryTable.Content.PARTIAL;
            case NO_HEADER, BROKEN ->
                hasFirstRecord(found) ? RecoveryTable.Content.PARTIAL : RecoveryTable.Content.EMPTY;
            case FREED -> RecoveryTable.Content.EMPTY;
        };
    }

    private RecoveryTable.Content index(FoundSegment found, boolean isHot, long end) {
        LogSegment segment = found.segment();
        long from = segment.tail();
        long firstLsn = isHot ? found.header().baseLsn() : 0;
        scanner.begin(segment, from, Math.min(end, segment.end()), firstLsn);
        while (scanner.next()) {
            recovered.add(scanner, segment);
        }
        segment.setTail(Math.min(CacheLine.ceil(scanner.end()), segment.end()));
        if (segment.tail() == end && found.seal() == RecoveryTable.Seal.SEALED) {
            return RecoveryTable.Content.COMPLETE;
        }
        return segment.tail() == from ? RecoveryTable.Content.EMPTY : RecoveryTable.Content.PARTIAL;
    }

    /**
     * Returns true if a record is valid behind where a header should be, under any generation ever used. Freeing wipes
     * the first record, so one that is there belongs to a segment that was never freed.
     */
    private boolean hasFirstRecord(FoundSegment found) {
        int unitSize = context.geometry().unitSize();
        byte[] head = new byte[RecordLayout.HEADER_SIZE];
        file.read(found.offset() + SegmentLayout.HEADER_SIZE, ByteBuffer.wrap(head));
        if (!RecordLayout.isPlausible(head, 0, unitSize - SegmentLayout.HEADER_SIZE)) {
            return false;
        }
        for (long generation = newestGeneration + 1; generation > 0; generation--) {
            SegmentLayout.Header guess =
                    new SegmentLayout.Header(found.offset(), generation, 0, 0, 1, unitSize, SegmentLayout.HOT);
            LogSegment segment = new LogSegment(guess, file.window(found.offset(), unitSize));
            try {
                scanner.begin(segment, segment.tail(), segment.end(), 0);
                if (scanner.next()) {
                    return true;
                }
            } finally {
                segment.closeWindow();
            }
        }
        return false;
    }

    private void take(FoundSegment found, RecoveryTable row) {
        switch (row.action()) {
            case KEEP -> found.segment().markSealed();
            case SEAL -> tail = found.segment();
            case FREE -> {
                if (found.segment() == null) {
                    orphans.add(found);
                } else {
                    dead.add(found.segment());
                }
            }
            case REFUSE -> throw new IllegalStateException("refused segment taken: " + row);
        }
    }

    private long newestLsn(List<FoundSegment> found) {
        long lsn = recovered.newestLsn();
        for (FoundSegment segment : found) {
            if (segment.header() != null && segment.header().isHot()) {
                lsn = Math.max(lsn, segment.header().baseLsn() - 1);
            }
        }
        return lsn;
    }

    /**
     * Stores the newest seals again and makes them durable. After a kill we may see a seal that is not durable yet; if
     * the next header became durable without it, a power failure would leave two open segments.
     */
    private void persistSeal(FoundSegment found) {
        if (found.seal() == RecoveryTable.Seal.SEALED && isNewest(found)) {
            found.segment().restoreHeader(context.store(), checksum);
            log.seal(found.segment());
        }
    }

    /** Makes the recovered tail durable, for after a kill it need not be, and then closes it for good. */
    private void sealTail() {
        byte[] chunk = new byte[CHUNK_SIZE];
        for (long at = tail.offset(); at < tail.tail(); at += CHUNK_SIZE) {
            int length = (int) Math.min(CHUNK_SIZE, tail.tail() - at);
            tail.get(at, chunk, 0, length);
            tail.put(at, chunk, 0, length);
        }
        log.sync(LogProtocol.Step.RECOVERED, tail.offset(), tail.tail() - tail.offset());
        log.seal(tail);
    }
}
