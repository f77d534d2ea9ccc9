package io.daxkv.storage.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Which segment holds which unit of the log. Rebuilt at recovery.
 *
 * <p><b>Threads.</b> {@link #at} from any thread; the rest belongs to who holds the writer lock.
 */
final class SegmentTable {
    private final int unitSize;
    private final AtomicReferenceArray<LogSegment> byUnit;
    private final List<LogSegment> all = new ArrayList<>();

    SegmentTable(int unitSize, int unitCount) {
        this.unitSize = unitSize;
        byUnit = new AtomicReferenceArray<>(unitCount);
    }

    /** Returns the segment that holds {@code position}, or null if its unit is free. */
    LogSegment at(long position) {
        return byUnit.getAcquire((int) (position / unitSize));
    }

    int unitCount() {
        return byUnit.length();
    }

    /** Returns the segments in the order they were added. */
    List<LogSegment> all() {
        return all;
    }

    void add(LogSegment segment) {
        all.add(segment);
        set(segment, segment);
    }

    void remove(LogSegment segment) {
        all.remove(segment);
        set(segment, null);
    }

    /** Returns the log offset of the first run of {@code unitCount} free units, -1 if there is none. */
    long findFree(int unitCount) {
        int run = 0;
        for (int unit = 0; unit < byUnit.length(); unit++) {
            run = byUnit.getPlain(unit) == null ? run + 1 : 0;
            if (run == unitCount) {
                return (long) (unit + 1 - unitCount) * unitSize;
            }
        }
        return -1;
    }

    /** Returns the LSN that no record outside {@code except} is older than; MAX_VALUE if there is none. */
    long oldestLsnExcept(LogSegment except) {
        long oldest = Long.MAX_VALUE;
        for (LogSegment segment : all) {
            if (segment != except) {
                oldest = Math.min(oldest, segment.oldestLsn());
            }
        }
        return oldest;
    }

    private void set(LogSegment segment, LogSegment value) {
        int first = (int) (segment.offset() / unitSize);
        for (int i = 0; i < segment.header().unitCount(); i++) {
            byUnit.setRelease(first + i, value);
        }
    }
}
