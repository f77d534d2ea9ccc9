package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What was stored through a synchronous window and persisted by it is there after a crash that keeps nothing else, with
 * the block and the size that lead to it, and no fsync was ever asked for (D15).
 */
@Timeout(60)
class SyncWindowTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;

    private final RecordingPmem pmem = new RecordingPmem(24L << 20);
    private final Actors actors = new Actors();
    private DaxVolume volume = newVolume();
    private DaxFile file = volume.create("file", DaxFileKind.ORDINARY);

    private DaxVolume newVolume() {
        DaxVolume.format(pmem);
        return new DaxVolume(pmem, new FileOperations(), actors);
    }

    @AfterEach
    void layerIsSound() {
        actors.close();
        VolumeChecker.check(volume);
    }

    /** S56: crash after any store that was persisted. */
    @Test
    void persistedStoresSurviveEachCrash() {
        file.write(0, ByteBuffer.wrap(new byte[1]));
        file.truncate(1 << 20);
        DaxWindow window = file.window(0, 1 << 20, WindowMode.SYNC);
        for (int i = 0; i < 40; i++) {
            long position = i * 26_000L;
            window.putLong(position, i + 1);
            window.persist(position, Long.BYTES);
            DaxFile after = DaxVolume.open(pmem.crashKeepingNothing()).open("file");
            assertEquals(1 << 20, after.size());
            DaxWindow view = after.window(0, 1 << 20);
            for (int j = 0; j <= i; j++) {
                assertEquals(j + 1, view.getLong(j * 26_000L), "store " + j + " after crash " + i);
            }
        }
        VolumeChecker.check(file, window);
    }

    /** The size of a growing write is not durable: the write fault must see to it. */
    @Test
    void writeFaultMakesTheSizeDurableFirst() {
        file.write(0, ByteBuffer.wrap(new byte[3 * BLOCK]));
        assertEquals(0, DaxVolume.open(pmem.crashKeepingNothing()).open("file").size());
        DaxWindow window = file.window(0, 3 * BLOCK, WindowMode.SYNC);
        window.putLong(2 * BLOCK, 5);
        window.persist(2 * BLOCK, 8);
        assertEquals(1, volume.counters().syncFaultCount());
        VolumeChecker.check(file, window);
        reopenAfterCrash();
        assertEquals(3 * BLOCK, file.size());
        assertEquals(5, read(2 * BLOCK));
    }

    /**
     * S58: another window has already allocated the page; the fault changes no metadata, and must sync all the same.
     */
    @Test
    void pageMadeWritableByAnotherWindowIsSyncedToo() {
        file.write(0, ByteBuffer.wrap(new byte[2 * BLOCK]));
        DaxWindow tracked = file.window(0, 2 * BLOCK);
        tracked.putLong(BLOCK, 1);
        DaxWindow window = file.window(0, 2 * BLOCK, WindowMode.SYNC);
        window.putLong(BLOCK + 8, 2);
        window.persist(BLOCK, 16);
        reopenAfterCrash();
        assertEquals(1, read(BLOCK));
        assertEquals(2, read(BLOCK + 8));
    }

    /** A page that is writable already may get bytes of a file that grows later. */
    @Test
    void growthIsDurableBeforeItIsSeenWhileAWindowIsOpen() {
        file.write(0, ByteBuffer.wrap(new byte[100]));
        DaxWindow window = file.window(0, 4 * BLOCK, WindowMode.SYNC);
        window.putByte(0, (byte) 1);
        file.write(100, ByteBuffer.wrap(new byte[100]));
        window.putByte(150, (byte) 2);
        window.persist(150, 1);
        file.truncate(300);
        window.putByte(250, (byte) 3);
        window.persist(250, 1);
        VolumeChecker.check(file, window);
        reopenAfterCrash();
        assertEquals(300, file.size());
        assertEquals(2, read(150));
        assertEquals(3, read(250));
    }

    @Test
    void growthOfAFileWithoutSyncWindowsStaysTheNextFsyncs() {
        file.write(0, ByteBuffer.wrap(new byte[100]));
        file.window(0, BLOCK, WindowMode.SYNC).close();
        long drains = pmem.counters().drainCount();
        file.write(100, ByteBuffer.wrap(new byte[100]));
        assertEquals(drains, pmem.counters().drainCount());
    }

    /** A write that asked before the window was there must not grow the file behind its back. */
    @Test
    void openingWaitsForAWriteThatIsAboutToGrow() {
        Actors.Actor write =
                actors.park(SyncPoint.IO_BEFORE_SIZE, () -> file.write(0, ByteBuffer.wrap(new byte[BLOCK])));
        Actors.Actor open = actors.start(() -> file.window(0, BLOCK, WindowMode.SYNC));
        open.awaitBlockedOrDone();
        assertFalse(open.isDone());
        write.finish();
        open.finish();
    }

    /** S57: while the fault syncs, it holds no entry: the entry may go, and the fault must look again. */
    @Test
    void faultLooksAgainAfterItsSync() {
        file.write(0, ByteBuffer.wrap(new byte[BLOCK]));
        DaxWindow window = file.window(0, BLOCK, WindowMode.SYNC);
        Actors.Actor store = actors.park(SyncPoint.FAULT_AFTER_SYNC_FAULT, () -> window.putLong(0, 1));
        // Clean now, so that anybody may forget it.
        file.parts().tree.destroy(0, 1);
        Actors.Actor punch = actors.start(() -> file.punchHole(0, BLOCK));
        punch.awaitBlockedOrDone();
        assertFalse(punch.isDone(), "a layout change waits for the fault");
        store.finish();
        punch.finish();
        window.putLong(0, 2);
        VolumeChecker.check(file, window);
    }

    @Test
    void persistClearsNoMarkAndFsyncStillWorks() {
        file.allocate(0, BLOCK);
        DaxWindow window = file.window(0, BLOCK, WindowMode.SYNC);
        window.putLong(0, 1);
        window.persist(0, 8);
        assertEquals(1, file.dirtyLineCount());
        file.fsync();
        assertEquals(0, file.dirtyLineCount());
    }

    @Test
    void persistFlushesTheLinesOfTheRangeAndDrainsOnce() {
        file.allocate(0, 4 * BLOCK);
        DaxWindow window = file.window(0, 4 * BLOCK, WindowMode.SYNC);
        window.put(BLOCK - 100, new byte[200], 0, 200);
        long lines = pmem.counters().flushedLineCount();
        long drains = pmem.counters().drainCount();
        window.persist(BLOCK - 100, 200);
        assertEquals(4, pmem.counters().flushedLineCount() - lines);
        assertEquals(1, pmem.counters().drainCount() - drains);
    }

    @Test
    void persistSaysWhyItCannot() {
        file.allocate(0, BLOCK);
        DaxWindow window = file.window(0, 4 * BLOCK, WindowMode.SYNC);
        assertThrows(BeyondEndOfFileException.class, () -> window.persist(2 * BLOCK, 8));
        assertThrows(IndexOutOfBoundsException.class, () -> window.persist(4 * BLOCK, 8));
        window.close();
        assertThrows(WindowClosedException.class, () -> window.persist(0, 8));
        volume.core().shutDown("test");
        assertTrue(assertThrows(VolumeShutDownException.class, () -> window.persist(0, 8))
                .getMessage()
                .contains("test"));
    }

    private byte read(long offset) {
        ByteBuffer one = ByteBuffer.allocate(1);
        assertEquals(1, file.read(offset, one));
        return one.get(0);
    }

    private void reopenAfterCrash() {
        volume = DaxVolume.open(pmem.crashKeepingNothing());
        file = volume.open("file");
    }
}
