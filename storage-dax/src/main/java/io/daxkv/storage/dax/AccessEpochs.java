package io.daxkv.storage.dax;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The shootdown of a userspace MMU (invariant U1): {@link #quiesce} returns only when no store that was admitted under
 * a permission withdrawn before the call is still running. The kernel gets this from the TLB flush.
 *
 * <p>A store {@link #enter}s before it looks at its permission and {@link #exit}s after its last byte is stored and
 * marked. Two sets of counters take turns: quiesce turns new stores to the other set and waits until the old one is
 * empty, so a steady stream of stores cannot starve it. Loads need none of this: they validate afterwards and retry.
 *
 * <p><b>Threads.</b> Many stores, one quiesce at a time. A thread neither enters twice nor quiesces between its enter
 * and its exit.
 *
 * <p>The algorithm is sleepable RCU's, Linux {@code kernel/rcu/srcutree.c}.
 */
class AccessEpochs {
    // Not final only for the faulty one that the model checker must find.
    //
    // A thread that finds its counter free owns it for good: it enters with one locked instruction, which must be a
    // full fence, and leaves with a plain ordered store. Threads whose counter is another's share one and pay a second
    // locked instruction.
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    /** Counters a set that one thread may own: a power of two, more than the threads that store for long. */
    private static final int OWNED = 64;

    /** Longs between two counters: two lines, because processors fetch lines in pairs. */
    private static final int STRIDE = 16;

    private static final int SPINS_BEFORE_YIELD = 100;

    private final int owned;
    private final AtomicLongArray owners;
    /** Two sets of owned counters, then one shared counter for each set. */
    private final long[] counts;

    private final ReentrantLock quiescing = new ReentrantLock();
    private volatile int active;
    /** The counter a quiesce has been waiting for long enough to give its processor away, or -1. For race tests. */
    private volatile int awaited = -1;

    AccessEpochs() {
        this(OWNED);
    }

    /** Makes epochs in which {@code owned} threads, a power of two, may own a counter. */
    AccessEpochs(int owned) {
        this.owned = owned;
        owners = new AtomicLongArray(owned);
        counts = new long[(2 * owned + 2) * STRIDE];
    }

    /** Announces a store; pass the ticket to {@link #exit}. A full fence: the permission is read after it. */
    int enter() {
        long thread = Thread.currentThread().getId();
        int number = (int) thread & owned - 1;
        int set = activeSet();
        long owner = owners.getPlain(number);
        int ticket = owner == thread || owner == 0 && owners.compareAndSet(number, 0, thread)
                ? set * owned + number
                : 2 * owned + set;
        LONGS.getAndAdd(counts, ticket * STRIDE, 1L);
        return ticket;
    }

    /** Ends the store announced with {@code ticket}. */
    void exit(int ticket) {
        if (ticket < 2 * owned) {
            LONGS.setRelease(counts, ticket * STRIDE, 0L);
        } else {
            LONGS.getAndAdd(counts, ticket * STRIDE, -1L);
        }
    }

    /** Waits for every store that entered before this call and may have seen what its caller withdrew. */
    void quiesce() {
        quiescing.lock();
        try {
            // A store that read the old `active` but counted itself after the last turn is in the idle set: without
            // this first wait the turn below would make that set active again and mix it with newcomers.
            awaitEmpty(1 - active);
            int old = active;
            active = 1 - old;
            awaitEmpty(old);
        } finally {
            quiescing.unlock();
        }
    }

    int activeSet() {
        return active;
    }

    /** Returns true while a quiesce is under way. For race tests. */
    boolean isQuiescing() {
        return quiescing.isLocked();
    }

    /** Returns true while a quiesce waits for a store that is still running. For race tests. */
    boolean isAwaitingStore() {
        int ticket = awaited;
        return ticket >= 0 && (long) LONGS.getVolatile(counts, ticket * STRIDE) != 0;
    }

    void awaitEmpty(int set) {
        for (int number = 0; number < owned; number++) {
            awaitZero(set * owned + number);
        }
        awaitZero(2 * owned + set);
    }

    private void awaitZero(int ticket) {
        int spins = 0;
        while ((long) LONGS.getVolatile(counts, ticket * STRIDE) != 0) {
            if (++spins < SPINS_BEFORE_YIELD) {
                Thread.onSpinWait();
            } else {
                awaited = ticket;
                Thread.yield();
            }
        }
        if (spins >= SPINS_BEFORE_YIELD) {
            awaited = -1;
        }
    }
}
