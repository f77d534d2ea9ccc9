package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A lost block that several files share is lost to each of them; each gets rid of it for itself. T15. */
class PoisonSharedTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final byte OLD = 'o';
    private static final byte NEW = 'n';

    private final FaultyPmem pmem = new FaultyPmem(new RecordingPmem(8L << 20));
    private final DaxVolume volume = DaxVolume.format(pmem);
    private final DaxFile file = volume.create("file", DaxFileKind.ORDINARY);

    @AfterEach
    void layerIsSound() {
        VolumeChecker.check(volume);
    }

    @Test
    void everyFileThatSharesABlockLosesIt() {
        write(file, 0, 2 * BLOCK, OLD);
        DaxFile clone = volume.clone("file", "clone");
        DaxWindow window = clone.window(0, 2 * BLOCK);
        assertEquals(OLD, window.getByte(0));
        file.markPoisoned(0, BLOCK);
        assertEquals(
                "clone",
                assertThrows(PoisonedException.class, () -> window.getByte(0)).file());
        assertThrows(PoisonedException.class, () -> window.putByte(1, NEW));
        assertThrows(PoisonedException.class, () -> write(clone, 1, 1, NEW));
        assertThrows(PoisonedException.class, () -> read(file, 0));
        assertEquals(OLD, window.getByte(BLOCK));
        assertThrows(PoisonedException.class, () -> file.dedupeRange(clone, 0, 0, BLOCK));
    }

    @Test
    void wholeWriteRepairsTheWriterAlone() {
        write(file, 0, BLOCK, OLD);
        DaxFile clone = volume.clone("file", "clone");
        file.markPoisoned(0, BLOCK);
        write(clone, 0, BLOCK, NEW);
        assertEquals(NEW, read(clone, 0));
        assertThrows(PoisonedException.class, () -> read(file, 0));
        write(file, 0, BLOCK, NEW);
        assertEquals(NEW, read(file, 0));
        assertTrue(volume.core().badBlocks.isEmpty());
        assertTrue(volume.core().allocator.quarantined().isEmpty());
    }

    @Test
    void wholeWriteThatFailsLeavesTheWriterWithTheLoss() {
        write(file, 0, 2 * BLOCK, OLD);
        DaxFile clone = volume.clone("file", "clone");
        file.markPoisoned(BLOCK, BLOCK);
        pmem.failPutAfter(100);
        assertThrows(IllegalStateException.class, () -> write(clone, 0, 2 * BLOCK, NEW));
        assertThrows(PoisonedException.class, () -> read(clone, BLOCK));
        write(clone, BLOCK, BLOCK, NEW);
        assertEquals(NEW, read(clone, BLOCK));
    }

    @Test
    void lastOwnerQuarantinesTheBlock() {
        write(file, 0, BLOCK, OLD);
        DaxFile clone = volume.clone("file", "clone");
        file.markPoisoned(0, BLOCK);
        file.punchHole(0, BLOCK);
        assertTrue(volume.core().allocator.quarantined().isEmpty(), "the clone has it");
        VolumeChecker.check(volume);
        long free = volume.freeSize();
        clone.truncate(0);
        assertEquals(free, volume.freeSize());
        assertEquals(1, volume.core().allocator.quarantined().cardinality());
    }

    @Test
    void lossMovesAlongWithItsBlock() {
        write(file, 0, 3 * BLOCK, OLD);
        file.markPoisoned(BLOCK, BLOCK);
        file.collapseRange(0, BLOCK);
        assertEquals(
                0, assertThrows(PoisonedException.class, () -> read(file, 0)).offset());
        assertEquals(OLD, read(file, BLOCK));
        DaxFile clone = volume.clone("file", "clone");
        assertThrows(PoisonedException.class, () -> read(clone, 0));
        assertFalse(volume.core().badBlocks.isEmpty());
    }

    private static void write(DaxFile file, long offset, int length, byte value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        file.write(offset, ByteBuffer.wrap(bytes));
    }

    private static byte read(DaxFile file, long offset) {
        ByteBuffer found = ByteBuffer.allocate(1);
        file.read(offset, found);
        return found.get(0);
    }
}
