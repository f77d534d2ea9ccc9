package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * U1 in every interleaving the model checker tries: when a quiesce returns, no store runs that saw the permission
 * withdrawn before it. With one counter to own, so that two threads share the other.
 */
class AccessEpochsModelCheckTest {
    /** A permission, a block that no store may reach once it is free, and the epochs between them. */
    private static class Block {
        private final AccessEpochs epochs;
        private volatile boolean isAllowed = true;
        private volatile boolean isFree;

        Block(AccessEpochs epochs) {
            this.epochs = epochs;
        }

        void store() {
            int ticket = epochs.enter();
            try {
                if (isAllowed) {
                    touch();
                }
            } finally {
                epochs.exit(ticket);
            }
        }

        void storeThatLooksFirst() {
            if (isAllowed) {
                int ticket = epochs.enter();
                touch();
                epochs.exit(ticket);
            }
        }

        void storeThatLeavesFirst() {
            int ticket = epochs.enter();
            boolean mayStore = isAllowed;
            epochs.exit(ticket);
            if (mayStore) {
                touch();
            }
        }

        /** A revoke of something else turns the sets, then the block goes. */
        void turnAndFree() {
            epochs.quiesce();
            free();
        }

        void free() {
            isAllowed = false;
            epochs.quiesce();
            isFree = true;
        }

        private void touch() {
            assertFalse(isFree, "U1: a store runs after the revoke");
        }
    }

    /** A store is held up between its look at the active set and its count, while another thread's quiesce runs. */
    private static class WithSlowStore extends AccessEpochs {
        private boolean isSlow = true;
        volatile int awaited = -1;
        /** The set that the store counts itself in. */
        int entered;

        WithSlowStore() {
            super(1);
        }

        @Override
        int activeSet() {
            int set = super.activeSet();
            if (isSlow) {
                isSlow = false;
                quiesce();
                awaited = -1;
            }
            entered = set;
            return set;
        }

        @Override
        void awaitEmpty(int set) {
            awaited = set;
            super.awaitEmpty(set);
        }
    }

    /** The same, and the first of the two waits of each quiesce is forgotten. */
    private static final class WithoutFirstWait extends WithSlowStore {
        private int waits;

        @Override
        void awaitEmpty(int set) {
            if (++waits % 2 == 0) {
                super.awaitEmpty(set);
            }
        }
    }

    /** Forgets the second of the two waits of each quiesce. */
    private static final class WithoutSecondWait extends AccessEpochs {
        private int waits;

        WithoutSecondWait() {
            super(1);
        }

        @Override
        void awaitEmpty(int set) {
            if (++waits % 2 == 1) {
                super.awaitEmpty(set);
            }
        }
    }

    @Test
    void storeNeverOutlivesTheSecondOfTwoRevokes() {
        Interleavings.allPass(() -> {
            Block block = new Block(new AccessEpochs(1));
            Interleavings.together(block::store, block::turnAndFree);
        });
    }

    /** The one interleaving for which there is a first wait, by hand: the model checker gave up on the faulty form. */
    @Test
    void storeThatCountsItselfInTheIdleSetIsWaitedFor() {
        assertFalse(storeOutlivesQuiesce(new WithSlowStore()));
    }

    @Test
    void storesThatShareACounterNeverOutliveARevoke() {
        Interleavings.allPass(() -> twoStores(() -> new AccessEpochs(1)));
    }

    @Test
    void revokesOfTwoThreadsTakeTurns() {
        Interleavings.allPass(() -> {
            Block block = new Block(new AccessEpochs(1));
            Interleavings.together(block::store, block::free, block::free);
        });
    }

    @Test
    void quiesceWithoutItsFirstWaitIsFound() {
        assertTrue(storeOutlivesQuiesce(new WithoutFirstWait()));
    }

    @Test
    void quiesceWithoutItsSecondWaitIsFound() {
        Interleavings.assumeSwitchAtEveryAccess();
        Interleavings.oneFails(() -> twoStores(WithoutSecondWait::new));
    }

    @Test
    void storeThatLooksBeforeItEntersIsFound() {
        Interleavings.oneFails(() -> {
            Block block = new Block(new AccessEpochs(1));
            Interleavings.together(block::storeThatLooksFirst, block::free);
        });
    }

    @Test
    void storeThatLeavesBeforeItsLastByteIsFound() {
        Interleavings.assumeSwitchAtEveryAccess();
        Interleavings.oneFails(() -> {
            Block block = new Block(new AccessEpochs(1));
            Interleavings.together(block::storeThatLeavesFirst, block::free);
        });
    }

    private static boolean storeOutlivesQuiesce(WithSlowStore epochs) {
        int ticket = epochs.enter();
        int set = epochs.entered;
        Thread quiescer = new Thread(epochs::quiesce);
        quiescer.start();
        while (quiescer.isAlive() && epochs.awaited != set) {
            Thread.onSpinWait();
        }
        boolean hasReturned = epochs.awaited != set;
        epochs.exit(ticket);
        Interleavings.join(quiescer);
        return hasReturned;
    }

    private static void twoStores(Supplier<AccessEpochs> epochs) {
        Block block = new Block(epochs.get());
        Interleavings.together(block::store, block::store, block::free);
    }
}
