package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * D2' in every interleaving the model checker tries: when marks and a write-back have come to rest, each line marked
 * was either taken by the write-back or can be found by the next, by way of node, chunk and index.
 */
class DirtyLinesModelCheckTest {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int INDEX = 3;

    /** A tree with a block behind two indexes, one line of the first dirty. */
    private static final class Lines {
        private final MappingTree tree;
        private final TreeChunk chunk;
        private long taken;

        Lines(MappingTree tree) {
            this.tree = tree;
            tree.install(INDEX, MappingEntry.ofBlock(100, false));
            tree.install(INDEX + 1, MappingEntry.ofBlock(101, false));
            chunk = tree.chunk(INDEX);
        }

        Lines marked() {
            mark(INDEX, 0);
            return this;
        }

        void mark(int index, int line) {
            chunk.mark(index, 1L << line);
        }

        /** What an fsync that began here would have to find. */
        void markAndLook(int line) {
            mark(INDEX, line);
            assertReachable(INDEX);
        }

        /** An fsync's steps on the tree, in its order; the lines are durable at once. */
        void writeBack() {
            TreeChunk found = tree.nextDirtyChunk(0);
            if (found == null || !found.tag(0, BlockMap.INDEX_COUNT)) {
                return;
            }
            for (long index = found.nextToWrite(0); index >= 0; index = found.nextToWrite(index + 1)) {
                long entry = found.lockIfPresent(index);
                found.clearToWrite(index);
                taken |= found.takeMask(index);
                found.put(index, entry);
                found.clearDirty(index);
            }
            tree.clearIfClean(found);
        }

        void assertNoneLost(long lines) {
            long left = chunk.mask(INDEX) | chunk.mask(INDEX + 1);
            assertEquals(lines, taken | left, "lines taken and left");
            assertReachable(INDEX);
            assertReachable(INDEX + 1);
        }

        private void assertReachable(int index) {
            if (chunk.mask(index) != LineMask.NONE) {
                assertTrue(chunk.isDirty(index), "D2': dirty lines without DIRTY");
                assertEquals(chunk, tree.nextDirtyChunk(index), "D2': chunk is not reachable");
            }
        }
    }

    /** Marks node and index first and the line last. */
    private static final class TopDown extends TreeChunk {
        TopDown(TreeNode node, long firstIndex) {
            super(node, firstIndex);
        }

        @Override
        void mark(long index, long lines) {
            super.mark(index, LineMask.NONE);
            LONGS.getAndBitwiseOr(masks, maskOf((int) index), lines);
        }
    }

    /** Trusts that whoever set DIRTY has told the node. */
    private static final class TrustsDirty extends TreeChunk {
        TrustsDirty(TreeNode node, long firstIndex) {
            super(node, firstIndex);
        }

        @Override
        void mark(long index, long lines) {
            LONGS.getAndBitwiseOr(masks, maskOf((int) index), lines);
            if (!isDirty(index)) {
                super.mark(index, lines);
            }
        }
    }

    /** Clears DIRTY and does not look whether lines were marked meanwhile. */
    private static final class ClearsBlindly extends TreeChunk {
        ClearsBlindly(TreeNode node, long firstIndex) {
            super(node, firstIndex);
        }

        @Override
        void clearDirty(long index) {
            LONGS.getAndBitwiseAnd(dirty, (int) index >>> 6, ~(1L << index));
        }
    }

    /** Clears the chunk's DIRTY and does not look whether an index was marked meanwhile. */
    private static final class NodeClearsBlindly extends TreeNode {
        NodeClearsBlindly() {
            super(0);
        }

        @Override
        void clearIfClean(TreeChunk chunk) {
            if (!chunk.isDirty()) {
                LONGS.getAndBitwiseAnd(dirty, 0, ~1L);
            }
        }
    }

    @Test
    void lineMarkedDuringWriteBackIsTakenOrFoundAgain() {
        Interleavings.allPass(() -> writeBackMeetsMark(MappingTree::new));
    }

    @Test
    void marksOfTwoIndexesDuringWriteBackAreTakenOrFoundAgain() {
        Interleavings.allPass(() -> {
            Lines lines = new Lines(new MappingTree()).marked();
            Interleavings.together(() -> lines.mark(INDEX, 1), () -> lines.mark(INDEX + 1, 2), lines::writeBack);
            lines.assertNoneLost(0b111);
        });
    }

    @Test
    void markIsReachableWhenItReturns() {
        Interleavings.allPass(() -> twoMarks(MappingTree::new));
    }

    @Test
    void destroyedLinesAreNotFoundAndOthersAre() {
        Interleavings.allPass(() -> {
            Lines lines = new Lines(new MappingTree()).marked();
            Interleavings.together(() -> lines.tree.destroy(INDEX, 1), () -> lines.mark(INDEX + 1, 1));
            lines.assertNoneLost(0b10);
        });
    }

    @Test
    void markFromTheTopDownIsFound() {
        Interleavings.oneFails(() -> writeBackMeetsMark(() -> treeOf(TopDown::new)));
    }

    @Test
    void markThatTrustsAnothersDirtyIsFound() {
        Interleavings.oneFails(() -> twoMarks(() -> treeOf(TrustsDirty::new)));
    }

    @Test
    void clearWithoutASecondLookIsFound() {
        Interleavings.assumeSwitchAtEveryAccess();
        Interleavings.oneFails(() -> writeBackMeetsMark(() -> treeOf(ClearsBlindly::new)));
    }

    @Test
    void nodeThatClearsWithoutASecondLookIsFound() {
        Interleavings.oneFails(() -> writeBackMeetsMark(() -> new MappingTree() {
            @Override
            TreeNode newNode(long first) {
                return new NodeClearsBlindly();
            }
        }));
    }

    private static void writeBackMeetsMark(Supplier<MappingTree> tree) {
        Lines lines = new Lines(tree.get()).marked();
        Interleavings.together(() -> lines.mark(INDEX, 1), lines::writeBack);
        lines.assertNoneLost(0b11);
    }

    private static void twoMarks(Supplier<MappingTree> tree) {
        Lines lines = new Lines(tree.get());
        Interleavings.together(() -> lines.markAndLook(0), () -> lines.markAndLook(1));
        lines.assertNoneLost(0b11);
    }

    private interface NewChunk {
        TreeChunk of(TreeNode node, long firstIndex);
    }

    private static MappingTree treeOf(NewChunk chunk) {
        return new MappingTree() {
            @Override
            TreeNode newNode(long first) {
                return new TreeNode(first) {
                    @Override
                    TreeChunk newChunk(long firstIndex) {
                        return chunk.of(this, firstIndex);
                    }
                };
            }
        };
    }
}
