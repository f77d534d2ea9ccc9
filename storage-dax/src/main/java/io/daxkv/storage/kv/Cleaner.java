package io.daxkv.storage.kv;

import io.daxkv.storage.pmem.CacheLine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Makes free space out of segments that are partly dead: copies what is live in the deadest ones to one segment of
 * survivors, then frees them.
 *
 * <p>Simple on purpose: it runs when space runs short, in the writer's time, one survivor segment a round.
 *
 * <p><b>Threads.</b> Belongs to who holds the writer lock.
 */
final class Cleaner {
    private final RecordLog log;
    private final HashIndex index;
    private final KeyLookup lookup;
    private final LogContext context;
    private final RecordScanner scanner;
    private final RecordChecksum checksum;
    private final ValueBuffer scratch = new ValueBuffer();
    private final ByteSlice key = new ByteSlice();
    private byte[] record = new byte[64 * 1024];

    /** Where a record was and where its copy is. */
    private record Move(long from, long to) {}

    Cleaner(RecordLog log, HashIndex index, KeyLookup lookup, LogContext context) {
        this.log = log;
        this.index = index;
        this.lookup = lookup;
        this.context = context;
        scanner = new RecordScanner(context.store());
        checksum = new RecordChecksum(context.store());
    }

    /** Cleans one round, everything appended being durable; false if nothing would be gained. */
    boolean clean() {
        log.freeDead();
        List<LogSegment> victims = choose();
        if (victims.isEmpty()) {
            return false;
        }
        List<Move> moves = new ArrayList<>();
        long neededSize = neededSize(victims);
        if (neededSize > 0) {
            LogSegment survivors;
            try {
                survivors = log.activate(unitCountOf(victims), SegmentLayout.SURVIVOR, oldestLsn(victims));
            } catch (StoreFullException e) {
                return false;
            }
            if (!copyLive(victims, survivors, moves)) {
                return true;
            }
            // The copies durable, then sealed: an open survivor segment is dropped by recovery, its sources being
            // there.
            survivors.setTail(CacheLine.ceil(survivors.tail()));
            log.sync(LogProtocol.Step.SURVIVORS, survivors.offset(), survivors.tail() - survivors.offset());
            log.seal(survivors);
            moves.forEach(move -> repoint(move, survivors));
        }
        // In any order: a tombstone whose victim may lie in another segment, a fellow victim included, was copied.
        victims.forEach(log::free);
        return true;
    }

    private List<LogSegment> choose() {
        List<LogSegment> candidates = new ArrayList<>();
        for (LogSegment segment : log.segments().all()) {
            if (segment.isSealed() && !segment.isQuarantined() && log.isReplaceable(segment)) {
                candidates.add(segment);
            }
        }
        candidates.sort(Comparator.comparingDouble(Cleaner::neededShare));
        long room = context.geometry().segmentSize() - SegmentLayout.HEADER_SIZE;
        List<LogSegment> victims = new ArrayList<>();
        List<LogSegment> best = List.of();
        for (LogSegment candidate : candidates) {
            victims.add(candidate);
            if (neededSize(victims) > room) {
                victims.remove(victims.size() - 1);
            } else if (gain(victims) > gain(best)) {
                best = List.copyOf(victims);
            }
        }
        return best;
    }

    private static double neededShare(LogSegment segment) {
        return (double) (segment.liveSize() + segment.graveSize())
                / segment.header().length();
    }

    private static long neededSize(List<LogSegment> segments) {
        long size = 0;
        for (LogSegment segment : segments) {
            size += segment.liveSize() + segment.graveSize();
        }
        return size;
    }

    /** Returns the units a round would free. */
    private long gain(List<LogSegment> victims) {
        long gain = neededSize(victims) == 0 ? 0 : -unitCountOf(victims);
        for (LogSegment victim : victims) {
            gain += victim.header().unitCount();
        }
        return gain;
    }

    private int unitCountOf(List<LogSegment> victims) {
        return context.geometry().unitCountOf(neededSize(victims));
    }

    private static long oldestLsn(List<LogSegment> victims) {
        long oldest = Long.MAX_VALUE;
        for (LogSegment victim : victims) {
            oldest = Math.min(oldest, victim.oldestLsn());
        }
        return oldest;
    }

    /**
     * Copies what is needed of all victims; false if one of them no longer verifies. It is then left alone for good:
     * its readable records stay readable, and nothing of it is lost by our hand.
     */
    private boolean copyLive(List<LogSegment> victims, LogSegment survivors, List<Move> moves) {
        for (LogSegment victim : victims) {
            try {
                copyLive(victim, survivors, moves);
            } catch (SegmentCorruptException e) {
                victim.quarantine();
                survivors.discard();
                return false;
            }
        }
        return true;
    }

    private void copyLive(LogSegment victim, LogSegment survivors, List<Move> moves) {
        long from = victim.offset() + SegmentLayout.HEADER_SIZE;
        scanner.begin(victim, from, victim.tail(), 0);
        long oldestElsewhere = log.segments().oldestLsnExcept(victim);
        while (scanner.next()) {
            boolean isValue = scanner.kind() == RecordLayout.VALUE;
            if (isValue ? isLive() : scanner.lsn() > oldestElsewhere) {
                long to = copy(victim, survivors);
                if (isValue) {
                    moves.add(new Move(scanner.position(), to));
                    survivors.addLive(scanner.size());
                } else {
                    survivors.addGrave(scanner.size(), scanner.lsn());
                }
            }
        }
        if (CacheLine.ceil(scanner.end()) < victim.tail()) {
            throw new SegmentCorruptException("sealed segment broke under the running store: position=" + scanner.end()
                    + ", segment=" + victim.offset() + ", tail=" + victim.tail());
        }
    }

    private boolean isLive() {
        key.set(scanner.headView(), RecordLayout.HEADER_SIZE, scanner.keySize());
        IndexProbe probe = scratch.probe();
        index.find(lookup.hash(key), probe);
        for (int i = 0; i < probe.count(); i++) {
            if (IndexWord.position(probe.word(i)) == scanner.position()) {
                return true;
            }
        }
        return false;
    }

    private long copy(LogSegment victim, LogSegment survivors) {
        int size = scanner.size();
        if (record.length < size) {
            record = new byte[size];
        }
        victim.get(scanner.position(), record, 0, size);
        long to = survivors.tail();
        RecordLayout.putInFrame(record, 0, false);
        RecordLayout.putCrc(record, 0, checksum.ofRecord(record, 0, to, survivors.generation()));
        survivors.put(to, record, 0, size);
        survivors.setTail(to + size);
        survivors.noteRecord(scanner.lsn());
        context.counters().cleanedBytes.add(size);
        return to;
    }

    private void repoint(Move move, LogSegment survivors) {
        lookup.reader().readKey(move.to(), scratch);
        long hash = lookup.hash(scratch.recordKey());
        IndexProbe probe = scratch.probe();
        index.find(hash, probe);
        for (int i = 0; i < probe.count(); i++) {
            long word = probe.word(i);
            if (IndexWord.position(word) == move.from()) {
                index.replace(hash, word, IndexWord.of(hash, move.to(), IndexWord.hasDeadline(word)));
                return;
            }
        }
        throw new IllegalStateException("live record vanished while cleaning: " + move + ", to " + survivors);
    }
}
