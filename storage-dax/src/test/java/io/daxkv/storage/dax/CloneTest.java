package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A clone has the bytes of its source at one instant and shares its blocks; whoever writes first, by whichever path,
 * copies, and the other side never sees it.
 */
class CloneTest extends LayoutFixture {
    @Test
    void cloneHasTheBytesAndSharesTheBlocks() {
        writeBlocks(5);
        long free = volume.freeSize();
        DaxFile clone = volume.clone("file", "clone");
        assertArrayEquals(content(file), content(clone));
        assertTrue(volume.freeSize() >= free - 3 * BLOCK, "tables only");
        assertEquals(List.of(new Extent(0, 5 * BLOCK, ExtentState.SHARED)), clone.extents(0, 5 * BLOCK));
        assertEquals(clone, volume.open("clone"));
    }

    @Test
    void emptyFileHasAnEmptyClone() {
        DaxFile clone = volume.clone("file", "clone");
        write(clone, 0, 1, STORED);
        assertEquals(0, file.size());
        reopenAfterCrash();
        assertEquals(0, volume.open("clone").size());
    }

    /** A raw store that lands in a shared block would be seen in the clone. */
    @Test
    void leasedRangeIsNeitherSharedNorMoved() {
        writeBlocks(4);
        file.fsync();
        volume = DaxVolume.open(pmem, new DaxVolumeOptions(Duration.ZERO, () -> 0L));
        file = volume.open("file");
        try (RawLease lease = file.lease(2 * BLOCK, BLOCK)) {
            assertThrows(RangeLeasedException.class, () -> volume.clone("file", "clone"));
            assertThrows(RangeLeasedException.class, () -> file.collapseRange(0, BLOCK));
            assertThrows(RangeLeasedException.class, () -> file.cloneRange(file, 2 * BLOCK, 0, BLOCK));
            file.cloneRange(file, 0, BLOCK, BLOCK);
            assertEquals(2 * BLOCK, lease.offset());
        }
        volume.clone("file", "clone");
        assertEquals(List.of(1, 1, 3, 4), heads(volume.open("clone")));
    }

    @Test
    void pinnedBlockOutlivesTheCopyThatReplacesIt() {
        writeBlocks(2);
        DaxFile clone = volume.clone("file", "clone");
        long block = MappingEntry.blockAt(file.parts().map.lookup(0), 0);
        try (DaxPin pin = file.pin(0, BLOCK)) {
            write(file, 0, BLOCK, STORED);
            write(clone, 0, BLOCK, (byte) 99);
            byte[] found = new byte[1];
            pin.get(0, found, 0, 1);
            assertEquals(number(0), found[0], "neither owner stores in place");
        }
        assertEquals(0, volume.core().allocator.ownerCount(block));
        assertEquals(99, read(clone, 0));
    }

    @Test
    void unsyncedStoresAreInTheCloneAndDurable() {
        writeBlocks(2);
        DaxWindow window = file.window(0, 2 * BLOCK);
        window.putByte(BLOCK + 9, STORED);
        volume.clone("file", "clone");
        reopenAfterCrash();
        assertEquals(STORED, read(volume.open("clone"), BLOCK + 9));
        assertEquals(STORED, read(file, BLOCK + 9));
    }

    @Test
    void storeThroughALivingWindowOfTheSourceCopies() {
        writeBlocks(3);
        DaxWindow window = file.window(0, 3 * BLOCK);
        window.putByte(BLOCK, (byte) 77);
        DaxFile clone = volume.clone("file", "clone");
        window.putByte(BLOCK, STORED);
        window.putByte(BLOCK + 1, STORED);
        assertEquals(STORED, window.getByte(BLOCK));
        assertEquals(STORED, read(file, BLOCK));
        assertEquals(77, read(clone, BLOCK));
        assertEquals(number(1), read(clone, BLOCK + 1));
        assertEquals(number(1), read(file, BLOCK + 2), "the rest of the block came along");
        assertEquals(
                List.of(
                        new Extent(0, BLOCK, ExtentState.SHARED),
                        new Extent(BLOCK, BLOCK, ExtentState.MAPPED),
                        new Extent(2 * BLOCK, BLOCK, ExtentState.SHARED)),
                file.extents(0, 3 * BLOCK));
        VolumeChecker.check(file, window);
    }

    @Test
    void writeIntoTheCloneCopiesAndItsReadersAreTold() {
        writeBlocks(3);
        DaxFile clone = volume.clone("file", "clone");
        DaxWindow reader = clone.window(0, 3 * BLOCK);
        DaxWindow other = file.window(0, 3 * BLOCK);
        assertEquals(number(1), reader.getByte(BLOCK));
        assertEquals(number(1), other.getByte(BLOCK));
        write(clone, BLOCK + 100, 50, STORED);
        assertEquals(STORED, reader.getByte(BLOCK + 100));
        assertEquals(number(1), reader.getByte(BLOCK + 99));
        assertEquals(number(1), other.getByte(BLOCK + 100));
        VolumeChecker.check(clone, reader);
        VolumeChecker.check(file, other);
    }

    @Test
    void lastOwnerStoresInPlace() {
        writeBlocks(2);
        DaxFile clone = volume.clone("file", "clone");
        long block = file.parts().map.lookup(0);
        write(clone, 0, 1, STORED);
        write(file, 0, 1, STORED);
        assertEquals(block, file.parts().map.lookup(0));
        volume.delete("clone");
        write(file, BLOCK, 1, STORED);
        assertEquals(List.of(new Extent(0, 2 * BLOCK, ExtentState.MAPPED)), file.extents(0, 2 * BLOCK));
    }

    @Test
    void copyOf2MibBlockIsOf4KibAndKeepsTheRestShared() {
        writeBlocks(512);
        DaxWindow window = file.window(0, HUGE);
        window.putByte(0, STORED);
        assertTrue(MappingEntry.isHuge(file.parts().tree.chunk(0).entryAt(0)));
        DaxFile clone = volume.clone("file", "clone");
        assertTrue(MappingEntry.isHuge(clone.parts().map.lookup(0)));
        assertEquals(STORED, window.getByte(0));
        window.putByte(100 * BLOCK, STORED);
        DaxWindow whole = clone.window(0, HUGE);
        assertEquals(number(100), whole.getByte(100 * BLOCK));
        whole.putByte(7 * BLOCK, (byte) 99);
        assertEquals(number(7), window.getByte(7 * BLOCK));
        VolumeChecker.check(file, window);
        VolumeChecker.check(clone, whole);
        file.fsync();
        clone.fsync();
        reopenAfterCrash();
        assertEquals(STORED, read(file, 100 * BLOCK));
        assertEquals(number(100), read(volume.open("clone"), 100 * BLOCK));
        assertEquals(99, read(volume.open("clone"), 7 * BLOCK));
    }

    @Test
    void ownersAreCountedAgainWhenTheVolumeIsOpened() {
        writeBlocks(3);
        volume.clone("file", "a");
        volume.clone("a", "b");
        file.fsync();
        reopenAfterCrash();
        long block = MappingEntry.blockAt(file.parts().map.lookup(1), 1);
        assertEquals(3, volume.core().allocator.ownerCount(block));
        write(file, BLOCK, 1, STORED);
        assertEquals(2, volume.core().allocator.ownerCount(block));
        assertEquals(number(1), read(volume.open("b"), BLOCK));
    }

    @Test
    void copyIsDurableBeforeTheNextFsyncNamesIt() {
        writeBlocks(2);
        DaxFile clone = volume.clone("file", "clone");
        DaxWindow window = file.window(0, 2 * BLOCK);
        window.putByte(5, STORED);
        reopenAfterCrash();
        byte[] bytes = content(file);
        assertEquals(number(0), bytes[6], "a copied byte needs no fsync");
        assertEquals(number(0), read(volume.open("clone"), 5));
        assertEquals("clone", clone.name());
    }

    @Test
    void holesAndReservedBlocksAreHolesInTheClone() {
        file.allocate(0, 4 * BLOCK);
        write(file, BLOCK, BLOCK, STORED);
        file.truncate(8 * BLOCK);
        DaxFile clone = volume.clone("file", "clone");
        assertEquals(
                List.of(
                        new Extent(0, BLOCK, ExtentState.HOLE),
                        new Extent(BLOCK, BLOCK, ExtentState.SHARED),
                        new Extent(2 * BLOCK, 6 * BLOCK, ExtentState.HOLE)),
                clone.extents(0, 8 * BLOCK));
        assertEquals(8 * BLOCK, clone.size());
    }

    @Test
    void layoutChangesOfOneLeaveTheOtherAlone() {
        writeBlocks(6);
        DaxFile clone = volume.clone("file", "clone");
        file.punchHole(BLOCK + 10, 2 * BLOCK);
        file.truncate(4 * BLOCK + 100);
        file.zeroRange(3 * BLOCK, BLOCK, SizeRule.KEEP);
        assertEquals(List.of(1, 2, 3, 4, 5, 6), heads(clone));
        assertEquals(number(1), read(clone, BLOCK + 10));
        assertEquals(number(4), read(clone, 4 * BLOCK + 100));
        assertEquals(List.of(1, 2, 0, 0, 5), heads(file));
    }

    @Test
    void cloneWithoutRoomChangesNothing() {
        writeBlocks(600);
        fillVolume(BLOCK);
        assertThrows(NoSpaceException.class, () -> volume.clone("file", "clone"));
        assertFalse(volume.exists("clone"));
        assertEquals(BLOCK, volume.freeSize());
        assertThrows(IllegalArgumentException.class, () -> volume.clone("file", "other"));
    }

    @Test
    void copyWithoutRoomLeavesTheBlockShared() {
        writeBlocks(1);
        DaxFile clone = volume.clone("file", "clone");
        DaxWindow window = clone.window(0, BLOCK);
        fillVolume(0);
        assertThrows(NoSpaceException.class, () -> window.putByte(0, STORED));
        assertThrows(NoSpaceException.class, () -> write(clone, 0, 1, STORED));
        assertEquals(number(0), window.getByte(0));
        volume.delete("other");
        window.putByte(0, STORED);
        assertEquals(number(0), read(file, 0));
    }

    @Test
    void clonedRangeHasTheBytesAndGrowsTheFile() {
        writeBlocks(6);
        DaxFile target = volume.create("target", DaxFileKind.ORDINARY);
        write(target, 0, 100, STORED);
        target.window(0, BLOCK).putByte(200, STORED);
        target.cloneRange(file, 2 * BLOCK, 3 * BLOCK, 2 * BLOCK);
        assertEquals(List.of((int) STORED, 0, 0, 3, 4), heads(target));
        assertEquals(0, read(target, 200), "what a window left behind the old end");
        reopenAfterCrash();
        assertEquals(5 * BLOCK, volume.open("target").size());
        assertEquals(4, read(volume.open("target"), 4 * BLOCK));
    }

    @Test
    void clonedRangeReplacesWhatStoodThere() {
        writeBlocks(6);
        long free = volume.freeSize();
        DaxWindow window = file.window(0, 6 * BLOCK);
        window.putByte(4 * BLOCK, STORED);
        file.cloneRange(file, 0, 4 * BLOCK, 2 * BLOCK);
        assertEquals(List.of(1, 2, 3, 4, 1, 2), heads(file));
        assertEquals(number(0), window.getByte(4 * BLOCK));
        assertEquals(free + 2 * BLOCK, volume.freeSize());
        window.putByte(4 * BLOCK, STORED);
        assertEquals(number(0), window.getByte(0));
        file.cloneRange(file, 2 * BLOCK, 0, 2 * BLOCK);
        file.cloneRange(file, 2 * BLOCK, 0, 2 * BLOCK);
        assertEquals(List.of(3, 4, 3, 4, (int) STORED, 2), heads(file));
        VolumeChecker.check(file, window);
    }

    @Test
    void clonedRangeOf2MibBlocksKeepsThemWhereItCan() {
        writeBlocks(1024);
        DaxFile target = volume.create("target", DaxFileKind.ORDINARY);
        target.cloneRange(file, HUGE, 0, HUGE);
        assertTrue(MappingEntry.isHuge(target.parts().map.lookup(0)));
        assertEquals(number(512 + 9), read(target, 9 * BLOCK));
        target.cloneRange(file, BLOCK, 0, HUGE);
        assertFalse(MappingEntry.isHuge(target.parts().map.lookup(0)));
        assertEquals(number(10), read(target, 9 * BLOCK));
        target.cloneRange(file, 0, HUGE - BLOCK, 3 * BLOCK);
        assertEquals(number(0), read(target, HUGE - BLOCK));
        assertEquals(number(2), read(target, HUGE + BLOCK));
        target.cloneRange(file, 0, 0, HUGE);
        assertEquals(number(100), read(target, 100 * BLOCK));
    }

    @Test
    void tailOfTheSourceIsClonedToTheEndOfTheFile() {
        writeBlocks(2);
        write(file, 2 * BLOCK, 100, STORED);
        file.window(0, 3 * BLOCK).putByte(2 * BLOCK + 200, STORED);
        DaxFile target = volume.create("target", DaxFileKind.ORDINARY);
        target.cloneRange(file, 0, 0, 2 * BLOCK + 100);
        assertArrayEquals(content(file), content(target));
        target.truncate(3 * BLOCK);
        assertEquals(0, read(target, 2 * BLOCK + 200));
        file.truncate(3 * BLOCK);
        assertEquals(0, read(file, 2 * BLOCK + 200));
    }

    @Test
    void rangesThatCannotBeSharedAreRefused() {
        writeBlocks(4);
        DaxFile target = volume.create("target", DaxFileKind.ORDINARY);
        write(target, 0, 4 * BLOCK, STORED);
        List<long[]> bad =
                List.of(new long[] {1, 0, BLOCK}, new long[] {0, 1, BLOCK}, new long[] {0, 0, 100}, new long[] {
                    3 * BLOCK, 0, 2 * BLOCK
                });
        for (long[] range : bad) {
            assertThrows(IllegalArgumentException.class, () -> target.cloneRange(file, range[0], range[1], range[2]));
        }
        assertThrows(IllegalArgumentException.class, () -> file.cloneRange(file, 0, BLOCK, 2 * BLOCK));
        assertThrows(IllegalArgumentException.class, () -> target.dedupeRange(file, 0, BLOCK, 4 * BLOCK));
        assertEquals(STORED, read(target, 0));
        target.cloneRange(file, 0, 0, 0);
    }

    @Test
    void equalRangesAreSharedAndOthersAreNot() {
        writeBlocks(4);
        DaxFile target = volume.create("target", DaxFileKind.ORDINARY);
        target.write(0, ByteBuffer.wrap(content(file)));
        target.window(0, 4 * BLOCK).putByte(2 * BLOCK, STORED);
        assertFalse(target.dedupeRange(file, 0, 0, 4 * BLOCK));
        assertEquals(List.of(new Extent(0, 4 * BLOCK, ExtentState.MAPPED)), target.extents(0, 4 * BLOCK));
        assertEquals(STORED, read(target, 2 * BLOCK));
        long free = volume.freeSize();
        assertTrue(target.dedupeRange(file, 0, 0, 2 * BLOCK));
        assertEquals(free + 2 * BLOCK, volume.freeSize());
        assertEquals(List.of(1, 2, (int) STORED, 4), heads(target));
        assertTrue(file.dedupeRange(file, 0, BLOCK, 0));
    }

    @Test
    void dedupeOfReservedSpaceMakesHoles() {
        file.allocate(0, 2 * BLOCK);
        DaxFile target = volume.create("target", DaxFileKind.ORDINARY);
        write(target, 0, 2 * BLOCK, (byte) 0);
        assertTrue(target.dedupeRange(file, 0, 0, 2 * BLOCK));
        assertEquals(List.of(new Extent(0, 2 * BLOCK, ExtentState.HOLE)), target.extents(0, 2 * BLOCK));
    }
}
