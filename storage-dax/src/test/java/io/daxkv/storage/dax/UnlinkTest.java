package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A deleted file's name is gone at once and for good, its bytes are there for as long as a window or pin of it is, and
 * no other file gets its blocks before. S40.
 */
class UnlinkTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final byte MINE = 'm';
    private static final byte FOREIGN = 'g';

    private final RecordingPmem pmem = new RecordingPmem(8L << 20);
    private DaxVolume volume = DaxVolume.format(pmem);
    private final long free = volume.freeSize();

    @AfterEach
    void layerIsSound() {
        VolumeChecker.check(volume);
    }

    @Test
    void windowsAndPinsWorkOnAndTheLastOneOutFrees() {
        DaxFile file = newFile("file", 2 * BLOCK);
        long table = volume.core().allocator.freeBlocks();
        DaxWindow window = file.window(0, 4 * BLOCK);
        DaxPin pin = file.pin(0, BLOCK);
        volume.delete("file");
        assertFalse(volume.exists("file"));
        assertEquals(table, volume.core().allocator.freeBlocks(), "nothing is free yet");

        DaxFile other = fillVolume();
        window.putByte(0, (byte) 1);
        assertEquals(1, window.getByte(0));
        assertEquals(MINE, window.getByte(BLOCK));
        window.close();
        assertEquals(0, volume.freeSize());
        byte[] found = new byte[1];
        pin.get(0, found, 0, 1);
        assertEquals(1, found[0]);
        assertEquals(FOREIGN, read(other, 0));
        VolumeChecker.check(volume);
        pin.close();
        assertTrue(volume.freeSize() >= 2 * BLOCK);
        volume.delete("other");
        // The table of inodes has a block and a map by now.
        assertEquals(free - 2 * BLOCK, volume.freeSize());
    }

    @Test
    void windowOfADeletedFileStillFillsHoles() {
        DaxFile file = newFile("file", BLOCK);
        file.truncate(4 * BLOCK);
        DaxWindow window = file.window(0, 4 * BLOCK);
        volume.delete("file");
        DaxFile next = newFile("file", BLOCK);
        window.putByte(3 * BLOCK, FOREIGN);
        window.putByte(0, FOREIGN);
        assertEquals(FOREIGN, window.getByte(3 * BLOCK));
        assertEquals(MINE, read(next, 0), "the new file of that name is another file");
        window.close();
    }

    @Test
    void callsOnADeletedFileSaySo() {
        DaxFile file = newFile("file", BLOCK);
        DaxWindow window = file.window(0, BLOCK);
        volume.delete("file");
        assertThrows(FileDeletedException.class, () -> file.read(0, ByteBuffer.allocate(1)));
        assertThrows(FileDeletedException.class, () -> file.write(0, ByteBuffer.allocate(1)));
        assertThrows(FileDeletedException.class, () -> file.window(0, BLOCK));
        assertThrows(FileDeletedException.class, () -> file.pin(0, BLOCK));
        assertThrows(FileDeletedException.class, () -> file.truncate(0));
        assertThrows(FileDeletedException.class, () -> file.allocate(0, BLOCK));
        assertThrows(FileDeletedException.class, () -> file.punchHole(0, BLOCK));
        assertThrows(FileDeletedException.class, file::fsync);
        window.close();
        assertThrows(WindowClosedException.class, () -> window.getByte(0));
    }

    @Test
    void writeBackOfADeletedFileLeavesTheNextOwnerOfItsInodeAlone() {
        DaxFile file = newFile("file", BLOCK);
        file.fsync();
        FileParts parts = file.parts();
        DaxWindow window = file.window(0, BLOCK);
        file.write(BLOCK, ByteBuffer.wrap(new byte[BLOCK]));
        assertNotEquals(parts.inode.size(), parts.inode.durableSize());
        volume.delete("file");
        DaxFile next = newFile("next", 3 * BLOCK);
        next.fsync();
        window.putByte(0, FOREIGN);
        new Writeback(parts).fsync(0, BlockMap.INDEX_COUNT);
        assertEquals(0, file.dirtyLineCount());
        window.close();
        DaxFile last = newFile("last", 3 * BLOCK);
        last.fsync();
        volume = DaxVolume.open(pmem.crashKeepingNothing());
        assertEquals(3 * BLOCK, volume.open("next").size());
        assertEquals(3 * BLOCK, volume.open("last").size());
        assertFalse(volume.exists("file"));
    }

    @Test
    void inodeSlotComesBackWithTheBlocks() {
        newFile("file", BLOCK).window(0, BLOCK).close();
        long slot = volume.open("file").parts().inode.offset;
        DaxWindow window = volume.open("file").window(0, BLOCK);
        volume.delete("file");
        assertFalse(volume.core().freeInodes.contains(slot), "its map's root lies in it");
        window.close();
        window.close();
        assertEquals(
                1,
                volume.core().freeInodes.stream().filter(free -> free == slot).count());
    }

    @Test
    void crashEndsADeletedFileAndLosesNoBlock() {
        DaxFile file = newFile("file", 8 * BLOCK);
        file.fsync();
        DaxWindow window = file.window(0, 8 * BLOCK);
        volume.delete("file");
        window.putByte(0, FOREIGN);
        volume = DaxVolume.open(pmem.crashKeepingNothing());
        assertFalse(volume.exists("file"));
        assertEquals(free - 2 * BLOCK, volume.freeSize());
    }

    private DaxFile fillVolume() {
        DaxFile other = volume.create("other", DaxFileKind.ORDINARY);
        byte[] bytes = new byte[BLOCK];
        Arrays.fill(bytes, FOREIGN);
        for (long at = 0; volume.freeSize() > 0; at += BLOCK) {
            other.write(at, ByteBuffer.wrap(bytes));
        }
        return other;
    }

    private DaxFile newFile(String name, int length) {
        DaxFile file = volume.create(name, DaxFileKind.ORDINARY);
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, MINE);
        file.write(0, ByteBuffer.wrap(bytes));
        return file;
    }

    private static byte read(DaxFile file, long offset) {
        ByteBuffer found = ByteBuffer.allocate(1);
        file.read(offset, found);
        return found.get(0);
    }
}
