package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.pmem.PersistFailedException;
import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Files, windows and volumes do what their Javadoc says; invariants hold and nothing is flushed twice after each test.
 */
class DaxFileTest {
    private static final int KIB = 1024;
    private static final long HUGE = 2L << 20;

    private final RecordingPmem pmem = new RecordingPmem(12L << 20, 20L << 20);
    private DaxVolume volume = DaxVolume.format(pmem);
    private DaxFile file = volume.create("file", DaxFileKind.ORDINARY);

    @AfterEach
    void layerIsSound() {
        VolumeChecker.check(volume);
        pmem.assertNoRedundantFlush();
    }

    @Test
    void holeReadsAsZeroAndTakesNoBlock() {
        long free = volume.freeSize();
        file.truncate(64 * KIB);
        DaxWindow window = file.window(0, 64 * KIB);

        assertEquals(0, window.getLong(8000));
        assertEquals(0, read(40_000));
        assertEquals(free, volume.freeSize());
        assertEquals(List.of(new Extent(0, 64 * KIB, ExtentState.HOLE)), file.extents(0, 64 * KIB));
    }

    @Test
    void bothPathsSeeEachOthersBytesAtOnce() {
        file.truncate(64 * KIB);
        DaxWindow window = file.window(0, 64 * KIB);
        DaxWindow shifted = file.window(4 * KIB, 8 * KIB);
        assertEquals(0, window.getByte(5000));
        assertEquals(0, shifted.getByte(5000 - 4096));

        write(5000, 1, 2, 3);
        assertEquals(2, window.getByte(5001));
        assertEquals(2, shifted.getByte(5001 - 4096));
        window.putByte(5001, (byte) 9);
        assertEquals(9, read(5001));
        assertEquals(9, shifted.getByte(5001 - 4096));
    }

    @Test
    void valuesAcrossBlocksComeBackWhole() {
        file.truncate(64 * KIB);
        DaxWindow window = file.window(0, 64 * KIB);
        window.putLong(4092, 0x1122334455667788L);
        assertEquals(0x1122334455667788L, window.getLong(4092));
        window.putInt(8190, 0x01020304);
        assertEquals(0x01020304, window.getInt(8190));
        window.putLongRelease(16, -5);
        assertEquals(-5, window.getLong(16));
        assertThrows(IllegalArgumentException.class, () -> window.putLongRelease(17, 1));
    }

    @Test
    void compareAndSetMarksOnlyWhatItStored() {
        file.truncate(64 * KIB);
        DaxWindow window = file.window(0, 64 * KIB);
        assertFalse(window.compareAndSetLong(8, 1, 2));
        assertEquals(0, file.dirtyLineCount());
        assertTrue(window.compareAndSetLong(8, 0, 1L << 40));
        assertTrue(window.compareAndSetInt(72, 0, 9));
        assertFalse(window.compareAndSetInt(72, 0, 8));
        assertEquals(2, file.dirtyLineCount());
        assertEquals(1L << 40, window.getLongAcquire(8));
        assertThrows(IllegalArgumentException.class, () -> window.compareAndSetLong(12, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> window.compareAndSetInt(2, 0, 1));
        window.putShort(4095, (short) 0x1234);
        window.putShort(8, (short) -2);
        assertEquals(0x1234, window.getShort(4095));
        assertEquals(-2, window.getShort(8));
        file.fsync();
        reopenAfterCrash();
        assertEquals(0x34, read(4095));
        assertEquals(9, read(72));
    }

    @Test
    void fsyncFlushesExactlyTheDirtyLinesWithOneDrain() {
        file.allocate(0, 1 << 20);
        DaxWindow window = file.window(0, 1 << 20);
        for (int i = 0; i < 100; i++) {
            window.putLong(i * 8192L + i * 8, i);
        }
        write(300_000, new byte[1000]);
        assertEquals(100 + 17, file.dirtyLineCount());
        long lines = pmem.counters().flushedLineCount();
        long drains = pmem.counters().drainCount();

        file.fsync();

        assertEquals(117, pmem.counters().flushedLineCount() - lines);
        assertEquals(1, pmem.counters().drainCount() - drains);
        assertEquals(0, file.dirtyLineCount());
        VolumeChecker.checkDurable(volume, pmem, "fsync");
    }

    @Test
    void rangedFsyncLeavesOtherDirtAlone() {
        file.allocate(0, 256 * KIB);
        DaxWindow window = file.window(0, 256 * KIB);
        window.putByte(0, (byte) 1);
        window.putByte(255 * KIB, (byte) 2);
        file.fsync(0, 64 * KIB);
        assertEquals(1, file.dirtyLineCount());
        file.fsync(192 * KIB, 64 * KIB);
        assertEquals(0, file.dirtyLineCount());
        reopenAfterCrash();
        assertEquals(1, read(0));
        assertEquals(2, read(255 * KIB));
    }

    @Test
    void alignedPreallocationUsesHugeBlocksAndOneTranslation() {
        file.allocate(0, 2 * HUGE);
        assertTrue(MappingEntry.isHuge(file.parts().map.lookup(0)));
        DaxWindow window = file.window(0, 2 * HUGE);
        window.putByte(HUGE + 5000, (byte) 1);
        assertEquals(1, window.getByte(HUGE + 5000));
        assertTrue(MappingEntry.isHuge(file.parts().tree.chunk(512).entryAt(512)));
        file.fsync();
        assertEquals(
                List.of(new Extent(0, HUGE, ExtentState.UNWRITTEN), new Extent(HUGE, HUGE, ExtentState.MAPPED)),
                file.extents(0, 2 * HUGE));
    }

    @Test
    void punchInsideAHugeBlockKeepsTheRestAndItsDirt() {
        file.allocate(0, HUGE);
        DaxWindow window = file.window(0, HUGE);
        window.putByte(0, (byte) 1);
        window.putByte(100 * KIB, (byte) 2);
        window.putByte(HUGE - 1, (byte) 3);
        long free = volume.freeSize();

        file.punchHole(64 * KIB, 64 * KIB);

        assertEquals(free + 64 * KIB - 4 * KIB, volume.freeSize(), "16 blocks back, one table taken");
        assertEquals(0, window.getByte(100 * KIB));
        file.fsync();
        reopenAfterCrash();
        assertEquals(1, read(0));
        assertEquals(0, read(100 * KIB));
        assertEquals(3, read(HUGE - 1));
        assertEquals(
                List.of(
                        new Extent(0, 64 * KIB, ExtentState.MAPPED),
                        new Extent(64 * KIB, 64 * KIB, ExtentState.HOLE),
                        new Extent(128 * KIB, HUGE - 128 * KIB, ExtentState.MAPPED)),
                file.extents(0, HUGE));
    }

    @Test
    void touchingAPageBeyondTheEndIsATypedError() {
        file.truncate(5000);
        DaxWindow window = file.window(0, 64 * KIB);
        assertEquals(0, window.getByte(8191));
        assertThrows(BeyondEndOfFileException.class, () -> window.getByte(8192));
        assertThrows(BeyondEndOfFileException.class, () -> window.putLong(16 * KIB, 1));
        write(16 * KIB, 7);
        assertEquals(7, window.getByte(16 * KIB));
        file.truncate(5000);
        assertThrows(BeyondEndOfFileException.class, () -> window.getByte(16 * KIB));
        assertThrows(IndexOutOfBoundsException.class, () -> window.getLong(64 * KIB - 7));
    }

    @Test
    void storesBehindTheEndOfTheLastBlockNeverShow() {
        file.truncate(100);
        DaxWindow window = file.window(0, 4096);
        window.putByte(200, (byte) 9);
        assertEquals(100, file.size());
        write(300, 1);
        assertEquals(0, read(200));
    }

    @Test
    void fullVolumeRefusesAndStaysUsable() {
        file.truncate(64L << 20);
        DaxWindow window = file.window(0, 64L << 20);
        NoSpaceException full = assertThrows(NoSpaceException.class, () -> {
            for (long at = 0; ; at += 4096) {
                window.putByte(at, (byte) 1);
            }
        });
        assertTrue(full.getMessage().startsWith("volume is full"), full.getMessage());
        assertThrows(NoSpaceException.class, () -> write(60L << 20, 1));
        assertEquals(1, window.getByte(0));
        file.punchHole(0, HUGE);
        window.putByte(8192, (byte) 2);
        assertEquals(2, read(8192));
    }

    @Test
    void closedWindowSaysSoAndItsDirtStays() {
        file.truncate(4096);
        DaxWindow window = file.window(0, 4096);
        window.putByte(0, (byte) 5);
        window.close();
        window.close();
        assertThrows(WindowClosedException.class, () -> window.getByte(0));
        assertThrows(WindowClosedException.class, () -> window.putByte(0, (byte) 1));
        file.fsync();
        reopenAfterCrash();
        assertEquals(5, read(0));
    }

    @Test
    void deletedFileGivesItsBlocksBackAndItsName() {
        long free = volume.freeSize();
        DaxFile other = volume.create("other", DaxFileKind.SELF_CERTIFYING);
        assertSame(other, volume.open("other"));
        other.allocate(0, 3 * HUGE);
        volume.delete("other");
        assertEquals(free, volume.freeSize());
        assertEquals(List.of("file"), volume.names());
        assertNotSame(other, volume.create("other", DaxFileKind.ORDINARY));
    }

    @Test
    void volumeGrowsWhileItsWindowsLive() {
        file.truncate(18L << 20);
        DaxWindow window = file.window(0, 18L << 20);
        window.putByte(0, (byte) 1);
        volume.grow(20L << 20);
        file.allocate(0, 16L << 20);
        window.putByte(15L << 20, (byte) 2);
        file.fsync();
        reopenAfterCrash();
        assertEquals(20L << 20, volume.size());
        assertEquals(1, read(0));
        assertEquals(2, read(15L << 20));
    }

    @Test
    void oneSuperblockIsEnoughAndNoneIsAnError() {
        volume.grow(16L << 20);
        file.fsync();
        pmem.putByte(VolumeLayout.SUPERBLOCK_B + 17, (byte) 0x55);
        assertEquals(12L << 20, DaxVolume.open(pmem).size(), "the older copy stands in");
        pmem.putByte(VolumeLayout.SUPERBLOCK_A + 17, (byte) 0x55);
        assertThrows(VolumeCorruptException.class, () -> DaxVolume.open(pmem));
        assertTrue(DaxVolume.isFormatted(pmem));
    }

    @Test
    void onlyZeroesAreFormatted() {
        RecordingPmem blank = new RecordingPmem(3 << 20);
        assertEquals(3 << 20, DaxVolume.openOrFormat(blank).size());
        assertEquals(3 << 20, DaxVolume.openOrFormat(blank).size());

        RecordingPmem foreign = new RecordingPmem(3 << 20);
        foreign.putByte((3 << 20) - 1, (byte) 7);
        VolumeCorruptException refused =
                assertThrows(VolumeCorruptException.class, () -> DaxVolume.openOrFormat(foreign));
        assertTrue(refused.getMessage().endsWith("firstByteAt=3145727"), refused.getMessage());
        assertEquals(0, foreign.getLong(0), "left as it was");
    }

    @Test
    void failedDrainIsFinal() {
        file.allocate(0, 4096);
        DaxWindow window = file.window(0, 4096);
        window.putByte(0, (byte) 1);
        pmem.failDrainAt(1);
        assertThrows(PersistFailedException.class, file::fsync);
        assertEquals(1, file.dirtyLineCount(), "the marks tell the truth");
        assertThrows(VolumeShutDownException.class, file::fsync);
        assertThrows(VolumeShutDownException.class, () -> write(0, 1));
        assertEquals(1, window.getByte(0), "reads go on");
    }

    @Test
    void closedVolumeIsDurableAndTakesNoStores() {
        write(0, 4);
        volume.close();
        volume.close();
        assertThrows(VolumeShutDownException.class, () -> write(0, 1));
        volume = DaxVolume.open(pmem.crashKeepingNothing());
        file = volume.open("file");
        assertEquals(4, read(0));
        assertEquals(DaxFileKind.ORDINARY, file.kind());
    }

    @Test
    void sparseFileReachesFar() {
        long far = 200L << 30;
        write(far, 1, 2, 3);
        file.fsync();
        reopenAfterCrash();
        assertEquals(far + 3, file.size());
        ByteBuffer found = ByteBuffer.allocate(10);
        assertEquals(3, file.read(far, found));
        assertArrayEquals(new byte[] {1, 2, 3, 0}, java.util.Arrays.copyOf(found.array(), 4));
        assertEquals(-1, file.read(far + 3, found));
    }

    private void reopenAfterCrash() {
        volume = DaxVolume.open(pmem.crashKeepingNothing());
        file = volume.open("file");
    }

    private void write(long offset, int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        write(offset, bytes);
    }

    private void write(long offset, byte[] bytes) {
        file.write(offset, ByteBuffer.wrap(bytes));
    }

    private byte read(long offset) {
        ByteBuffer found = ByteBuffer.allocate(1);
        file.read(offset, found);
        return found.get(0);
    }
}
