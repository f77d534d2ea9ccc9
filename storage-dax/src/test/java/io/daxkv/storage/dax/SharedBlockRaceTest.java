package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Blocks that become writable, copied or shared while somebody else is in the middle of reading, storing or writing
 * them: no byte of another file is seen, none is lost, and a clone is one instant of its source.
 *
 * <p>Method: one actor is parked at a sync point, the others run until they are done or wait.
 */
class SharedBlockRaceTest extends LayoutFixture {
    private final Actors actors = new Actors();

    @BeforeEach
    void park() {
        hook = actors;
    }

    @AfterEach
    void freeActors() {
        actors.close();
    }

    /** A read holds nothing that keeps a fault from copying its block away. */
    @Test
    void readUnderWayNeverReturnsWhatTheOtherOwnerStoresInPlace() {
        writeBlocks(1);
        DaxFile clone = volume.clone("file", "clone");
        DaxWindow window = file.window(0, BLOCK);
        byte[] found = new byte[1];
        Actors.Actor reader = actors.park(SyncPoint.IO_BEFORE_READ, () -> found[0] = read(file, 100));
        window.putByte(0, STORED);
        write(clone, 0, BLOCK, (byte) 'X');
        reader.finish();
        assertEquals(number(0), found[0]);
    }

    @Test
    void loadsOfTheOldBlockEndBeforeItIsGivenUp() {
        writeBlocks(1);
        DaxFile clone = volume.clone("file", "clone");
        DaxWindow reader = file.window(0, BLOCK);
        assertEquals(number(0), reader.getByte(100));
        DaxWindow window = file.window(0, BLOCK);
        Actors.Actor writer = actors.park(SyncPoint.COW_AFTER_COPY, () -> window.putByte(0, STORED));
        assertEquals(-1, reader.loadAddress(0), "the reader was sent away before the copy");
        writer.finish();
        write(clone, 0, BLOCK, (byte) 'X');
        assertEquals(number(0), reader.getByte(100));
        assertEquals(STORED, reader.getByte(0));
    }

    @Test
    void twoFaultsOnOneSharedBlockCopyItOnce() {
        writeBlocks(1);
        DaxFile clone = volume.clone("file", "clone");
        DaxWindow a = file.window(0, BLOCK);
        DaxWindow b = file.window(0, BLOCK);
        Actors.Actor first = actors.park(SyncPoint.COW_AFTER_COPY, () -> a.putByte(0, STORED));
        Actors.Actor second = actors.start(() -> b.putByte(1, STORED));
        second.awaitBlockedOrDone();
        assertFalse(second.isDone());
        first.finish();
        second.finish();
        assertEquals(STORED, read(file, 0));
        assertEquals(STORED, read(file, 1));
        assertEquals(number(0), read(clone, 1));
    }

    @Test
    void writeMeetsACopyUnderWayAndLosesNothing() {
        writeBlocks(1);
        DaxFile clone = volume.clone("file", "clone");
        DaxWindow window = file.window(0, BLOCK);
        Actors.Actor fault = actors.park(SyncPoint.COW_AFTER_COPY, () -> window.putByte(0, STORED));
        Actors.Actor write = actors.start(() -> write(file, 10, 5, (byte) 'W'));
        write.awaitBlockedOrDone();
        fault.finish();
        write.finish();
        assertEquals(STORED, read(file, 0));
        assertEquals('W', read(file, 10));
        assertEquals(number(0), read(clone, 10));
        file.fsync();
        reopenAfterCrash();
        assertEquals(STORED, read(file, 0));
        assertEquals('W', read(file, 14));
    }

    /** Both owners copy at once: each thinks the other keeps the block, and the last one frees it. */
    @Test
    void bothOwnersMayCopyAtOnce() {
        writeBlocks(1);
        DaxFile clone = volume.clone("file", "clone");
        long block = MappingEntry.blockAt(file.parts().map.lookup(0), 0);
        Actors.Actor first = actors.park(SyncPoint.COW_AFTER_COPY, () -> write(file, 0, 1, STORED));
        write(clone, 0, 1, (byte) 'X');
        first.finish();
        assertEquals(0, volume.core().allocator.ownerCount(block));
        assertEquals(STORED, read(file, 0));
        assertEquals('X', read(clone, 0));
        assertEquals(number(0), read(clone, 1));
    }

    /** S39: the source of a clone stands still. */
    @Test
    void storesAndWritesDuringACloneAreInTheSourceOnly() {
        writeBlocks(3);
        DaxWindow window = file.window(0, 3 * BLOCK);
        window.putByte(0, (byte) 77);
        Actors.Actor clone = actors.park(SyncPoint.LAYOUT_MID_REMAP, () -> volume.clone("file", "clone"));
        Actors.Actor store = actors.start(() -> window.putByte(0, STORED));
        Actors.Actor write = actors.start(() -> write(file, BLOCK, 1, STORED));
        store.awaitBlockedOrDone();
        write.awaitBlockedOrDone();
        assertFalse(store.isDone() || write.isDone());
        clone.finish();
        store.finish();
        write.finish();
        assertEquals(List.of(77, 2, 3), heads(volume.open("clone")));
        assertEquals(List.of((int) STORED, (int) STORED, 3), heads(file));
    }

    /** S39: what differs is never replaced, whenever it began to differ. */
    @Test
    void writerDuringADedupeIsNeverSeenInTheOtherFile() {
        writeBlocks(2);
        DaxFile target = volume.create("target", DaxFileKind.ORDINARY);
        write(target, 0, BLOCK, number(0));
        write(target, BLOCK, BLOCK, number(1));
        DaxWindow window = file.window(0, 2 * BLOCK);
        window.putByte(0, number(0));
        boolean[] isShared = new boolean[1];
        Actors.Actor dedupe =
                actors.park(SyncPoint.LAYOUT_MID_REMAP, () -> isShared[0] = target.dedupeRange(file, 0, 0, 2 * BLOCK));
        Actors.Actor store = actors.start(() -> window.putByte(0, (byte) 'B'));
        store.awaitBlockedOrDone();
        dedupe.finish();
        store.finish();
        assertTrue(isShared[0]);
        assertEquals(List.of(1, 2), heads(target));
        assertEquals(List.of((int) 'B', 2), heads(file));
    }

    /** L9: both directions at once, each file a source and a target. */
    @Test
    void rangesClonedBothWaysAtOnceEnd() {
        writeBlocks(2);
        DaxFile other = volume.create("other", DaxFileKind.ORDINARY);
        write(other, 0, 2 * BLOCK, STORED);
        Actors.Actor there =
                actors.park(SyncPoint.LAYOUT_AFTER_LOCK, () -> other.cloneRange(file, 0, 2 * BLOCK, 2 * BLOCK));
        Actors.Actor back = actors.start(() -> file.cloneRange(other, 0, 2 * BLOCK, 2 * BLOCK));
        back.awaitBlockedOrDone();
        there.finish();
        back.finish();
        assertEquals(List.of((int) STORED, (int) STORED, 1, 2), heads(other));
        assertEquals(List.of(1, 2, (int) STORED, (int) STORED), heads(file));
    }

    /** S08 for an unwritten block: the second conversion zeroes nothing. */
    @Test
    void twoFaultsInOneUnwritten2MibBlockLoseNoStore() {
        file.allocate(0, HUGE);
        DaxWindow a = file.window(0, 8 * BLOCK);
        DaxWindow b = file.window(0, 8 * BLOCK);
        Actors.Actor slow = actors.park(SyncPoint.UNWRITTEN_BEFORE_ZERO, () -> a.putByte(0, STORED));
        b.putByte(5 * BLOCK, STORED);
        slow.finish();
        assertEquals(STORED, read(file, 0));
        assertEquals(STORED, read(file, 5 * BLOCK));
        VolumeChecker.check(file, a);
        VolumeChecker.check(file, b);
    }

    /** A read fault that looked up "unwritten" before another index's conversion must not leave zeroes over data. */
    @Test
    void readFaultUnderWayDoesNotHideWhatIsWrittenNextToIt() {
        file.allocate(0, HUGE);
        DaxWindow window = file.window(0, 8 * BLOCK);
        Actors.Actor reader = actors.park(SyncPoint.FAULT_AFTER_MAP, () -> window.getByte(5 * BLOCK));
        write(file, 0, 1, STORED);
        Actors.Actor writer = actors.start(() -> write(file, 5 * BLOCK, 1, STORED));
        writer.awaitBlockedOrDone();
        reader.finish();
        writer.finish();
        assertEquals(STORED, window.getByte(5 * BLOCK));
        VolumeChecker.check(file, window);
    }

    /** S34: what a fault that waits for a collapse maps is what stands there afterwards. */
    @Test
    void faultDuringACollapseSeesTheMovedBlock() {
        writeBlocks(4);
        DaxWindow window = file.window(0, 4 * BLOCK);
        window.putByte(BLOCK, STORED);
        Actors.Actor collapse = actors.park(SyncPoint.LAYOUT_MID_SWITCH, () -> file.collapseRange(0, BLOCK));
        byte[] found = new byte[1];
        Actors.Actor load = actors.start(() -> found[0] = window.getByte(0));
        load.awaitBlockedOrDone();
        assertFalse(load.isDone());
        collapse.finish();
        load.finish();
        assertEquals(STORED, found[0]);
    }
}
