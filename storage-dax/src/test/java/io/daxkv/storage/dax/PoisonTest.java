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
import org.junit.jupiter.api.Timeout;

/**
 * Lost bytes are a typed error wherever they are needed and nowhere else; a whole block written anew is good again, and
 * not before its bytes are durable; a lost block given up is nobody's. S59, S60.
 */
@Timeout(60)
class PoisonTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final int HUGE = (int) VolumeLayout.HUGE_SIZE;
    private static final byte OLD = 'o';
    private static final byte NEW = 'n';

    private final FaultyPmem pmem = new FaultyPmem(new RecordingPmem(12L << 20));
    private final Actors actors = new Actors();
    private DaxVolume volume = newVolume(new FileOperations());
    private DaxFile file = volume.create("file", DaxFileKind.ORDINARY);

    private DaxVolume newVolume(FileOperations operations) {
        DaxVolume.format(pmem);
        return new DaxVolume(pmem, operations, actors);
    }

    @AfterEach
    void layerIsSound() {
        actors.close();
        VolumeChecker.check(volume);
    }

    @Test
    void windowsMeetLostBytesWithATypedErrorAndNeighboursGoOn() {
        write(0, 3 * BLOCK, OLD);
        DaxWindow window = file.window(0, 3 * BLOCK);
        window.putByte(BLOCK, NEW);
        file.markPoisoned(BLOCK + 100, 1);
        PoisonedException lost = assertThrows(PoisonedException.class, () -> window.getByte(BLOCK));
        assertEquals("file", lost.file());
        assertEquals(BLOCK, lost.offset());
        assertEquals(BLOCK, lost.length());
        assertThrows(PoisonedException.class, () -> window.putByte(2 * BLOCK - 1, NEW));
        assertThrows(PoisonedException.class, () -> file.window(0, 3 * BLOCK).getLong(BLOCK - 4));
        window.putByte(BLOCK - 1, NEW);
        assertEquals(NEW, window.getByte(BLOCK - 1));
        assertEquals(OLD, window.getByte(2 * BLOCK));
        file.fsync();
        VolumeChecker.check(file, window);
    }

    @Test
    void poisonInsideA2MibBlockLeavesItsOtherPagesAlone() {
        file.allocate(0, HUGE);
        DaxWindow window = file.window(0, HUGE);
        window.putByte(0, OLD);
        window.putByte(9 * BLOCK, OLD);
        file.markPoisoned(5L * BLOCK, BLOCK);
        assertThrows(PoisonedException.class, () -> window.getByte(5 * BLOCK + 1));
        assertThrows(PoisonedException.class, () -> file.window(0, HUGE).putByte(5 * BLOCK, NEW));
        window.putByte(4 * BLOCK, NEW);
        assertEquals(OLD, window.getByte(0));
        assertEquals(OLD, window.getByte(9 * BLOCK));
        assertEquals(NEW, file.window(0, HUGE).getByte(4 * BLOCK));
        write(5 * BLOCK, BLOCK, NEW);
        assertEquals(NEW, window.getByte(5 * BLOCK));
    }

    @Test
    void readReturnsTheGoodPrefixAndFailsWithoutOne() {
        write(0, 3 * BLOCK, OLD);
        file.markPoisoned(BLOCK, BLOCK);
        ByteBuffer target = ByteBuffer.allocate(3 * BLOCK);
        assertEquals(BLOCK - 10, file.read(10, target));
        assertEquals(BLOCK - 10, target.position());
        PoisonedException lost = assertThrows(PoisonedException.class, () -> file.read(BLOCK + 1, target));
        assertEquals(BLOCK, lost.offset());
        assertEquals(BLOCK - 10, target.position());
        assertEquals(BLOCK, file.read(2 * BLOCK, target));
        assertEquals(0, file.read(BLOCK, ByteBuffer.allocate(0)));
    }

    @Test
    void errorNamesTheWholeRunThatIsLost() {
        write(0, 4 * BLOCK, OLD);
        file.markPoisoned(BLOCK, 2 * BLOCK);
        PoisonedException lost =
                assertThrows(PoisonedException.class, () -> file.read(BLOCK, ByteBuffer.allocate(3 * BLOCK)));
        assertEquals(2 * BLOCK, lost.length());
    }

    @Test
    void writeOfTheWholeBlockRepairsItDurably() {
        write(0, 3 * BLOCK, OLD);
        file.fsync();
        file.markPoisoned(BLOCK, BLOCK);
        write(BLOCK - 1, BLOCK + 2, NEW);
        assertEquals(NEW, read(file, BLOCK));
        assertTrue(volume.core().badBlocks.isEmpty());
        volume = DaxVolume.open(pmem.recorder().crashKeepingNothing());
        assertEquals(NEW, read(volume.open("file"), BLOCK), "before any fsync: the medium reads it again");
        assertEquals(OLD, read(volume.open("file"), BLOCK - 1));
    }

    @Test
    void readersFailUntilTheNewBytesAreDurable() {
        assertTrue(readerIsKeptOut(new FileOperations(), SyncPoint.IO_AFTER_COPY));
        assertTrue(readerIsKeptOut(new FileOperations(), SyncPoint.POISON_AFTER_WRITE));
        FileOperations clearFirst = new FileOperations() {
            @Override
            FilePoison poison(FileParts parts) {
                return new FilePoison(parts) {
                    @Override
                    void beforeOverwrite(long block) {
                        core.badBlocks.remove(block);
                    }
                };
            }
        };
        assertFalse(readerIsKeptOut(clearFirst, SyncPoint.IO_AFTER_COPY), "or this test tests nothing");
    }

    private boolean readerIsKeptOut(FileOperations operations, SyncPoint point) {
        volume = newVolume(operations);
        file = volume.create("file", DaxFileKind.ORDINARY);
        write(0, BLOCK, OLD);
        DaxWindow window = file.window(0, BLOCK);
        file.markPoisoned(0, BLOCK);
        Actors.Actor writer = actors.park(point, () -> write(0, BLOCK, NEW));
        boolean isKeptOut = false;
        try {
            window.getByte(0);
        } catch (PoisonedException e) {
            isKeptOut = true;
        }
        writer.finish();
        assertEquals(NEW, window.getByte(0));
        return isKeptOut;
    }

    @Test
    void repairThatFailedHalfWayRepairsNothing() {
        write(0, BLOCK, OLD);
        file.markPoisoned(0, BLOCK);
        pmem.failPutAfter(1024);
        assertThrows(IllegalStateException.class, () -> write(0, BLOCK, NEW));
        assertThrows(PoisonedException.class, () -> read(file, 0));
    }

    @Test
    void writeOfAPartOfALostBlockChangesNothing() {
        write(0, 3 * BLOCK, OLD);
        file.markPoisoned(BLOCK, BLOCK);
        long free = volume.freeSize();
        assertThrows(PoisonedException.class, () -> write(BLOCK, BLOCK - 1, NEW));
        assertThrows(PoisonedException.class, () -> write(BLOCK + 1, BLOCK, NEW));
        assertThrows(PoisonedException.class, () -> write(0, BLOCK + 1, NEW));
        assertThrows(PoisonedException.class, () -> write(BLOCK + 1, 4 * BLOCK, NEW));
        assertEquals(3 * BLOCK, file.size());
        assertEquals(free, volume.freeSize());
        assertEquals(OLD, read(file, 0));
        assertEquals(OLD, read(file, 2 * BLOCK));
    }

    @Test
    void endInsideALostBlockIsNotMoved() {
        write(0, 2 * BLOCK + 10, OLD);
        file.markPoisoned(2 * BLOCK, 1);
        long free = volume.freeSize();
        assertThrows(PoisonedException.class, () -> write(3 * BLOCK, 1, NEW));
        assertThrows(PoisonedException.class, () -> file.truncate(5 * BLOCK));
        assertThrows(PoisonedException.class, () -> file.allocate(0, 5 * BLOCK));
        assertThrows(PoisonedException.class, () -> file.truncate(2 * BLOCK + 5));
        assertEquals(2 * BLOCK + 10, file.size());
        assertEquals(free, volume.freeSize());
        file.truncate(2 * BLOCK);
        file.truncate(5 * BLOCK);
        assertEquals(0, read(file, 2 * BLOCK));
    }

    @Test
    void punchOfAPartOfALostBlockChangesNothing() {
        write(0, 4 * BLOCK, OLD);
        file.markPoisoned(BLOCK, BLOCK);
        assertThrows(PoisonedException.class, () -> file.punchHole(BLOCK + 1, 2 * BLOCK));
        assertThrows(PoisonedException.class, () -> file.punchHole(0, BLOCK + 1));
        assertThrows(PoisonedException.class, () -> file.punchHole(BLOCK + 1, 1));
        assertEquals(OLD, read(file, 0));
        assertEquals(OLD, read(file, 2 * BLOCK));
    }

    @Test
    void lostBlockGivenUpIsNobodysAgain() {
        write(0, 4 * BLOCK, OLD);
        file.markPoisoned(BLOCK, 2 * BLOCK);
        long free = volume.freeSize();
        file.punchHole(BLOCK, BLOCK);
        assertEquals(0, read(file, BLOCK));
        assertEquals(free, volume.freeSize(), "quarantined");
        VolumeChecker.check(volume);
        file.truncate(0);
        assertEquals(free + 2 * BLOCK, volume.freeSize());
        volume.delete("file");
        file = volume.create("next", DaxFileKind.ORDINARY);
        for (long at = 0; volume.freeSize() > 0; at += BLOCK) {
            write(at, 1, NEW);
            assertEquals(NEW, read(file, at));
        }
        file.fsync();
    }

    @Test
    void zeroRangeGivesLostBlocksUpForNewOnes() {
        write(0, 4 * BLOCK, OLD);
        DaxWindow window = file.window(0, 4 * BLOCK);
        file.markPoisoned(BLOCK, BLOCK);
        assertThrows(PoisonedException.class, () -> file.zeroRange(BLOCK + 1, BLOCK, SizeRule.KEEP));
        assertThrows(PoisonedException.class, () -> file.zeroRange(BLOCK + 1, 1, SizeRule.KEEP));
        assertThrows(PoisonedException.class, () -> file.zeroRange(0, BLOCK + 1, SizeRule.KEEP));
        assertEquals(OLD, read(file, 0));
        file.zeroRange(0, 2 * BLOCK, SizeRule.KEEP);
        assertEquals(0, window.getByte(BLOCK));
        window.putByte(BLOCK, NEW);
        write(BLOCK + 1, 1, NEW);
        assertEquals(NEW, read(file, BLOCK));
        assertEquals(OLD, read(file, 2 * BLOCK));
    }

    @Test
    void lostUnwrittenBlockReadsAsZeroAndTakesWholeWritesOnly() {
        file.allocate(0, 2 * BLOCK);
        DaxWindow window = file.window(0, 2 * BLOCK);
        file.markPoisoned(0, BLOCK);
        assertEquals(0, window.getByte(0));
        assertEquals(0, read(file, 0));
        assertThrows(PoisonedException.class, () -> window.putByte(0, NEW));
        assertThrows(PoisonedException.class, () -> write(0, 1, NEW));
        window.putByte(BLOCK, NEW);
        write(0, BLOCK, NEW);
        window.putByte(0, OLD);
        assertEquals(OLD, read(file, 0));
    }

    @Test
    void readIntoAWindowEndsBeforeLostBytes() {
        write(0, 40 * BLOCK, OLD);
        DaxFile other = volume.create("other", DaxFileKind.ORDINARY);
        other.truncate(40L * BLOCK);
        DaxWindow target = other.window(0, 40 * BLOCK);
        file.markPoisoned(33L * BLOCK, BLOCK);
        assertEquals(33 * BLOCK, file.read(0, target, 0, 40 * BLOCK));
        assertThrows(PoisonedException.class, () -> file.read(33L * BLOCK, target, 0, BLOCK));
        assertThrows(PoisonedException.class, () -> other.write(0, file.window(33L * BLOCK, BLOCK), 0, BLOCK));
    }

    @Test
    void privateWindowCopiesNoLostPage() {
        write(0, 2 * BLOCK, OLD);
        DaxWindow copies = file.window(0, 2 * BLOCK, WindowMode.PRIVATE);
        copies.putByte(BLOCK, NEW);
        file.markPoisoned(0, 2 * BLOCK);
        assertThrows(PoisonedException.class, () -> copies.putByte(0, NEW));
        assertEquals(NEW, copies.getByte(BLOCK), "its own copy is not lost");
    }

    @Test
    void markWaitsForStoresUnderWay() {
        write(0, BLOCK, OLD);
        DaxWindow window = file.window(0, BLOCK);
        window.putLong(0, 1);
        Actors.Actor store = actors.park(SyncPoint.STORE_AFTER_CHECK, () -> window.putLong(0, NEW));
        Actors.Actor mark = actors.start(() -> file.markPoisoned(0, BLOCK));
        while (!volume.core().epochs.isQuiescing()) {
            assertFalse(mark.isDone());
            Thread.onSpinWait();
        }
        store.finish();
        mark.finish();
        assertThrows(PoisonedException.class, () -> window.getLong(0));
    }

    @Test
    void markWaitsForAFaultUnderWay() {
        write(0, BLOCK, OLD);
        DaxWindow window = file.window(0, BLOCK);
        Actors.Actor load = actors.park(SyncPoint.FAULT_BEFORE_PTE, () -> {
            try {
                window.getByte(0);
            } catch (PoisonedException e) {
                // Its first try was cut off by the mark, the second met the record: as good as the value.
            }
        });
        Actors.Actor mark = actors.start(() -> file.markPoisoned(0, BLOCK));
        mark.awaitBlockedOrDone();
        assertFalse(mark.isDone());
        load.finish();
        mark.finish();
        assertThrows(PoisonedException.class, () -> window.getByte(0));
    }

    @Test
    void pinsAndLeasesMeetLostBytesToo() {
        write(0, 2 * BLOCK, OLD);
        file.truncate(3 * BLOCK);
        DaxPin pin = file.pin(0, 3 * BLOCK);
        file.markPoisoned(BLOCK, BLOCK);
        byte[] target = new byte[2 * BLOCK];
        assertThrows(PoisonedException.class, () -> pin.get(0, target, 0, BLOCK + 1));
        pin.get(0, target, 0, BLOCK);
        pin.get(2 * BLOCK, target, 0, BLOCK);
        pin.close();
        assertThrows(PoisonedException.class, () -> file.pin(0, 2 * BLOCK));
        long free = volume.freeSize();
        assertThrows(PoisonedException.class, () -> file.lease(0, 3 * BLOCK));
        assertEquals(free, volume.freeSize());
        file.lease(0, BLOCK).close();
    }

    @Test
    void holesCannotBeLost() {
        file.truncate(BLOCK);
        file.markPoisoned(0, 4 * BLOCK);
        assertEquals(0, read(file, 0));
        assertTrue(volume.core().badBlocks.isEmpty());
        assertThrows(IllegalArgumentException.class, () -> file.markPoisoned(-1, 1));
    }

    private void write(long offset, int length, byte value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        file.write(offset, ByteBuffer.wrap(bytes));
    }

    private static byte read(DaxFile file, long offset) {
        ByteBuffer found = ByteBuffer.allocate(1);
        file.read(offset, found);
        return found.get(0);
    }
}
