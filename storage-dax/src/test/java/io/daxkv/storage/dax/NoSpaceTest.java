package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * On a full volume a store or write that needs a block is a typed error that leaves nothing behind: no locked or empty
 * entry, no dirt, no translation, no changed size; it works once there is room. S43.
 */
class NoSpaceTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final byte STORED = 'S';

    private final RecordingPmem pmem = new RecordingPmem(4L << 20);
    private final DaxVolume volume = DaxVolume.format(pmem);
    private final DaxFile file = volume.create("file", DaxFileKind.ORDINARY);
    private final DaxFile other = volume.create("other", DaxFileKind.ORDINARY);
    private final DaxWindow window = file.window(0, 8 * BLOCK);

    @BeforeEach
    void fillVolume() {
        file.truncate(8 * BLOCK);
        file.write(7 * BLOCK, ByteBuffer.wrap(new byte[1]));
        for (long at = 0; volume.freeSize() > 0; at += BLOCK) {
            other.write(at, ByteBuffer.wrap(new byte[1]));
        }
        file.fsync();
    }

    @AfterEach
    void layerIsSound() {
        VolumeChecker.check(volume);
        VolumeChecker.check(file, window);
    }

    @Test
    void storeToAHoleFailsAndWorksLater() {
        assertThrows(NoSpaceException.class, () -> window.putByte(BLOCK, STORED));
        isAsBefore();
        assertEquals(-1, window.loadAddress(1), "no translation of an index that was never mapped");
        other.punchHole(0, BLOCK);
        window.putByte(BLOCK, STORED);
        assertEquals(STORED, read(BLOCK));
    }

    @Test
    void storeToAHoleThatWasReadStillReadsZero() {
        assertEquals(0, window.getByte(BLOCK));
        assertThrows(NoSpaceException.class, () -> window.putByte(BLOCK, STORED));
        isAsBefore();
        assertEquals(0, window.getByte(BLOCK));
        assertEquals(-1, window.storeAddress(1));
        other.punchHole(0, BLOCK);
        window.putByte(BLOCK, STORED);
        assertEquals(STORED, window.getByte(BLOCK));
    }

    @Test
    void writeToHolesFailsWholeAndWorksLater() {
        assertThrows(NoSpaceException.class, () -> file.write(6 * BLOCK, ByteBuffer.wrap(new byte[4 * BLOCK])));
        isAsBefore();
        other.punchHole(0, 3 * BLOCK);
        file.write(6 * BLOCK, ByteBuffer.wrap(new byte[4 * BLOCK]));
        assertEquals(10 * BLOCK, file.size());
    }

    @Test
    void storeThatNeedsATableFailsAndWorksLater() {
        file.truncate(8L << 20);
        DaxWindow far = file.window(4L << 20, BLOCK);
        assertThrows(NoSpaceException.class, () -> far.putByte(0, STORED));
        other.punchHole(0, BLOCK);
        assertThrows(NoSpaceException.class, () -> far.putByte(0, STORED), "a block, and none for the table");
        VolumeChecker.check(volume);
        assertEquals(0, file.dirtyLineCount());
        other.punchHole(BLOCK, 4 * BLOCK);
        far.putByte(0, STORED);
        assertEquals(STORED, read(4L << 20));
        VolumeChecker.check(file, far);
    }

    @Test
    void leaseAndPreallocationFailWhole() {
        assertThrows(NoSpaceException.class, () -> file.lease(0, 8 * BLOCK));
        assertThrows(NoSpaceException.class, () -> file.allocate(0, 9 * BLOCK));
        isAsBefore();
    }

    private void isAsBefore() {
        assertEquals(8 * BLOCK, file.size());
        assertEquals(0, file.dirtyLineCount());
        assertEquals(0, volume.freeSize());
        VolumeChecker.check(volume);
    }

    private byte read(long offset) {
        ByteBuffer found = ByteBuffer.allocate(1);
        file.read(offset, found);
        return found.get(0);
    }
}
