package io.daxkv.storage.kv;

import java.util.concurrent.locks.LockSupport;

/**
 * The thread that commits for others where a commit is a system call. Self-clocking: it starts as soon as one is asked
 * for, and whoever asks while it runs shares the next one; there is no window to tune.
 *
 * <p><b>Failure.</b> {@link CommitSequence} has told its listeners; the thread ends.
 */
final class GroupCommitter implements AutoCloseable {
    private final Committer committer;
    private final long intervalNanos;
    private final Thread thread;
    private volatile boolean isRequested;
    private volatile boolean isClosed;

    /** Creates the thread; {@code intervalNanos} 0 = only on request. */
    GroupCommitter(Committer committer, long intervalNanos) {
        this.committer = committer;
        this.intervalNanos = intervalNanos;
        thread = new Thread(this::run, "daxkv-committer");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Asks for a commit of what is appended by now; returns at once. */
    void request() {
        if (!isRequested) {
            isRequested = true;
            LockSupport.unpark(thread);
        }
    }

    /** Ends the thread after the commit it is in. */
    @Override
    public void close() {
        isClosed = true;
        LockSupport.unpark(thread);
        boolean isInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!isClosed) {
                if (!isRequested) {
                    pause();
                }
                // Cleared before the commit reads how far the log has come: a request that comes after it is served by
                // this commit or finds the flag clear and sets it again.
                isRequested = false;
                committer.commit();
            }
        } catch (RuntimeException | Error e) {
            committer.fail(e);
        }
    }

    private void pause() {
        if (intervalNanos > 0) {
            LockSupport.parkNanos(this, intervalNanos);
        } else {
            LockSupport.park(this);
        }
    }
}
