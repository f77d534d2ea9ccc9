package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * 2 MiB of hole are one entry and one translation, and end as one (M4, M13): whoever fills a part of it, everybody sees
 * the bytes at once and no waiter is forgotten.
 */
@Timeout(60)
class HugeHoleTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final int HUGE = (int) VolumeLayout.HUGE_SIZE;

    private final RecordingPmem pmem = new RecordingPmem(24L << 20);
    private final Actors actors = new Actors();
    private final List<DaxWindow> windows = new ArrayList<>();
    private final DaxVolume volume = newVolume();
    private final DaxFile file = volume.create("file", DaxFileKind.ORDINARY);

    private DaxVolume newVolume() {
        DaxVolume.format(pmem);
        return new DaxVolume(pmem, new FileOperations(), actors);
    }

    @AfterEach
    void layerIsSound() {
        actors.close();
        VolumeChecker.check(volume);
        windows.forEach(window -> VolumeChecker.check(file, window));
    }

    @Test
    void oneFaultMapsTwoMegabytesOfHole() {
        file.truncate(2 * HUGE);
        DaxWindow window = open(0, 2 * HUGE);
        for (int at = HUGE; at < 2 * HUGE; at += BLOCK) {
            assertEquals(0, window.getLong(at));
        }
        assertEquals(1, volume.counters().readFaultCount());
        assertEquals(1, volume.counters().hugeFaultCount());
        assertEquals(1, volume.counters().holeFaultCount());
        assertTrue(isHugeHole(512));
    }

    /** S06: text written into the huge hole, read where it is and where it is not. */
    @Test
    void writeIntoItIsSeenAtOnce() {
        file.truncate(2 * HUGE);
        DaxWindow window = open(HUGE, HUGE);
        DaxWindow other = open(0, 2 * HUGE);
        DaxWindow single = open(HUGE + 5 * BLOCK, BLOCK);
        assertEquals(0, window.getByte(0));
        assertEquals(0, other.getByte(HUGE + 7 * BLOCK));

        file.write(HUGE, ByteBuffer.wrap("HELLO WORLD!".getBytes(StandardCharsets.US_ASCII)));

        assertEquals('H', window.getByte(0));
        assertEquals('!', other.getByte(HUGE + 11));
        assertEquals(0, window.getByte(BLOCK));
        assertEquals(0, single.getByte(0));
        file.write(HUGE + 5 * BLOCK, ByteBuffer.wrap(new byte[] {9}));
        assertEquals(9, single.getByte(0));
        assertEquals(9, window.getByte(5 * BLOCK));
    }

    @Test
    void storeToOnePageOfItIsSeenByEveryWindow() {
        file.truncate(2 * HUGE);
        DaxWindow window = open(0, 2 * HUGE);
        DaxWindow other = open(0, HUGE);
        assertEquals(0, window.getByte(0));
        assertEquals(0, other.getByte(3 * BLOCK));
        other.putByte(3 * BLOCK, (byte) 5);
        assertEquals(5, window.getByte(3 * BLOCK));
        assertEquals(0, window.getByte(4 * BLOCK));
        assertEquals(
                List.of(
                        new Extent(0, 3 * BLOCK, ExtentState.HOLE),
                        new Extent(3 * BLOCK, BLOCK, ExtentState.MAPPED),
                        new Extent(4 * BLOCK, 2 * HUGE - 4 * BLOCK, ExtentState.HOLE)),
                file.extents(0, 2 * HUGE));
    }

    /** F17: a window too small for 2 MiB loads from the hole that another maps whole. */
    @Test
    void loadThroughASmallWindowEndsTheHugeEntry() {
        file.truncate(HUGE);
        DaxWindow whole = open(0, HUGE);
        DaxWindow small = open(BLOCK, 4 * BLOCK);
        assertEquals(0, whole.getByte(0));
        assertTrue(isHugeHole(0));
        assertEquals(0, small.getByte(0));
        assertFalse(isHugeHole(0));
        assertEquals(-1, whole.loadAddress(0), "its translation went with the entry");
        assertEquals(0, whole.getByte(0));
        file.write(BLOCK, ByteBuffer.wrap(new byte[] {1}));
        assertEquals(1, small.getByte(0));
        assertEquals(1, whole.getByte(BLOCK));
    }

    @Test
    void holeThatGetsAHugeBlockIsRevokedWhole() {
        file.truncate(HUGE);
        DaxWindow window = open(0, HUGE);
        assertEquals(0, window.getByte(HUGE - 1));
        file.write(0, ByteBuffer.wrap(filled(HUGE)));
        assertEquals(7, window.getByte(HUGE - 1));
        assertEquals(7, window.getByte(0));
        file.punchHole(0, HUGE);
        assertEquals(0, window.getByte(HUGE - 1));
        assertTrue(isHugeHole(0));
    }

    /** F14: what reaches beyond the end is not mapped as one, or loads behind the end would not fault (M10). */
    @Test
    void noHugeTranslationReachesBeyondTheEnd() {
        file.truncate(HUGE + BLOCK);
        DaxWindow window = open(0, 2 * HUGE);
        assertEquals(0, window.getByte(HUGE));
        assertThrows(BeyondEndOfFileException.class, () -> window.getByte(HUGE + BLOCK));
        file.truncate(2 * HUGE);
        assertEquals(0, window.getByte(HUGE + BLOCK));
        file.truncate(HUGE);
        assertThrows(BeyondEndOfFileException.class, () -> window.getByte(HUGE));
    }

    /** S45: the owner ends with a huge hole; single faults, a write and a store wait for it, and each ends it anew. */
    @Test
    void everyWaiterForAHugeHoleGetsItsTurn() {
        file.truncate(HUGE);
        DaxWindow whole = open(0, HUGE);
        DaxWindow small = open(0, 20 * BLOCK);
        Actors.Actor owner = actors.park(SyncPoint.FAULT_BEFORE_PTE, () -> whole.getByte(0));
        List<Actors.Actor> waiters = new ArrayList<>();
        waiters.add(actors.start(() -> small.getByte(5 * BLOCK)));
        waiters.add(actors.start(() -> small.getByte(9 * BLOCK)));
        waiters.add(actors.start(() -> small.putByte(9 * BLOCK, (byte) 1)));
        waiters.add(actors.start(() -> file.write(3 * BLOCK, ByteBuffer.wrap(new byte[] {2}))));
        waiters.forEach(Actors.Actor::awaitBlockedOrDone);
        waiters.forEach(waiter -> assertFalse(waiter.isDone()));
        owner.finish();
        waiters.forEach(Actors.Actor::finish);
        assertEquals(1, whole.getByte(9 * BLOCK));
        assertEquals(2, small.getByte(3 * BLOCK));
        assertEquals(0, whole.getByte(5 * BLOCK));
    }

    /** S44, S48: a huge request that meets a locked single entry, wherever it lies, does not wait for it. */
    @Test
    void hugeFaultDoesNotWaitForASingleEntry() {
        file.truncate(HUGE);
        DaxWindow small = open(300 * BLOCK, BLOCK);
        DaxWindow whole = open(0, HUGE);
        Actors.Actor owner = actors.park(SyncPoint.FAULT_BEFORE_PTE, () -> small.getByte(0));
        assertEquals(0, whole.getByte(0));
        owner.finish();
        assertFalse(isHugeHole(0));
    }

    /** S07 for clean entries of every kind: the windows forget first. */
    @Test
    void droppedEntriesLeaveNoTranslationBehind() {
        file.truncate(3 * HUGE);
        file.allocate(2 * HUGE, HUGE);
        DaxWindow window = open(0, 3 * HUGE);
        assertEquals(0, window.getByte(0));
        file.write(HUGE, ByteBuffer.wrap(new byte[] {1}));
        file.fsync();
        assertEquals(1, window.getByte(HUGE));
        assertEquals(0, window.getByte(HUGE + BLOCK));
        assertEquals(0, window.getByte(2 * HUGE));

        assertEquals(4, file.dropCleanEntries());

        for (int chunk = 0; chunk < 3; chunk++) {
            assertEquals(-1, window.loadAddress(chunk * 512L));
            assertEquals(null, file.parts().tree.chunk(chunk * 512L), "its memory is given back");
        }
        file.write(0, ByteBuffer.wrap(new byte[] {3}));
        assertEquals(3, window.getByte(0));
        file.punchHole(HUGE, HUGE);
        assertEquals(0, window.getByte(HUGE));
        window.putByte(2 * HUGE, (byte) 4);
        file.fsync();
        DaxVolume after = DaxVolume.open(pmem.crashKeepingNothing());
        assertEquals(4, after.open("file").window(0, 3 * HUGE).getByte(2 * HUGE));
    }

    @Test
    void dropKeepsWhatIsDirty() {
        file.allocate(0, 2 * HUGE);
        DaxWindow window = open(0, 2 * HUGE);
        DaxWindow page = file.window(HUGE, HUGE, WindowMode.PROTECTED);
        windows.add(page);
        window.putByte(5 * BLOCK, (byte) 1);
        page.putByte(0, (byte) 2);
        long lines = file.dirtyLineCount();
        file.dropCleanEntries();
        assertEquals(lines, file.dirtyLineCount());
        VolumeChecker.check(volume);
        file.fsync();
        file.dropCleanEntries();
        assertEquals(null, file.parts().tree.chunk(0));
        DaxVolume after = DaxVolume.open(pmem.crashKeepingNothing());
        DaxWindow view = after.open("file").window(0, 2 * HUGE);
        assertEquals(1, view.getByte(5 * BLOCK));
        assertEquals(2, view.getByte(HUGE));
        assertEquals(1, window.getByte(5 * BLOCK));
    }

    /** A store that has passed its check marks its lines before its page is looked at: dirty, so it stays. */
    @Test
    void dropWaitsForAStoreUnderWay() {
        file.allocate(0, BLOCK);
        DaxWindow window = open(0, BLOCK);
        window.putLong(0, 1);
        file.fsync();
        Actors.Actor store = actors.park(SyncPoint.STORE_AFTER_CHECK, () -> window.putLong(0, 2));
        Actors.Actor drop = actors.start(file::dropCleanEntries);
        while (!volume.core().epochs.isQuiescing() && !drop.isDone()) {
            Thread.onSpinWait();
        }
        assertFalse(drop.isDone());
        store.finish();
        drop.finish();
        assertEquals(1, file.dirtyLineCount());
        file.fsync();
        DaxVolume after = DaxVolume.open(pmem.crashKeepingNothing());
        assertEquals(2, after.open("file").window(0, BLOCK).getLong(0));
    }

    private DaxWindow open(long offset, long length) {
        DaxWindow window = file.window(offset, length);
        windows.add(window);
        return window;
    }

    private boolean isHugeHole(long index) {
        TreeChunk chunk = file.parts().tree.chunk(index);
        long entry = chunk == null ? MappingEntry.NONE : chunk.entryAt(index);
        return MappingEntry.isHuge(entry) && MappingEntry.isHole(entry);
    }

    private static byte[] filled(int size) {
        byte[] bytes = new byte[size];
        java.util.Arrays.fill(bytes, (byte) 7);
        return bytes;
    }
}
