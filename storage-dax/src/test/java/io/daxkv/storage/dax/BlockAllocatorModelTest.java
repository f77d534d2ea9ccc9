package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.Seed;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The allocator agrees with a set of taken blocks: nothing handed out twice, nothing lost, nothing beyond the end. */
class BlockAllocatorModelTest {
    @Test
    void allocatorAgreesWithASetOfBlocks() {
        Seed seed = Seed.draw();
        seed.run(() -> {
            RandomGenerator random = seed.random();
            int count = 5 * 512 + 77;
            BlockAllocator allocator = new BlockAllocator(count);
            BitSet taken = new BitSet();
            taken.set(0, 4);
            for (int step = 0; step < 20_000; step++) {
                int kind = random.nextInt(100);
                if (kind == 0 && count < 20_000) {
                    count += random.nextInt(700);
                    allocator.grow(count);
                } else if (kind < 3) {
                    takeHuge(allocator, taken);
                } else if (kind < 53) {
                    takeOne(allocator, taken, count);
                } else {
                    int block = taken.nextSetBit(4 + random.nextInt(count - 4));
                    if (block >= 0) {
                        allocator.free(block, 1);
                        taken.clear(block);
                    }
                }
                assertEquals(count - taken.cardinality(), allocator.freeBlocks());
            }
        });
    }

    @Test
    void smallBlocksLeaveHugeOnesWholeAsLongAsPossible() {
        BlockAllocator allocator = new BlockAllocator(4 * 512);
        assertEquals(3, allocator.freeHugeBlocks());
        for (int i = 0; i < 508; i++) {
            allocator.allocate();
        }
        assertEquals(3, allocator.freeHugeBlocks());
        allocator.allocate();
        assertEquals(2, allocator.freeHugeBlocks());
    }

    private static void takeOne(BlockAllocator allocator, BitSet taken, int count) {
        if (taken.cardinality() == count) {
            assertThrows(NoSpaceException.class, allocator::allocate);
            return;
        }
        int block = (int) allocator.allocate();
        assertTrue(block < count, "beyond the end: " + block);
        assertFalse(taken.get(block), "handed out twice: " + block);
        taken.set(block);
    }

    private static void takeHuge(BlockAllocator allocator, BitSet taken) {
        int block = (int) allocator.allocateHuge();
        if (block >= 0) {
            assertEquals(0, block % 512);
            int next = taken.nextSetBit(block);
            assertTrue(next < 0 || next >= block + 512, "huge block " + block + " holds taken " + next);
            taken.set(block, block + 512);
        }
    }
}
