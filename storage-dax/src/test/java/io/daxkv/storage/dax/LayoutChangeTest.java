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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A change of a file's end or blocks shows no byte that was never promised and loses none that was: when it succeeds,
 * when power fails right after it, when there is no room for it, and for a file that was deleted.
 */
class LayoutChangeTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final int HUGE = (int) VolumeLayout.HUGE_SIZE;
    private static final byte WRITTEN = 'a';
    private static final byte STORED = 'S';

    private final FaultyPmem pmem = new FaultyPmem(new RecordingPmem(12L << 20));
    private SyncPoint.Hook hook = SyncPoint.Hook.NONE;
    private DaxVolume volume = newVolume();
    private DaxFile file = volume.create("file", DaxFileKind.ORDINARY);

    private DaxVolume newVolume() {
        DaxVolume.format(pmem);
        return new DaxVolume(pmem, new FileOperations(), point -> hook.reached(point));
    }

    @AfterEach
    void layerIsSound() {
        VolumeChecker.check(volume);
    }

    @Test
    void truncateUpShowsNoStoreBehindTheOldEndAfterACrash() {
        file.truncate(100);
        file.window(0, BLOCK).putByte(200, STORED);
        file.fsync();
        file.truncate(BLOCK);
        reopenAfterCrash();
        assertEquals(BLOCK, file.size());
        assertEquals(0, read(200));
    }

    @ParameterizedTest(name = "truncate({0})")
    @ValueSource(ints = {BLOCK, 3 * BLOCK})
    void truncateMakesWrittenBytesInsideItsDurableSizeDurable(int newSize) {
        write(0, 2 * BLOCK);
        file.truncate(newSize);
        reopenAfterCrash();
        assertEquals(newSize, file.size());
        assertEquals(WRITTEN, read(BLOCK - 1));
    }

    @Test
    void allocateMakesWrittenBytesInsideItsDurableSizeDurable() {
        write(0, BLOCK);
        file.allocate(BLOCK, BLOCK);
        reopenAfterCrash();
        assertEquals(2 * BLOCK, file.size());
        assertEquals(WRITTEN, read(0));
    }

    @Test
    void punchWithoutRoomForItsTableChangesNothing() {
        file.allocate(0, HUGE);
        DaxWindow window = file.window(0, HUGE);
        window.putByte(99 << 10, STORED);
        window.putByte(100 << 10, STORED);
        fillVolume(0);
        assertThrows(NoSpaceException.class, () -> file.punchHole((99 << 10) - 8, 64 << 10));
        assertEquals(STORED, window.getByte(99 << 10));
        file.fsync();
        reopenAfterCrash();
        assertEquals(STORED, read(99 << 10));
        assertEquals(STORED, read(100 << 10), "its mark was kept");
    }

    @Test
    void truncateWithoutRoomForItsTableChangesNothing() {
        file.allocate(0, HUGE);
        DaxWindow window = file.window(0, HUGE);
        window.putByte(100 << 10, STORED);
        fillVolume(0);
        assertThrows(NoSpaceException.class, () -> file.truncate(64 << 10));
        assertEquals(HUGE, file.size());
        assertEquals(STORED, read(100 << 10));
        file.fsync();
        reopenAfterCrash();
        assertEquals(HUGE, file.size());
        assertEquals(STORED, read(100 << 10));
    }

    @Test
    void fullVolumeOpensThoughA2MibBlockLiesAcrossAnEnd() {
        file.truncate(5000);
        fillVolume(HUGE + BLOCK);
        RecordingPmem[] image = new RecordingPmem[1];
        hook = point -> {
            if (point == SyncPoint.IO_BEFORE_SIZE) {
                image[0] = pmem.recorder().crashKeepingEverything();
            }
        };
        write(0, HUGE);
        assertTrue(MappingEntry.isHuge(file.parts().map.lookup(0)), "or this test tests nothing");
        assertEquals(0, volume.freeSize(), "or this test tests nothing");

        volume = DaxVolume.open(image[0]);
        file = volume.open("file");
        assertEquals(5000, file.size());
        assertEquals(WRITTEN, read(4999));
        file.truncate(HUGE);
        for (int at : new int[] {5000, 8191, 8192, HUGE - 1}) {
            assertEquals(0, read(at), "offset=" + at);
        }
    }

    @Test
    void lastBlockOfTheMapIsSyncedOwnedAndFreed() {
        long free = volume.freeSize();
        long last = (BlockMap.INDEX_COUNT - 1) << VolumeLayout.BLOCK_SHIFT;
        write(last, 1);
        file.fsync();
        assertEquals(0, file.dirtyLineCount());
        long used = volume.freeSize();
        reopenAfterCrash();
        assertEquals(used, volume.freeSize(), "its block is owned");
        assertEquals(WRITTEN, read(last));
        volume.delete("file");
        assertEquals(free, volume.freeSize());
    }

    @Test
    void writeThatFailedLeavesNothingBehindTheEnd() {
        pmem.failPutAfter(1024);
        assertThrows(IllegalStateException.class, () -> write(0, 2 * BLOCK));
        assertEquals(0, file.size());
        file.truncate(2 * BLOCK);
        assertEquals(0, read(0));
        assertEquals(0, read(1023));
    }

    @Test
    void storeThatFailedHalfWayIsMarked() {
        file.truncate(BLOCK);
        DaxWindow window = file.window(0, BLOCK);
        window.putByte(0, (byte) 1);
        file.fsync();
        pmem.failPutAfter(1024);
        assertThrows(IllegalStateException.class, () -> window.put(0, filled(BLOCK), 0, BLOCK));
        assertEquals(WRITTEN, read(1023));
        file.fsync();
        reopenAfterCrash();
        assertEquals(WRITTEN, read(1023), "what somebody may have read survives the fsync");
    }

    @Test
    void deletedFileTakesNothing() {
        write(0, BLOCK);
        DaxFile gone = file;
        volume.delete("file");
        DaxFile next = volume.create("next", DaxFileKind.ORDINARY);
        next.write(0, ByteBuffer.wrap(new byte[BLOCK]));

        assertThrows(DaxException.class, () -> gone.write(0, filled(BLOCK)));
        assertThrows(DaxException.class, () -> gone.read(0, ByteBuffer.allocate(1)));
        assertThrows(DaxException.class, () -> gone.window(0, BLOCK));
        assertThrows(DaxException.class, () -> gone.allocate(0, BLOCK));
        assertThrows(DaxException.class, () -> gone.punchHole(0, BLOCK));
        assertThrows(DaxException.class, () -> gone.truncate(1));
        assertThrows(DaxException.class, gone::fsync);
        file = next;
        assertEquals(0, read(0));
    }

    @Test
    void mapWordsOfBothSizesAreFlushedOnce() {
        file.allocate(HUGE, BLOCK);
        file.allocate(0, 3L * HUGE);
        pmem.recorder().assertNoRedundantFlush();
        file.punchHole(0, 3L * HUGE);
        pmem.recorder().assertNoRedundantFlush();
    }

    @Test
    void changeThatFreesNoBlockSplitsNone() {
        file.allocate(0, HUGE);
        DaxWindow window = file.window(0, HUGE);
        window.putByte(200, STORED);
        file.punchHole(100, BLOCK);
        file.truncate(HUGE - 1);
        file.truncate(HUGE - 1);
        assertEquals(0, window.getByte(200));
        assertTrue(MappingEntry.isHuge(file.parts().map.lookup(0)));
    }

    @Test
    void fsyncBeyondTheEndIsARangeWithoutDirt() {
        write(0, BLOCK);
        file.fsync();
        file.window(0, BLOCK).putByte(0, STORED);
        file.fsync(1L << 40, BLOCK);
        assertEquals(1, file.dirtyLineCount());
        file.fsync(0, Long.MAX_VALUE);
        assertEquals(0, file.dirtyLineCount());
    }

    @Test
    void negativeLengthIsRefused() {
        file.truncate(BLOCK);
        assertThrows(IllegalArgumentException.class, () -> file.fsync(0, -1));
        assertThrows(IllegalArgumentException.class, () -> file.allocate(BLOCK, -1));
        assertThrows(IllegalArgumentException.class, () -> file.punchHole(BLOCK, -1));
    }

    @Test
    void punchedDirtIsNotLookedForForever() {
        file.allocate(0, HUGE);
        file.window(0, HUGE).putByte(0, STORED);
        file.punchHole(0, HUGE);
        file.fsync();
        assertEquals(null, file.parts().tree.nextDirtyChunk(0));
        assertFalse(file.parts().tree.chunk(0).isDirty());
    }

    /** Leaves {@code free} bytes; another file has the rest. */
    private void fillVolume(long free) {
        DaxFile other = volume.create("other", DaxFileKind.ORDINARY);
        for (long at = 0; volume.freeSize() > free; at += BLOCK) {
            other.write(at, ByteBuffer.wrap(new byte[1]));
        }
        other.fsync();
        assertEquals(free, volume.freeSize());
    }

    private void reopenAfterCrash() {
        volume = DaxVolume.open(pmem.recorder().crashKeepingNothing());
        file = volume.open("file");
    }

    private void write(long offset, int length) {
        file.write(offset, filled(length));
    }

    private static ByteBuffer filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, WRITTEN);
        return ByteBuffer.wrap(bytes);
    }

    private byte read(long offset) {
        ByteBuffer found = ByteBuffer.allocate(1);
        file.read(offset, found);
        return found.get(0);
    }
}
