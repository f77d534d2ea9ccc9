package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.Seed;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Packed entries and line masks behave as the plain values they stand for. */
class MappingEntryTest {
    private static final int ROUNDS = 20_000;

    @Test
    void packedEntriesKeepTheirState() {
        Seed seed = Seed.draw();
        seed.run(() -> {
            RandomGenerator random = seed.random();
            for (int round = 0; round < ROUNDS; round++) {
                boolean huge = random.nextBoolean();
                long block = huge ? random.nextLong(1, 1L << 31) << 9 : random.nextLong(1, 1L << 40);
                long index = random.nextLong(0, 1L << 36);
                long entry = MappingEntry.ofBlock(block, huge);

                assertEquals(huge, MappingEntry.isHuge(entry));
                assertTrue(MappingEntry.hasBlock(entry));
                assertEquals(huge ? block + index % 512 : block, MappingEntry.blockAt(entry, index));
                assertFalse(MappingEntry.isHole(entry) || MappingEntry.isEmpty(entry));
                assertTrue(MappingEntry.isLocked(MappingEntry.locked(entry)));
                assertEquals(entry, MappingEntry.unlocked(MappingEntry.locked(entry)));
            }
        });
    }

    @Test
    void entriesWithoutABlockSaySo() {
        assertTrue(MappingEntry.isHole(MappingEntry.ofHole()));
        assertTrue(MappingEntry.isEmpty(MappingEntry.empty(false)));
        assertTrue(MappingEntry.isHuge(MappingEntry.empty(true)));
        assertFalse(MappingEntry.hasBlock(MappingEntry.ofHole()));
        assertFalse(MappingEntry.hasBlock(MappingEntry.empty(true)));
        assertEquals("hole locked", MappingEntry.toString(MappingEntry.locked(MappingEntry.ofHole())));
    }

    @Test
    void maskHoldsTheLinesOfARange() {
        for (int offset = 0; offset < 4096; offset += 7) {
            for (int length = 1; offset + length <= 4096; length += 53) {
                BitSet expected = new BitSet();
                expected.set(offset / 64, (offset + length - 1) / 64 + 1);
                assertEquals(expected, BitSet.valueOf(new long[] {LineMask.of(offset, length)}), offset + "+" + length);
            }
        }
    }

    @Test
    void runsOfLinesAreTakenOneByOne() {
        long mask = LineMask.of(0, 128) | LineMask.of(640, 64) | LineMask.of(4032, 64);
        assertEquals(0, LineMask.firstLine(mask));
        assertEquals(2, LineMask.runLength(mask, 0));
        long rest = LineMask.without(mask, 0, 2);
        assertEquals(10, LineMask.firstLine(rest));
        assertEquals(1, LineMask.runLength(rest, 10));
        assertEquals(63, LineMask.firstLine(LineMask.without(rest, 10, 1)));
        assertEquals(64, LineMask.runLength(LineMask.ALL, 0));
        assertEquals(LineMask.NONE, LineMask.without(LineMask.ALL, 0, 64));
    }
}
