package io.daxkv.storage.dax;

import java.util.List;
import java.util.concurrent.locks.Condition;

/** Faulty ways to wait for an entry, and to wake those who do. */
final class WakeMutants {
    private WakeMutants() {}

    /** A chunk that is faulty in one way. */
    private interface ChunkFactory {
        TreeChunk make(TreeNode node, long firstIndex);
    }

    static List<Mutant> all() {
        return List.of(
                withChunks("wake-one", WakeOne::new, "S46", "S47"),
                withChunks("wrong-key", WrongKey::new, "S48"),
                withChunks("pmd-first64", FirstSlots::new, "S44"),
                sleepUnderLock());
    }

    /** 2018: what may sleep is done with the index lock held. */
    private static Mutant sleepUnderLock() {
        return new Mutant("sleep-under-lock", "S49") {
            @Override
            FaultHandler faults(FileParts parts) {
                return new FaultHandler(parts) {
                    @Override
                    void install(DaxWindow window, TreeChunk chunk, long index, long block, int how) {
                        chunk.indexLock.lock();
                        try {
                            super.install(window, chunk, index, block, how);
                        } finally {
                            chunk.indexLock.unlock();
                        }
                    }
                };
            }
        };
    }

    private static Mutant withChunks(String name, ChunkFactory chunks, String... killers) {
        return new Mutant(name, killers) {
            @Override
            MappingTree tree() {
                return new MappingTree() {
                    @Override
                    TreeNode newNode(long first) {
                        return new TreeNode(first) {
                            @Override
                            TreeChunk newChunk(long firstIndex) {
                                return chunks.make(this, firstIndex);
                            }
                        };
                    }
                };
            }
        };
    }

    /** Until 2021: whoever lets an entry go or removes it wakes one waiter, who may have no use for what he finds. */
    private static final class WakeOne extends TreeChunk {
        WakeOne(TreeNode node, long firstIndex) {
            super(node, firstIndex);
        }

        @Override
        void wakeWaiters(long index) {
            entryFreed.signal();
        }
    }

    /** 2019: a fault for 2 MiB that meets a locked small entry waits for it, under a key that nobody wakes. */
    private static final class WrongKey extends TreeChunk {
        private final Condition hugeFreed = indexLock.newCondition();

        WrongKey(TreeNode node, long firstIndex) {
            super(node, firstIndex);
        }

        @Override
        boolean hasSingleEntries() {
            while (super.hasSingleEntries()) {
                hugeFreed.awaitUninterruptibly();
            }
            return false;
        }
    }

    /** Until 2018: looks for small entries among the first 64 slots only. */
    private static final class FirstSlots extends TreeChunk {
        private static final int SEEN = 64;

        FirstSlots(TreeNode node, long firstIndex) {
            super(node, firstIndex);
        }

        @Override
        boolean hasSingleEntries() {
            for (long index = firstIndex; index < firstIndex + SEEN; index++) {
                long entry = super.entryAt(index);
                if (entry != MappingEntry.NONE && !MappingEntry.isHuge(entry)) {
                    return true;
                }
            }
            return false;
        }
    }
}
