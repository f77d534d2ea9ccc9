package io.daxkv.storage.dax;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The shootdown of a userspace MMU (invariant U1): {@link #quiesce} returns only when no store that was admitted under
 * a permission withdrawn before the call is still running. The kernel gets this from the TLB flush.
 *
 * <p>A store {@link #enter}s before it looks at its permission and {@link #exit}s after its last byte is stored and
 * marked. Two sets of striped counters take turns: quiesce turns new stores to the other set and waits until the old
 * one is empty, so a steady stream of stores cannot starve it. Loads need none of this: they validate afterwards and
 * retry.
 *
 * <p><b>Threads.</b> Many stores, one quiesce at a time. A thread must not quiesce between its enter and its exit.
 *
 * <p>The algorithm is sleepable RCU's, Linux {@code kernel/rcu/srcutree.c}.
 */
final class AccessEpochs {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    /** Stripes a set: more than the cores that store at one time make sense of. A power of two. */
    private static final int STRIPES = 32;
    /** Longs between two counters: two lines, because processors fetch lines in pairs. */
    private static final int STRIDE = 16;

    private static final int SPINS_BEFORE_YIELD = 100;

    private final long[] counts = new long[2 * STRIPES * STRIDE + STRIDE];
    private final ReentrantLock quiescing = new ReentrantLock();
    private volatile int active;

    /** Announces a store; pass the ticket to {@link #exit}. A full fence: the permission is read after it. */
    int enter() {
        int stripe = (int) Thread.currentThread().getId() & STRIPES - 1;
        int ticket = ((active & 1) * STRIPES + stripe) * STRIDE + STRIDE;
        LONGS.getAndAdd(counts, ticket, 1L);
        return ticket;
    }

    /** Ends the store announced with {@code ticket}. */
    void exit(int ticket) {
        LONGS.getAndAdd(counts, ticket, -1L);
    }

    /** Waits for every store that entered before this call and may have seen what its caller withdrew. */
    void quiesce() {
        quiescing.lock();
        try {
            // A store that read the old `active` but counted itself after the last turn is in the idle set: without
            // this first wait the turn below would make that set active again and mix it with newcomers.
            awaitEmpty(active + 1 & 1);
            int old = active & 1;
            active = old + 1 & 1;
            awaitEmpty(old);
        } finally {
            quiescing.unlock();
        }
    }

    /** Returns true while a quiesce is under way. For race tests. */
    boolean isQuiescing() {
        return quiescing.isLocked();
    }

    private void awaitEmpty(int set) {
        for (int stripe = 0; stripe < STRIPES; stripe++) {
            int spins = 0;
            while ((long) LONGS.getVolatile(counts, (set * STRIPES + stripe) * STRIDE + STRIDE) != 0) {
                if (++spins < SPINS_BEFORE_YIELD) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
        }
    }
}
