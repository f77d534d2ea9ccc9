package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * The tree's operations on single indexes are linearizable: whatever threads do at once looks as if they had done it
 * one after another. Lincheck draws the operations, tries interleavings of them and compares each outcome with those of
 * all sequences.
 */
class MappingTreeModelCheckTest {
    /** The operations; public for Lincheck, which makes one for each run. */
    @Param(name = "index", gen = IntGen.class, conf = "3:4")
    public static class Operations {
        final MappingTree tree;

        public Operations() {
            this(new MappingTree());
        }

        Operations(MappingTree tree) {
            this.tree = tree;
        }

        /** A write: makes sure that the index has an entry for its block. */
        @Operation
        public void install(@Param(name = "index") int index) {
            tree.install(index, MappingEntry.ofBlock(100 + index, false));
        }

        /** A read fault in a hole, which must not replace a block. */
        @Operation
        public void mapHole(@Param(name = "index") int index) {
            TreeChunk chunk = tree.makeChunk(index);
            long entry = chunk.grab(index, false);
            chunk.put(index, MappingEntry.hasBlock(entry) ? entry : MappingEntry.ofHole());
        }

        @Operation
        public boolean removeHole(@Param(name = "index") int index) {
            return tree.removeHoles(index, 1);
        }

        @Operation
        public void destroy(@Param(name = "index") int index) {
            tree.destroy(index, 1);
        }

        @Operation
        public String entry(@Param(name = "index") int index) {
            TreeChunk chunk = tree.chunk(index);
            long entry = chunk == null ? MappingEntry.NONE : MappingEntry.unlocked(chunk.entryAt(index));
            return MappingEntry.toString(MappingEntry.isEmpty(entry) ? MappingEntry.NONE : entry);
        }
    }

    /** A tree whose holes are removed from under their owner. */
    @Param(name = "index", gen = IntGen.class, conf = "3:4")
    public static class ImpatientOperations extends Operations {
        public ImpatientOperations() {
            super(new MappingTree() {
                @Override
                boolean removeHoles(long first, long count) {
                    TreeChunk chunk = makeChunk(first);
                    chunk.indexLock.lock();
                    try {
                        boolean isHole = MappingEntry.isHole(chunk.entryAt(first));
                        if (isHole) {
                            chunk.set(first, MappingEntry.NONE);
                        }
                        return isHole;
                    } finally {
                        chunk.indexLock.unlock();
                    }
                }
            });
        }
    }

    @Test
    void operationsLookAsIfDoneOneAfterAnother() {
        options().check(Operations.class);
    }

    @Test
    void removalThatDoesNotWaitForTheOwnerIsFound() {
        assertThrows(LincheckAssertionError.class, () -> options().check(ImpatientOperations.class));
    }

    private static ModelCheckingOptions options() {
        return new ModelCheckingOptions()
                .iterations(10)
                .invocationsPerIteration(Interleavings.RUNS)
                .threads(2)
                .actorsBefore(1)
                .actorsPerThread(2)
                .actorsAfter(1)
                .minimizeFailedScenario(false);
    }
}
