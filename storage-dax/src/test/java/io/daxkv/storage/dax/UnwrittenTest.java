package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.PmemEvent;
import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A preallocated block reads as zero, whatever it held in its former life, until the first store or write to it, which
 * needs no space; and a crash at any instant of that first store shows zeroes or the store.
 */
class UnwrittenTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final int HUGE = (int) VolumeLayout.HUGE_SIZE;
    private static final byte OLD = 'x';
    private static final byte STORED = 'S';

    private RecordingPmem pmem = new RecordingPmem(12L << 20);
    private DaxVolume volume = DaxVolume.format(pmem);
    private DaxFile file = volume.create("file", DaxFileKind.ORDINARY);

    @AfterEach
    void layerIsSound() {
        VolumeChecker.check(volume);
    }

    @Test
    void preallocatedSpaceIsUnwrittenAndReadsAsZeroByEitherPath() {
        dirtyTheFreeSpace();
        file.allocate(0, HUGE + BLOCK);
        assertEquals(List.of(new Extent(0, HUGE + BLOCK, ExtentState.UNWRITTEN)), file.extents(0, HUGE + BLOCK));
        DaxWindow window = file.window(0, HUGE + BLOCK);
        for (int at : new int[] {0, BLOCK + 1, HUGE - 1, HUGE, HUGE + BLOCK - 1}) {
            assertEquals(0, window.getByte(at), "window, offset=" + at);
            assertEquals(0, read(at), "read, offset=" + at);
        }
        VolumeChecker.check(file, window);
    }

    @Test
    void storeWritesOneBlockOfSmallOnes() {
        dirtyTheFreeSpace();
        file.allocate(BLOCK, 3 * BLOCK);
        DaxWindow reader = file.window(0, 4 * BLOCK);
        assertEquals(0, reader.getByte(2 * BLOCK));
        file.window(0, 4 * BLOCK).putByte(2 * BLOCK + 7, STORED);
        assertEquals(STORED, reader.getByte(2 * BLOCK + 7), "the reader of the hole was told");
        assertEquals(0, reader.getByte(2 * BLOCK + 8));
        assertEquals(
                List.of(
                        new Extent(BLOCK, BLOCK, ExtentState.UNWRITTEN),
                        new Extent(2 * BLOCK, BLOCK, ExtentState.MAPPED),
                        new Extent(3 * BLOCK, BLOCK, ExtentState.UNWRITTEN)),
                file.extents(BLOCK, 3 * BLOCK));
        VolumeChecker.check(file, reader);
    }

    @Test
    void writeIntoA2MibBlockWritesItWhole() {
        dirtyTheFreeSpace();
        file.allocate(0, HUGE);
        DaxWindow reader = file.window(0, HUGE);
        assertEquals(0, reader.getByte(100 * BLOCK));
        assertEquals(0, reader.getByte(HUGE - 1));
        write(100 * BLOCK + 5, 1);
        assertEquals(STORED, reader.getByte(100 * BLOCK + 5));
        assertEquals(0, reader.getByte(100 * BLOCK + 4));
        assertEquals(0, reader.getByte(HUGE - 1));
        assertEquals(List.of(new Extent(0, HUGE, ExtentState.MAPPED)), file.extents(0, HUGE));
        VolumeChecker.check(file, reader);
    }

    @Test
    void firstStoreIntoA2MibBlockMakesOneTranslation() {
        file.allocate(0, HUGE);
        DaxWindow window = file.window(0, HUGE);
        window.putByte(5000, STORED);
        assertTrue(MappingEntry.isHuge(file.parts().tree.chunk(0).entryAt(0)));
        assertTrue(window.storeAddress(511) >= 0);
    }

    @Test
    void preallocatedSpaceNeverLacksSpace() {
        file.allocate(0, HUGE);
        file.allocate(HUGE, BLOCK);
        fillVolume();
        file.window(0, HUGE).putByte(99 * BLOCK, STORED);
        write(HUGE + 100, 100);
        assertEquals(STORED, read(99 * BLOCK));
        assertEquals(STORED, read(HUGE + 100));
    }

    @Test
    void secondConversionOfABlockZeroesNothing() {
        file.allocate(0, HUGE);
        DaxWindow window = file.window(0, BLOCK * 2);
        window.putByte(0, STORED);
        assertFalse(file.parts().map.writeReserved(1));
        window.putByte(BLOCK, STORED);
        assertEquals(STORED, window.getByte(0));
    }

    @Test
    void storeToAnUnwrittenBlockIsDurableAtTheNextFsync() {
        dirtyTheFreeSpace();
        file.allocate(0, 2 * BLOCK);
        file.window(0, 2 * BLOCK).putByte(BLOCK, STORED);
        file.fsync();
        reopen(pmem.crashKeepingNothing());
        assertEquals(STORED, read(BLOCK));
        assertEquals(0, read(BLOCK + 1));
        assertEquals(0, read(0));
    }

    @Test
    void crashInsideAConversionShowsNoFormerLife() {
        dirtyTheFreeSpace();
        file.allocate(0, 4 * BLOCK);
        int[] images = {0};
        pmem.onEvent(event -> {
            if (event.kind() != PmemEvent.Kind.DRAINED) {
                for (RecordingPmem image : List.of(pmem.crashKeepingNothing(), pmem.crashKeepingEverything())) {
                    images[0]++;
                    DaxVolume crashed = DaxVolume.open(image);
                    VolumeChecker.check(crashed);
                    byte[] content = new byte[4 * BLOCK];
                    crashed.open("file").read(0, ByteBuffer.wrap(content));
                    for (byte value : content) {
                        assertTrue(value == 0 || value == STORED, "former life: " + value);
                    }
                }
            }
        });
        file.window(0, 4 * BLOCK).putByte(BLOCK + 1, STORED);
        write(3 * BLOCK + 1, 10);
        pmem.onEvent(null);
        assertTrue(images[0] > 4, "images=" + images[0]);
    }

    @Test
    void keptSpaceBeyondTheEndReadsAsZeroWhenTheFileGrowsAndIsGoneAtTheNextOpening() {
        dirtyTheFreeSpace();
        file.truncate(100);
        long free = volume.freeSize();
        file.allocate(0, 4 * BLOCK, SizeRule.KEEP);
        assertEquals(100, file.size());
        assertTrue(volume.freeSize() < free);
        DaxWindow window = file.window(0, 4 * BLOCK);
        assertThrows(BeyondEndOfFileException.class, () -> window.putByte(BLOCK, STORED));
        file.truncate(2 * BLOCK);
        assertEquals(0, read(BLOCK));
        window.putByte(BLOCK, STORED);
        file.fsync();
        volume.close();
        reopen(pmem);
        assertEquals(2 * BLOCK, file.size());
        assertEquals(STORED, read(BLOCK));
        assertEquals(List.of(new Extent(2 * BLOCK, 2 * BLOCK, ExtentState.HOLE)), file.extents(2 * BLOCK, 2 * BLOCK));
    }

    @Test
    void truncateFreesWhatWasKeptBeyondTheEnd() {
        file.truncate(100);
        long free = volume.freeSize();
        file.allocate(BLOCK, 4 * BLOCK, SizeRule.KEEP);
        file.truncate(100);
        assertTrue(volume.freeSize() >= free - 2 * BLOCK, "only the tables stay");
    }

    /** M10: a translation of 2 MiB that lies across the end would let stores behind it through. */
    @Test
    void windowGetsNoTranslationOf2MibAcrossTheEnd() {
        file.truncate(100);
        file.allocate(0, HUGE, SizeRule.KEEP);
        DaxWindow window = file.window(0, HUGE);
        window.putByte(0, STORED);
        assertThrows(BeyondEndOfFileException.class, () -> window.putByte(BLOCK, STORED));
        assertEquals(-1, window.storeAddress(1));
    }

    @Test
    void volumeOfTheFirstFormatIsGivenTheFeaturesWhenItIsOpened() {
        Superblock before = Superblock.read(pmem);
        new Superblock(before.id(), before.sequence() + 1, before.blockCount(), 0).write(pmem);
        reopen(pmem);
        assertEquals(VolumeLayout.FEATURES_KNOWN, Superblock.read(pmem).features());
        assertEquals(before.sequence() + 2, Superblock.read(pmem).sequence());
        new Superblock(before.id(), before.sequence() + 3, before.blockCount(), 1L << 40).write(pmem);
        assertThrows(VolumeCorruptException.class, () -> DaxVolume.open(pmem));
    }

    /** Whatever is allocated next held these bytes before. */
    private void dirtyTheFreeSpace() {
        DaxFile other = volume.create("former", DaxFileKind.ORDINARY);
        byte[] bytes = new byte[3 * HUGE];
        Arrays.fill(bytes, OLD);
        other.write(0, ByteBuffer.wrap(bytes));
        other.fsync();
        volume.delete("former");
    }

    private void fillVolume() {
        DaxFile other = volume.create("other", DaxFileKind.ORDINARY);
        for (long at = 0; volume.freeSize() > 0; at += BLOCK) {
            other.write(at, ByteBuffer.wrap(new byte[1]));
        }
    }

    private void reopen(RecordingPmem image) {
        pmem = image;
        volume = DaxVolume.open(image);
        file = volume.open("file");
    }

    private void write(long offset, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, STORED);
        file.write(offset, ByteBuffer.wrap(bytes));
    }

    private byte read(long offset) {
        ByteBuffer found = ByteBuffer.allocate(1);
        file.read(offset, found);
        return found.get(0);
    }
}
