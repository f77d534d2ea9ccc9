package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each mode of a window permits, marks and write-protects as {@link WindowMode} says, in 4 KiB and in 2 MiB pages. */
@Timeout(60)
class WindowModeTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final int HUGE = (int) VolumeLayout.HUGE_SIZE;

    private final RecordingPmem pmem = new RecordingPmem(24L << 20);
    private final Actors actors = new Actors();
    private final List<DaxWindow> windows = new ArrayList<>();
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
        windows.stream().filter(window -> !window.isClosed()).forEach(window -> VolumeChecker.check(file, window));
    }

    @Test
    void windowIsTrackedUnlessAskedOtherwise() {
        assertEquals(WindowMode.TRACKED, file.window(0, BLOCK).mode());
    }

    @ParameterizedTest
    @EnumSource(
            value = WindowMode.class,
            names = {"TRACKED", "PROTECTED", "SYNC"})
    void storesOfEveryModeSurviveAnFsyncAndACrash(WindowMode mode) {
        file.truncate(4 * HUGE);
        file.allocate(0, HUGE);
        DaxWindow window = open(0, 2 * HUGE, mode);
        for (int round = 1; round <= 3; round++) {
            window.putLong(0, round);
            window.putLong(BLOCK - 4, round * 10L);
            window.putByte(HUGE + 5, (byte) round);
            window.put(HUGE + BLOCK + 100, new byte[] {(byte) round, 2, 3}, 0, 3);
            window.put(HUGE - 1, ByteBuffer.wrap(new byte[] {1, (byte) round}), 0, 2);
            window.putInt(3 * BLOCK, round);
            file.fsync();
            VolumeChecker.checkDurable(volume, pmem, "fsync in " + mode);
        }
        reopenAfterCrash();
        assertEquals(3, read(0));
        assertEquals(30, read(BLOCK - 4));
        assertEquals(3, read(HUGE + 5));
        assertEquals(3, read(HUGE + BLOCK + 100));
        assertEquals(3, read(HUGE));
        assertEquals(3, read(3 * BLOCK));
    }

    /** S13: no store may slip past the marks of an fsync; each round costs exactly one fault a page. */
    @Test
    void protectedWindowFaultsOnceForThePageAfterEachFsync() {
        file.allocate(0, 4 * BLOCK);
        DaxWindow window = open(0, 4 * BLOCK, WindowMode.PROTECTED);
        long before = volume.counters().writeFaultCount();
        for (int round = 1; round <= 3; round++) {
            window.putLong(0, round);
            window.putLong(8, round);
            window.putLong(2 * BLOCK, round);
            assertEquals(2 * 64, file.dirtyLineCount());
            file.fsync();
            assertEquals(0, file.dirtyLineCount());
            assertEquals(-1, window.storeAddress(0));
        }
        assertEquals(6, volume.counters().writeFaultCount() - before);
        assertEquals(3, window.getLong(0), "loads go on");
    }

    @Test
    void protectedHugePageIsMarkedAndCleanedWhole() {
        file.allocate(0, HUGE);
        DaxWindow window = open(0, HUGE, WindowMode.PROTECTED);
        window.putByte(HUGE / 2, (byte) 1);
        assertEquals(512 * 64, file.dirtyLineCount());
        long protects = volume.counters().protectCount();
        file.fsync();
        assertEquals(1, volume.counters().protectCount() - protects);
        assertEquals(0, file.dirtyLineCount());
        window.putByte(0, (byte) 2);
        assertEquals(512 * 64, file.dirtyLineCount());
        file.fsync();
        reopenAfterCrash();
        assertEquals(2, read(0));
        assertEquals(1, read(HUGE / 2));
    }

    /** S14, S27: aliases of other offsets and sizes; one does not contain the first index of the entry. */
    @Test
    void everyAliasOfAHugeEntryIsProtected() {
        file.allocate(0, HUGE);
        DaxWindow whole = open(0, HUGE, WindowMode.PROTECTED);
        DaxWindow inside = open(BLOCK, BLOCK, WindowMode.PROTECTED);
        DaxWindow across = open(BLOCK, 2 * HUGE, WindowMode.PROTECTED);
        whole.putByte(0, (byte) 1);
        inside.putByte(0, (byte) 1);
        across.putByte(2 * BLOCK, (byte) 1);
        file.fsync();
        // One at a time: a fault of the whole window would mark what the others forgot.
        inside.putByte(1, (byte) 2);
        file.fsync();
        VolumeChecker.checkDurable(volume, pmem, "store through the window inside");
        across.putByte(2 * BLOCK + 1, (byte) 3);
        file.fsync();
        VolumeChecker.checkDurable(volume, pmem, "store through the window across");
        whole.putByte(1, (byte) 4);
        file.fsync();
        reopenAfterCrash();
        assertEquals(2, read(BLOCK + 1));
        assertEquals(3, read(3 * BLOCK + 1));
        assertEquals(4, read(1));
    }

    /** S18: the rest of a protected huge entry stays dirty. */
    @Test
    void rangedFsyncOfAHugeEntryKeepsTheRestDirty() {
        file.allocate(0, HUGE);
        DaxWindow window = open(0, HUGE, WindowMode.PROTECTED);
        window.putByte(0, (byte) 1);
        window.putByte(HUGE - 1, (byte) 2);
        window.fsync(3 * BLOCK, BLOCK);
        assertEquals(511 * 64, file.dirtyLineCount());
        window.fsync(0, HUGE);
        assertEquals(0, file.dirtyLineCount());
        reopenAfterCrash();
        assertEquals(1, read(0));
        assertEquals(2, read(HUGE - 1));
    }

    /** S24: the store has passed the check when write-back protects. */
    @Test
    void protectWaitsForAStoreUnderWay() {
        file.allocate(0, BLOCK);
        DaxWindow window = open(0, BLOCK, WindowMode.PROTECTED);
        window.putLong(0, 1);
        Actors.Actor store = actors.park(SyncPoint.STORE_AFTER_CHECK, () -> window.putLong(0, 2));
        Actors.Actor fsync = actors.start(file::fsync);
        while (!volume.core().epochs.isQuiescing() && !fsync.isDone()) {
            Thread.onSpinWait();
        }
        assertFalse(fsync.isDone());
        store.finish();
        fsync.finish();
        reopenAfterCrash();
        assertEquals(2, read(0));
    }

    /** S16: while the lines are being flushed a store faults and waits for the entry. */
    @Test
    void storeDuringWriteBackIsTheNextFsyncs() {
        file.allocate(0, BLOCK);
        DaxWindow window = open(0, BLOCK, WindowMode.PROTECTED);
        window.putLong(0, 1);
        Actors.Actor fsync = actors.park(SyncPoint.SYNC_MID_FLUSH, file::fsync);
        Actors.Actor store = actors.start(() -> window.putLong(0, 2));
        store.awaitBlockedOrDone();
        assertFalse(store.isDone());
        fsync.finish();
        store.finish();
        assertEquals(64, file.dirtyLineCount());
        file.fsync();
        reopenAfterCrash();
        assertEquals(2, read(0));
    }

    @Test
    void fileWithoutProtectedWindowsIsNeverProtected() {
        file.allocate(0, BLOCK);
        DaxWindow window = open(0, BLOCK, WindowMode.PROTECTED);
        window.putByte(0, (byte) 1);
        window.close();
        open(0, BLOCK, WindowMode.TRACKED).putByte(1, (byte) 1);
        file.fsync();
        assertEquals(0, volume.counters().protectCount());
        assertEquals(0, file.dirtyLineCount());
    }

    @Test
    void readOnlyWindowLoadsAndRefusesStores() {
        file.write(0, ByteBuffer.wrap(new byte[] {7}));
        DaxWindow window = open(0, BLOCK, WindowMode.READ_ONLY);
        assertEquals(7, window.getByte(0));
        assertThrows(WindowPermissionException.class, () -> window.putByte(0, (byte) 1));
        assertThrows(WindowPermissionException.class, () -> window.putLongRelease(8, 1));
        assertThrows(WindowPermissionException.class, () -> window.put(4, new byte[8], 0, 8));
        assertEquals(7, window.getByte(0));
        assertEquals(7, read(0));
    }

    @ParameterizedTest
    @EnumSource(WindowMode.class)
    void restrictedWindowLoadsAndRefusesStores(WindowMode mode) {
        file.allocate(0, HUGE);
        file.write(0, ByteBuffer.wrap(new byte[] {7}));
        DaxWindow window = open(0, HUGE, mode);
        if (mode != WindowMode.READ_ONLY) {
            window.putByte(1, (byte) 8);
        }
        window.restrict();
        window.restrict();
        assertEquals(7, window.getByte(0));
        assertEquals(mode == WindowMode.READ_ONLY ? 0 : 8, window.getByte(1));
        assertThrows(WindowPermissionException.class, () -> window.putByte(1, (byte) 1));
        assertThrows(WindowPermissionException.class, () -> window.putByte(BLOCK, (byte) 1));
        assertEquals(mode.storesToFile() ? 8 : 0, read(1));
    }

    /** S55: a store that was let through before counts as before. */
    @Test
    void restrictWaitsForAStoreUnderWay() {
        file.allocate(0, BLOCK);
        DaxWindow window = open(0, BLOCK, WindowMode.TRACKED);
        window.putLong(0, 1);
        Actors.Actor store = actors.park(SyncPoint.STORE_AFTER_CHECK, () -> window.putLong(0, 2));
        Actors.Actor restrict = actors.start(window::restrict);
        while (!volume.core().epochs.isQuiescing() && !restrict.isDone()) {
            Thread.onSpinWait();
        }
        assertFalse(restrict.isDone());
        store.finish();
        restrict.finish();
        assertEquals(2, window.getLong(0));
        assertThrows(WindowPermissionException.class, () -> window.putLong(0, 3));
    }

    @Test
    void discardedRangeFaultsAgainAndKeepsItsDirt() {
        file.allocate(0, 2 * BLOCK);
        DaxWindow window = open(0, 2 * BLOCK, WindowMode.TRACKED);
        window.putLong(0, 5);
        window.putLong(BLOCK, 6);
        window.discard(0, BLOCK);
        assertEquals(-1, window.loadAddress(0));
        assertTrue(window.storeAddress(1) >= 0);
        assertEquals(2, file.dirtyLineCount());
        assertEquals(5, window.getLong(0));
        window.close();
        assertThrows(WindowClosedException.class, () -> window.discard(0, BLOCK));
        assertThrows(WindowClosedException.class, () -> window.fsync(0, BLOCK));
    }

    @Test
    void onlyASyncWindowPersistsByItself() {
        file.allocate(0, BLOCK);
        assertThrows(
                IllegalStateException.class,
                () -> open(0, BLOCK, WindowMode.TRACKED).persist(0, 8));
    }

    private DaxWindow open(long offset, long length, WindowMode mode) {
        DaxWindow window = file.window(offset, length, mode);
        windows.add(window);
        return window;
    }

    private byte read(long offset) {
        ByteBuffer one = ByteBuffer.allocate(1);
        assertEquals(1, file.read(offset, one));
        return one.get(0);
    }

    private void reopenAfterCrash() {
        windows.clear();
        volume = DaxVolume.open(pmem.crashKeepingNothing());
        file = volume.open("file");
    }
}
