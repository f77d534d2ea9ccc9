package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

/**
 * The lock of an entry in every interleaving the model checker tries: one owner at a time, every waiter is woken in the
 * end (L6), whoever waited looks again (L5), and one huge entry or single ones, never both (M13).
 */
class EntryLockModelCheckTest {
    private static final long INDEX = 3;
    private static final long BLOCK = MappingEntry.ofBlock(100, false);

    /** A chunk, and who owns the entry of {@link #INDEX}. */
    private static final class Entry {
        private final TreeChunk chunk;
        private volatile boolean isOwned;

        Entry(TreeChunk chunk) {
            this.chunk = chunk;
        }

        void own(long leaving) {
            chunk.grab(INDEX, false);
            assertFalse(isOwned, "two owners");
            isOwned = true;
            isOwned = false;
            chunk.put(INDEX, leaving);
        }

        void ownIfPresent() {
            long entry = chunk.lockIfPresent(INDEX);
            if (entry != MappingEntry.NONE) {
                assertFalse(isOwned, "two owners");
                isOwned = true;
                isOwned = false;
                chunk.put(INDEX, entry);
            }
        }

        void ownHuge() {
            long entry = chunk.grab(INDEX, true);
            if (entry != TreeChunk.CONFLICT) {
                assertFalse(isOwned, "M13: two owners of one range");
                isOwned = true;
                isOwned = false;
                chunk.put(INDEX, MappingEntry.ofBlock(512, true));
            }
        }
    }

    /** Wakes one waiter; if that finds nothing to lock, nobody wakes the next. */
    private static final class WakesOne extends TreeChunk {
        WakesOne() {
            super(new TreeNode(0), 0);
        }

        @Override
        void put(long index, long entry) {
            indexLock.lock();
            try {
                set(index, entry);
                entryFreed.signal();
            } finally {
                indexLock.unlock();
            }
        }
    }

    /** Does not look again after it waited. */
    private static final class LooksOnce extends TreeChunk {
        LooksOnce() {
            super(new TreeNode(0), 0);
        }

        @Override
        long lockIfPresent(long index) {
            indexLock.lock();
            try {
                long entry = entryAt(index);
                if (MappingEntry.isLocked(entry)) {
                    entryFreed.awaitUninterruptibly();
                }
                if (entry != MappingEntry.NONE) {
                    set(index, MappingEntry.locked(MappingEntry.unlocked(entry)));
                }
                return MappingEntry.unlocked(entry);
            } finally {
                indexLock.unlock();
            }
        }
    }

    @Test
    void entryHasOneOwnerAndEveryWaiterIsWoken() {
        Interleavings.allPass(() -> threeWaitFor(newChunk()));
    }

    @Test
    void holeIsRemovedOnlyFromAnEntryNobodyOwns() {
        Interleavings.allPass(() -> {
            Entry entry = new Entry(newChunk());
            entry.own(MappingEntry.ofHole());
            Interleavings.together(
                    () -> entry.chunk.removeHole(INDEX), () -> entry.own(MappingEntry.ofHole()), entry::ownIfPresent);
        });
    }

    @Test
    void destroyWaitsForTheOwnerAndWakesTheOthers() {
        Interleavings.allPass(() -> {
            Entry entry = new Entry(newChunk());
            entry.own(BLOCK);
            Interleavings.together(() -> entry.chunk.destroy(INDEX), entry::ownIfPresent, () -> entry.own(BLOCK));
            assertEquals(entry.chunk.hasEntries(), entry.chunk.entryAt(INDEX) != MappingEntry.NONE);
        });
    }

    @Test
    void hugeAndSingleEntriesExcludeEachOther() {
        Interleavings.allPass(() -> {
            Entry entry = new Entry(newChunk());
            Interleavings.together(entry::ownHuge, entry::ownIfPresent, () -> {
                long found = entry.chunk.grab(INDEX, false);
                entry.chunk.put(INDEX, MappingEntry.hasBlock(found) ? found : MappingEntry.NONE);
            });
        });
    }

    @Test
    void wakeUpOfOneWaiterThatNeedsNoneIsFound() {
        Interleavings.oneFails(() -> threeWaitFor(new WakesOne()));
    }

    @Test
    void waiterNeverRevivesWhatWasRemovedMeanwhile() {
        Interleavings.allPass(() -> removalMeetsWaiter(newChunk()));
    }

    @Test
    void waiterThatDoesNotLookAgainIsFound() {
        Interleavings.oneFails(() -> removalMeetsWaiter(new LooksOnce()));
    }

    private static void threeWaitFor(TreeChunk chunk) {
        Entry entry = new Entry(chunk);
        entry.own(BLOCK);
        Interleavings.together(() -> entry.own(MappingEntry.NONE), entry::ownIfPresent, () -> entry.own(BLOCK));
    }

    private static void removalMeetsWaiter(TreeChunk chunk) {
        Entry entry = new Entry(chunk);
        entry.own(BLOCK);
        Interleavings.together(() -> entry.own(MappingEntry.NONE), entry::ownIfPresent);
        assertFalse(chunk.hasEntries(), "the entry came back");
    }

    private static TreeChunk newChunk() {
        return new TreeChunk(new TreeNode(0), 0);
    }
}
