package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * U1: a quiesce waits for the stores admitted before it, for no others, and for threads that share a counter as well as
 * for those that own one.
 */
@Timeout(60)
class AccessEpochsTest {
    @Test
    void quiesceWaitsForStoresAdmittedBefore() {
        AccessEpochs epochs = new AccessEpochs();
        int ticket = epochs.enter();
        Thread quiescer = new Thread(epochs::quiesce);
        quiescer.start();
        while (!epochs.isQuiescing()) {
            Thread.onSpinWait();
        }
        assertTrue(quiescer.isAlive());
        epochs.exit(ticket);
        join(quiescer);
    }

    @Test
    void laterStoresDoNotHoldAQuiesceUp() {
        AccessEpochs epochs = new AccessEpochs();
        epochs.quiesce();
        epochs.quiesce();
        int ticket = epochs.enter();
        epochs.exit(ticket);
        epochs.quiesce();
        assertFalse(epochs.isQuiescing());
    }

    @Test
    void noStoreOutlivesARevokeWhateverThreadsShareACounter() {
        AccessEpochs epochs = new AccessEpochs();
        AtomicBoolean isAllowed = new AtomicBoolean(true);
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicLong running = new AtomicLong();
        AtomicLong stores = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        // More threads than counters: some must share.
        for (int i = 0; i < 100; i++) {
            threads.add(new Thread(() -> {
                while (!isOver.get()) {
                    int ticket = epochs.enter();
                    if (isAllowed.get()) {
                        running.incrementAndGet();
                        stores.incrementAndGet();
                        running.decrementAndGet();
                    }
                    epochs.exit(ticket);
                    Thread.yield();
                }
            }));
        }
        threads.forEach(Thread::start);
        for (int round = 0; round < 200; round++) {
            isAllowed.set(false);
            epochs.quiesce();
            assertEquals(0, running.get(), "a store ran after the revoke, round " + round);
            isAllowed.set(true);
            Thread.yield();
        }
        isOver.set(true);
        threads.forEach(AccessEpochsTest::join);
        assertTrue(stores.get() > 0);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
