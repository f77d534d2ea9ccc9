package io.daxkv.storage.kv;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * How far the log has come: the newest LSN appended, the LSN up to which everything is durable, and who waits for it.
 *
 * <p><b>Ordering.</b> A thread that sees a durable LSN sees everything appended up to it.
 *
 * <p><b>Threads.</b> {@link #append} belongs to who holds the writer lock; the rest is safe for any thread.
 *
 * <p><b>Failure.</b> {@link #fail} is final: the durable LSN never moves again.
 */
final class CommitSequence {
    private final AtomicLong appendedLsn = new AtomicLong();
    private final AtomicLong durableLsn = new AtomicLong();
    private final AtomicLong announcedLsn = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<LongConsumer> durableListeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<Throwable>> failureListeners = new CopyOnWriteArrayList<>();

    /** Sets all to {@code lsn}, as recovery found it. */
    void begin(long lsn) {
        appendedLsn.set(lsn);
        durableLsn.set(lsn);
        announcedLsn.set(lsn);
    }

    long appendedLsn() {
        return appendedLsn.get();
    }

    long durableLsn() {
        return durableLsn.get();
    }

    void append(long lsn) {
        assert lsn > appendedLsn.getPlain() : "lsn=" + lsn + ", appended=" + appendedLsn;
        appendedLsn.setRelease(lsn);
    }

    /** Remembers that everything up to {@code lsn} survives; does nothing if that was known. */
    void advance(long lsn) {
        if (failure.get() == null) {
            durableLsn.accumulateAndGet(lsn, Math::max);
        }
    }

    /** Tells the durable listeners, if there is anything new; call it with no lock held. */
    void announce() {
        long lsn = durableLsn.get();
        long announced = announcedLsn.get();
        while (announced < lsn) {
            if (announcedLsn.compareAndSet(announced, lsn)) {
                for (LongConsumer listener : durableListeners) {
                    listener.accept(lsn);
                }
                return;
            }
            announced = announcedLsn.get();
        }
    }

    /** Ends all acknowledgement, and tells the failure listeners the first time. */
    void fail(Throwable cause) {
        if (failure.compareAndSet(null, cause)) {
            for (Consumer<Throwable> listener : failureListeners) {
                listener.accept(cause);
            }
        }
    }

    /** Throws if a commit ever failed. */
    void checkRunning() {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new StoreFailedException(
                    "store failed: durableLsn=" + durableLsn + ", appendedLsn=" + appendedLsn, cause);
        }
    }

    void addDurableListener(LongConsumer listener) {
        durableListeners.add(listener);
    }

    void addFailureListener(Consumer<Throwable> listener) {
        failureListeners.add(listener);
        Throwable cause = failure.get();
        if (cause != null && failureListeners.remove(listener)) {
            listener.accept(cause);
        }
    }
}
