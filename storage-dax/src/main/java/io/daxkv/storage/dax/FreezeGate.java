package io.daxkv.storage.dax;

import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;

/**
 * What everybody passes who is about to change the volume, before any other lock of it: the outermost step of the lock
 * order (L1). A freeze shuts it until the thaw, which any thread may do.
 *
 * <p>Two gates, one behind the other. IO writes and layout changes pass the first, write faults the second. One gate
 * would not do: an IO write whose buffer is a window may fault inside, and would wait for a freeze that waits for the
 * write. The kernel's {@code sb_start_write} and {@code sb_start_pagefault} are two for the same reason.
 */
final class FreezeGate {
    private final VolumeCore core;
    private final StampedLock writes = new StampedLock();
    private final StampedLock faults = new StampedLock();
    /** Who freezes or thaws. */
    private final ReentrantLock turn = new ReentrantLock();

    private long writesStamp;
    private long faultsStamp;

    FreezeGate(VolumeCore core) {
        this.core = core;
    }

    /**
     * Waits while the volume is frozen, then holds a freeze off until {@link #endWrite} of the ticket, which is not 0.
     * Not reentrant.
     */
    long beginWrite() {
        return pass(writes);
    }

    void endWrite(long ticket) {
        writes.unlockRead(ticket);
    }

    /** As {@link #beginWrite}, for a write fault; the only one that may be called between begin and end of a write. */
    long beginFault() {
        return pass(faults);
    }

    void endFault(long ticket) {
        faults.unlockRead(ticket);
    }

    /**
     * Waits for all who passed, lets nobody pass any more, and runs {@code last}; stays shut if that returns normally.
     */
    void freeze(Runnable last) {
        turn.lock();
        try {
            if (writesStamp != 0) {
                throw new IllegalStateException("volume is frozen already: thaw it first");
            }
            shut();
            boolean done = false;
            try {
                last.run();
                done = true;
            } finally {
                if (!done) {
                    open();
                }
            }
        } finally {
            turn.unlock();
        }
    }

    /** Lets everybody pass again. */
    void thaw() {
        turn.lock();
        try {
            if (writesStamp == 0) {
                throw new IllegalStateException("volume is not frozen");
            }
            open();
        } finally {
            turn.unlock();
        }
    }

    /** Runs {@code last} while nobody passes, and opens the gate for good, even one that a freeze left shut. */
    void runShut(Runnable last) {
        turn.lock();
        try {
            if (writesStamp == 0) {
                shut();
            }
            try {
                last.run();
            } finally {
                open();
            }
        } finally {
            turn.unlock();
        }
    }

    private long pass(StampedLock gate) {
        if (SyncPoint.ENABLED && gate.isWriteLocked()) {
            core.reached(SyncPoint.FREEZE_BEFORE_WAIT);
        }
        return gate.readLock();
    }

    private void shut() {
        // In the order in which a write that faults passes them.
        writesStamp = writes.writeLock();
        faultsStamp = faults.writeLock();
    }

    private void open() {
        faults.unlockWrite(faultsStamp);
        writes.unlockWrite(writesStamp);
        faultsStamp = 0;
        writesStamp = 0;
    }
}
