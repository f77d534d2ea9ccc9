package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Taking a range out and putting a hole in move the bytes behind it, dirty ones and mapped ones too. */
class RangeShiftTest extends LayoutFixture {
    @Test
    void collapseMovesWhatFollows() {
        writeBlocks(6);
        long free = volume.freeSize();
        file.collapseRange(BLOCK, 2 * BLOCK);
        assertEquals(List.of(1, 4, 5, 6), heads(file));
        assertEquals(4 * BLOCK, file.size());
        assertTrue(volume.freeSize() > free, "the blocks taken out are free");
        reopenAfterCrash();
        assertEquals(List.of(1, 4, 5, 6), heads(file));
    }

    @Test
    void insertMovesWhatFollowsAndLeavesAHole() {
        writeBlocks(4);
        file.insertRange(BLOCK, 2 * BLOCK);
        assertEquals(List.of(1, 0, 0, 2, 3, 4), heads(file));
        assertEquals(List.of(new Extent(BLOCK, 2 * BLOCK, ExtentState.HOLE)), file.extents(BLOCK, 2 * BLOCK));
        reopenAfterCrash();
        assertEquals(List.of(1, 0, 0, 2, 3, 4), heads(file));
    }

    /** S34. */
    @Test
    void storesInWhatMovesAreSeenInTheNewPlaceAndDurable() {
        writeBlocks(4);
        DaxWindow window = file.window(0, 8 * BLOCK);
        window.putByte(0, STORED);
        window.putByte(BLOCK + 5, STORED);
        window.putByte(3 * BLOCK + 5, STORED);
        file.collapseRange(2 * BLOCK, BLOCK);
        assertEquals(STORED, window.getByte(2 * BLOCK + 5));
        assertEquals(STORED, window.getByte(BLOCK + 5));
        assertThrows(BeyondEndOfFileException.class, () -> window.getByte(3 * BLOCK));
        window.putByte(2 * BLOCK + 6, STORED);
        assertEquals(1, file.dirtyLineCount(), "the line stored to since");
        VolumeChecker.check(file, window);
        file.fsync();
        reopenAfterCrash();
        assertEquals(STORED, read(file, 0));
        assertEquals(STORED, read(file, BLOCK + 5));
        assertEquals(STORED, read(file, 2 * BLOCK + 5));
        assertEquals(STORED, read(file, 2 * BLOCK + 6));
    }

    @Test
    void shiftBy2MibKeeps2MibBlocksAndAnotherBreaksThem() {
        writeBlocks(1536);
        file.collapseRange(0, HUGE);
        assertTrue(MappingEntry.isHuge(file.parts().map.lookup(512)));
        assertEquals(number(512), read(file, 0));
        file.insertRange(100 * BLOCK, BLOCK);
        assertEquals(number(512 + 99), read(file, 99 * BLOCK));
        assertEquals(0, read(file, 100 * BLOCK));
        assertEquals(number(512 + 100), read(file, 101 * BLOCK));
        assertEquals(number(1535), read(file, 1024 * BLOCK));
        file.collapseRange(100 * BLOCK, BLOCK);
        assertEquals(number(1535), read(file, 1023 * BLOCK));
        assertEquals(2 * HUGE, file.size());
    }

    @Test
    void unwrittenSpaceAndSharedBlocksMoveAsWhatTheyAre() {
        writeBlocks(2);
        file.allocate(2 * BLOCK, 2 * BLOCK);
        DaxFile clone = volume.clone("file", "clone");
        file.insertRange(0, BLOCK);
        assertEquals(
                List.of(
                        new Extent(0, BLOCK, ExtentState.HOLE),
                        new Extent(BLOCK, 2 * BLOCK, ExtentState.SHARED),
                        new Extent(3 * BLOCK, 2 * BLOCK, ExtentState.UNWRITTEN)),
                file.extents(0, 5 * BLOCK));
        file.collapseRange(BLOCK, BLOCK);
        write(file, BLOCK, BLOCK, STORED);
        assertEquals(List.of(1, 2, 0, 0), heads(clone));
    }

    @Test
    void sizeThatIsNoMultipleOfABlockMovesToo() {
        writeBlocks(3);
        write(file, 3 * BLOCK, 10, STORED);
        file.collapseRange(0, BLOCK);
        assertEquals(2 * BLOCK + 10, file.size());
        file.insertRange(2 * BLOCK, BLOCK);
        assertEquals(3 * BLOCK + 10, file.size());
        assertEquals(STORED, read(file, 3 * BLOCK + 9));
    }

    @Test
    void rangesThatCannotMoveAreRefused() {
        writeBlocks(4);
        assertThrows(IllegalArgumentException.class, () -> file.collapseRange(1, BLOCK));
        assertThrows(IllegalArgumentException.class, () -> file.collapseRange(0, 100));
        assertThrows(IllegalArgumentException.class, () -> file.collapseRange(2 * BLOCK, 2 * BLOCK));
        assertThrows(IllegalArgumentException.class, () -> file.insertRange(4 * BLOCK, BLOCK));
        assertThrows(IllegalArgumentException.class, () -> file.insertRange(0, 1));
        assertThrows(NoSpaceException.class, () -> file.insertRange(0, BlockMap.INDEX_COUNT * BLOCK));
        file.collapseRange(0, 0);
        file.insertRange(0, 0);
        assertEquals(List.of(1, 2, 3, 4), heads(file));
    }

    @Test
    void shiftWithoutRoomForTheTablesChangesNothing() {
        writeBlocks(4);
        fillVolume(BLOCK);
        DaxWindow window = file.window(0, 4 * BLOCK);
        window.putByte(9, STORED);
        assertThrows(NoSpaceException.class, () -> file.insertRange(0, BLOCK));
        assertEquals(BLOCK, volume.freeSize());
        assertEquals(STORED, window.getByte(9));
        assertEquals(List.of(1, 2, 3, 4), heads(file));
    }
}
