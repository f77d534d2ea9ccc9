package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A zeroed range reads as zero by every path and keeps or gets its blocks; the bytes around it stay. */
class ZeroRangeTest extends LayoutFixture {
    @Test
    void wholeBlocksBecomeUnwrittenAndEdgesAreZeroed() {
        writeBlocks(5);
        DaxWindow window = file.window(0, 5 * BLOCK);
        window.putByte(2 * BLOCK, STORED);
        long free = volume.freeSize();
        file.zeroRange(BLOCK + 100, 2 * BLOCK, SizeRule.EXTEND);
        assertEquals(free, volume.freeSize());
        assertEquals(number(1), window.getByte(BLOCK + 99));
        for (int at : new int[] {BLOCK + 100, 2 * BLOCK, 3 * BLOCK, 3 * BLOCK + 99}) {
            assertEquals(0, window.getByte(at), "offset=" + at);
            assertEquals(0, read(file, at), "offset=" + at);
        }
        assertEquals(number(3), window.getByte(3 * BLOCK + 100));
        assertEquals(
                List.of(
                        new Extent(0, 2 * BLOCK, ExtentState.MAPPED),
                        new Extent(2 * BLOCK, BLOCK, ExtentState.UNWRITTEN),
                        new Extent(3 * BLOCK, 2 * BLOCK, ExtentState.MAPPED)),
                file.extents(0, 5 * BLOCK));
        window.putByte(2 * BLOCK + 7, STORED);
        assertEquals(STORED, read(file, 2 * BLOCK + 7));
        assertEquals(0, read(file, 2 * BLOCK));
        VolumeChecker.check(file, window);
        file.fsync();
        reopenAfterCrash();
        assertEquals(0, read(file, BLOCK + 100));
        assertEquals(0, read(file, 3 * BLOCK + 99));
        assertEquals(STORED, read(file, 2 * BLOCK + 7));
    }

    @Test
    void rangeInsideOneBlockIsZeroed() {
        writeBlocks(1);
        file.zeroRange(10, 20, SizeRule.KEEP);
        assertEquals(number(0), read(file, 9));
        assertEquals(0, read(file, 10));
        assertEquals(0, read(file, 29));
        assertEquals(number(0), read(file, 30));
    }

    @Test
    void partOfA2MibBlockIsSplitOff() {
        writeBlocks(512);
        DaxWindow window = file.window(0, HUGE);
        window.putByte(0, STORED);
        window.putByte(100 * BLOCK, STORED);
        file.zeroRange(99 * BLOCK, 3 * BLOCK, SizeRule.KEEP);
        assertEquals(0, window.getByte(100 * BLOCK));
        assertEquals(STORED, window.getByte(0));
        file.fsync();
        reopenAfterCrash();
        assertEquals(STORED, read(file, 0), "dirt outside the range was kept");
        assertEquals(number(102), read(file, 102 * BLOCK));
    }

    @Test
    void whole2MibBlockStaysOne() {
        writeBlocks(512);
        file.zeroRange(0, HUGE, SizeRule.KEEP);
        assertEquals(List.of(new Extent(0, HUGE, ExtentState.UNWRITTEN)), file.extents(0, HUGE));
        assertTrue(MappingEntry.isHuge(file.parts().map.lookup(0)));
    }

    @Test
    void holesGetBlocksAndTheEndMovesAsAsked() {
        write(file, 0, 100, STORED);
        file.window(0, BLOCK).putByte(200, STORED);
        file.zeroRange(BLOCK, 2 * BLOCK + 10, SizeRule.KEEP);
        assertEquals(100, file.size());
        file.zeroRange(BLOCK, 2 * BLOCK + 10, SizeRule.EXTEND);
        assertEquals(3 * BLOCK + 10, file.size());
        assertEquals(0, read(file, 200));
        assertEquals(List.of(new Extent(BLOCK, 3 * BLOCK, ExtentState.UNWRITTEN)), file.extents(BLOCK, 3 * BLOCK));
        reopenAfterCrash();
        assertEquals(3 * BLOCK + 10, file.size());
        assertEquals(0, read(file, 200));
    }

    @Test
    void withoutRoomNothingChanges() {
        writeBlocks(4);
        volume.clone("file", "clone");
        fillVolume(BLOCK);
        assertThrows(NoSpaceException.class, () -> file.zeroRange(0, 4 * BLOCK, SizeRule.KEEP));
        assertEquals(List.of(1, 2, 3, 4), heads(file));
        assertEquals(BLOCK, volume.freeSize());
        assertThrows(NoSpaceException.class, () -> file.punchHole(10, 2 * BLOCK));
        assertEquals(List.of(1, 2, 3, 4), heads(file));
        assertEquals(number(0), read(file, 10));
    }
}
