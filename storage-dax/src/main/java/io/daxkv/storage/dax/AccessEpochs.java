package io.daxkv.storage.dax;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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

    /**
     * For each number, two counters, one a set, STRIDE apart, and behind the first of them the id of the thread that
     * owns both; then a shared counter for each set. What precedes the array is a stride away from the first.
     */
    private final long[] counts;
    /** The numbers' lowest bits. */
    private final int numberMask;
    /** Where the shared counters begin. */
    private final int shared;

    private final ReentrantLock quiescing = new ReentrantLock();
    private volatile int active;
    /** The counter a quiesce has been waiting for long enough to give its processor away, or -1. For race tests. */
    private volatile int awaited = -1;

    AccessEpochs() {
        this(OWNED);
    }

    /** Makes epochs in which {@code owned} threads, a power of two, may own a counter. */
    AccessEpochs(int owned) {
        numberMask = owned - 1;
        shared = counterOf(owned, 0);
        counts = new long[counterOf(owned, 2)];
    }

    /** Announces a store; pass the ticket to {@link #exit}. A full fence: the permission is read after it. */
    int enter() {
        long thread = Thread.currentThread().getId();
        int first = counterOf((int) thread & numberMask, 0);
        int set = activeSet();
        long owner = (long) LONGS.get(counts, first + 1);
        int ticket = owner == thread || owner == 0 && LONGS.compareAndSet(counts, first + 1, 0L, thread)
                ? first + set * STRIDE
                : shared + set * STRIDE;
        LONGS.getAndAdd(counts, ticket, 1L);
        return ticket;
    }

    /** Ends the store announced with {@code ticket}. */
    void exit(int ticket) {
        if (ticket < shared) {
            LONGS.setRelease(counts, ticket, 0L);
        } else {
            LONGS.getAndAdd(counts, ticket, -1L);
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
        return ticket >= 0 && (long) LONGS.getVolatile(counts, ticket) != 0;
    }

    void awaitEmpty(int set) {
        for (int ticket = counterOf(0, set); ticket <= shared + set * STRIDE; ticket += 2 * STRIDE) {
            awaitZero(ticket);
        }
    }

    private void awaitZero(int ticket) {
        int spins = 0;
        while ((long) LONGS.getVolatile(counts, ticket) != 0) {
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

    /** Returns where the counter of a number in a set lies: its ticket. */
    private static int counterOf(int number, int set) {
        return (2 * number + set + 1) * STRIDE;
    }
}
