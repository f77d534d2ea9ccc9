package io.daxkv.storage.kv;

import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes appended records durable and then, only then, moves the durable LSN. Holds the three locks of a store, always
 * taken in this order:
 *
 * <ol>
 *   <li>{@code turn}: one commit is under way. Others wait here, not with the writer lock in their hands.
 *   <li>{@code writer}: appending. A commit holds it for the moment in which it pads the tail and notes what to sync.
 *   <li>{@code syncing}: write-back is under way. Whoever appends takes it only to seal a segment.
 * </ol>
 *
 * So batch N+1 gathers while N is in write-back, and every line is written back for one batch only.
 */
final class Committer {
    private final ReentrantLock turn = new ReentrantLock();
    private final ReentrantLock writer;
    private final ReentrantLock syncing = new ReentrantLock();
    private final CommitSequence sequence;
    private final LogProtocol protocol;
    private final KvCounters counters;
    private final RecordScanner scanner;
    private final boolean verifies;
    private RecordLog log;

    Committer(ReentrantLock writer, CommitSequence sequence, LogContext context, boolean verifies) {
        this.writer = writer;
        this.sequence = sequence;
        this.verifies = verifies;
        protocol = context.protocol();
        counters = context.counters();
        UUID store = context.store();
        scanner = new RecordScanner(store);
    }

    void attach(RecordLog newLog) {
        log = newLog;
    }

    /** As {@link KvStore#commit()}. */
    void commit() {
        sequence.checkRunning();
        if (sequence.durableLsn() >= sequence.appendedLsn()) {
            return;
        }
        if (writer.isHeldByCurrentThread()) {
            commitRest();
            return;
        }
        turn.lock();
        try {
            commitInTurn();
        } finally {
            turn.unlock();
        }
        sequence.announce();
    }

    /**
     * Commits everything with the writer lock held, as sealing a segment needs; listeners are told when the batch
     * closes.
     */
    void commitRest() {
        syncing.lock();
        try {
            RecordLog.CommitPoint point = log.takeCommitPoint();
            if (point != null) {
                makeDurable(point);
            }
        } finally {
            syncing.unlock();
        }
    }

    /** Ends all acknowledgement. */
    void fail(Throwable cause) {
        sequence.fail(cause);
    }

    private void commitInTurn() {
        writer.lock();
        syncing.lock();
        try {
            RecordLog.CommitPoint point;
            try {
                point = log.takeCommitPoint();
            } finally {
                writer.unlock();
            }
            if (point != null) {
                makeDurable(point);
            }
        } finally {
            syncing.unlock();
        }
    }

    private void makeDurable(RecordLog.CommitPoint point) {
        sequence.checkRunning();
        try {
            // 1. Write back. Before it returns nobody may learn of these records.
            protocol.sync(LogProtocol.Step.COMMIT, log.file(), point.from(), point.to() - point.from());
            // 2. Read back: a store that went astray must not be acknowledged either.
            if (verifies) {
                verify(point);
            }
            // 3. Tell, last.
            long before = sequence.durableLsn();
            sequence.advance(point.lsn());
            counters.commits.increment();
            counters.committedRecords.add(point.lsn() - before);
        } catch (RuntimeException | Error e) {
            sequence.fail(e);
            throw e;
        }
    }

    private void verify(RecordLog.CommitPoint point) {
        scanner.begin(point.segment(), point.from(), point.to(), sequence.durableLsn() + 1);
        long lsn = 0;
        while (scanner.next()) {
            lsn = scanner.lsn();
        }
        if (lsn != point.lsn()) {
            throw new RecordCorruptException("read-back before acknowledgement found a bad record: position="
                    + scanner.end() + ", lastGoodLsn=" + lsn + ", expectedLsn=" + point.lsn());
        }
    }
}
