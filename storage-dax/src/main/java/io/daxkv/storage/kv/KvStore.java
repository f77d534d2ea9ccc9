package io.daxkv.storage.kv;

import io.daxkv.storage.dax.DaxFile;
import io.daxkv.storage.dax.DaxFileKind;
import io.daxkv.storage.dax.DaxVolume;
import io.daxkv.storage.pmem.PersistGranularity;
import java.security.SecureRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;

/**
 * A key-value store on one volume: one log, one order. Facade; it holds the parts and has no logic of its own.
 *
 * <p><b>Durability.</b> Appends are numbered by LSN from 1. What survives any crash is a prefix of that order which
 * contains everything up to {@link #durableLsn()}.
 *
 * <p><b>Threads.</b> Reads are lock-free, from any thread. Writes go through {@link #begin()}, one batch at a time.
 */
public final class KvStore implements AutoCloseable {
    private static final String LOG_NAME = "log";

    private final Parts parts;
    private final KvBatch batch;
    private final KeyScan keyScan;
    private final boolean commitsInline;
    private final GroupCommitter groupCommitter;
    private boolean isClosed;

    /** The parts of one store, for those that work with several of them. */
    record Parts(
            LogContext context,
            ReentrantLock writer,
            CommitSequence sequence,
            Committer committer,
            RecordLog log,
            HashIndex index,
            KeyLookup lookup) {}

    private KvStore(Parts parts, PersistGranularity granularity, KvOptions options) {
        this.parts = parts;
        batch = new KvBatch(parts);
        keyScan = new KeyScan(parts.index(), parts.lookup());
        commitsInline = granularity != PersistGranularity.PAGE;
        boolean isPeriodic = options.durability() == KvOptions.Durability.INTERVAL;
        if (isPeriodic || !commitsInline) {
            groupCommitter = new GroupCommitter(
                    parts.committer(), isPeriodic ? options.interval().toNanos() : 0);
            groupCommitter.start();
        } else {
            groupCommitter = null;
        }
    }

    /**
     * Opens the store on a volume, recovering what a crash left; makes an empty one on a fresh volume.
     *
     * @throws SegmentCorruptException if a sealed segment holds bytes no crash could have left
     */
    public static KvStore open(DaxVolume volume, KvOptions options) {
        // A fresh secret for each open: whoever learned nothing about it cannot send keys that collide.
        SecureRandom random = new SecureRandom();
        SipHash hash = new SipHash(random.nextLong(), random.nextLong());
        return open(volume, options, LogGeometry.of(volume.size(), options.segmentSize()), new LogProtocol(), hash);
    }

    /** As {@link #open(DaxVolume, KvOptions)}, with sizes, a protocol and a hash that only tests choose. */
    static KvStore open(DaxVolume volume, KvOptions options, LogGeometry geometry, LogProtocol protocol, SipHash hash) {
        long startNanos = System.nanoTime();
        KvCounters counters = new KvCounters();
        HighWaterClock clock = new HighWaterClock(options.clock());
        LogContext context = new LogContext(volume.id(), geometry, protocol, counters, clock);
        DaxFile file =
                volume.exists(LOG_NAME) ? volume.open(LOG_NAME) : volume.create(LOG_NAME, DaxFileKind.SELF_CERTIFYING);
        PersistGranularity granularity = volume.pmem().granularity();
        Parts parts = assemble(volume, file, context, granularity != PersistGranularity.VOLATILE, hash);
        new Recovery(parts.log(), context, new RecoveredIndex(parts.log().segments(), parts.index(), parts.lookup()))
                .run();
        parts.log().publishSizes();
        counters.recoveryNanos = System.nanoTime() - startNanos;
        return new KvStore(parts, granularity, options);
    }

    private static Parts assemble(DaxVolume volume, DaxFile file, LogContext context, boolean verifies, SipHash hash) {
        ReentrantLock writer = new ReentrantLock();
        CommitSequence sequence = new CommitSequence();
        Committer committer = new Committer(writer, sequence, context, verifies);
        RecordLog log = new RecordLog(volume, file, context, sequence, committer);
        committer.attach(log);
        RecordReader reader = new RecordReader(log.segments(), context.store());
        ValueBuffer splitBuffer = new ValueBuffer();
        HashIndex index = new HashIndex(position -> {
            reader.readKey(position, splitBuffer);
            return hash.hash(splitBuffer.recordKey());
        });
        KeyLookup lookup = new KeyLookup(index, reader, hash, context.clock());
        log.attach(new Cleaner(log, index, lookup, context));
        return new Parts(context, writer, sequence, committer, log, index, lookup);
    }

    /** Copies the live value of {@code key} to {@code target}, verified; false if absent or past its deadline. */
    public boolean get(ByteSlice key, ValueBuffer target) {
        return parts.lookup().get(key, target);
    }

    /** As {@link #get}, but fills {@code target} with the deadline, the value's size as length and the LSN only. */
    public boolean contains(ByteSlice key, ValueBuffer target) {
        return parts.lookup().contains(key, target);
    }

    /** Returns the keys in the index, those past their deadline but not yet buried included (as DBSIZE does). */
    public long keyCount() {
        return parts.index().keyCount();
    }

    /** Returns how many of the keys have a deadline. */
    public long expiringKeyCount() {
        return parts.index().expiringKeyCount();
    }

    /**
     * Hands about {@code count} keys to {@code sink}, from {@code cursor} on (0 starts), and returns the next cursor, 0
     * at the end. Every key present from the first call to the last is seen at least once.
     */
    public long scan(long cursor, int count, ScanSink sink) {
        return keyScan.scan(cursor, count, sink);
    }

    /** Hands one key, picked at random, to {@code sink}; false if there is none. */
    public boolean randomKey(RandomGenerator random, ScanSink sink) {
        return keyScan.randomKey(random, sink);
    }

    /** Takes the writer lock and returns the batch; close it on every path. */
    public KvBatch begin() {
        return batch.begin();
    }

    /** Returns the LSN of the newest append. */
    public long appendedLsn() {
        return parts.sequence().appendedLsn();
    }

    /** Returns the LSN up to which everything survives. */
    public long durableLsn() {
        return parts.sequence().durableLsn();
    }

    /**
     * Returns true where a commit costs less than a thread hop (BYTE, CACHE_LINE, VOLATILE): call {@link #commit()}.
     */
    public boolean commitsInline() {
        return commitsInline;
    }

    /**
     * Makes everything appended so far durable, in this thread, and tells the listeners. Returns at once if it already
     * is.
     */
    public void commit() {
        parts.committer().commit();
    }

    /** Asks the committer thread to do {@link #commit()} soon; requests made meanwhile share the next one. */
    public void requestCommit() {
        if (groupCommitter == null) {
            commit();
        } else {
            groupCommitter.request();
        }
    }

    /** Calls {@code listener} with the durable LSN each time it moves, on the thread that committed. */
    public void addDurableListener(LongConsumer listener) {
        parts.sequence().addDurableListener(listener);
    }

    /** Calls {@code listener} once, with the cause, if a write-back fails; nothing is acknowledged from then on. */
    public void addFailureListener(Consumer<Throwable> listener) {
        parts.sequence().addFailureListener(listener);
    }

    /** Returns Unix ms, never before a time a durable expiry was judged by, even if the clock jumped back. */
    public long nowMs() {
        return parts.context().clock().nowMs();
    }

    /** Returns live counters of the store. */
    public KvCounters counters() {
        // Sizes belong to the writer: refreshed here if nobody is writing just now, else as they were.
        if (parts.writer().tryLock()) {
            try {
                parts.log().publishSizes();
            } finally {
                parts.writer().unlock();
            }
        }
        return parts.context().counters();
    }

    /** Commits, then closes the store; the volume stays open. No other thread may be in a call, or call later. */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        if (groupCommitter != null) {
            groupCommitter.close();
        }
        try {
            commit();
        } finally {
            parts.log().closeWindows();
            parts.index().close();
        }
    }
}
