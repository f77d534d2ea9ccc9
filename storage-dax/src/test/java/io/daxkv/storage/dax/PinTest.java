package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The bytes behind a pin are its file's until the pin closes: layout changes wait for it, and let the rest of the file
 * go on meanwhile; the age cap ends their wait, never the pin's hold on its blocks. S35.
 */
@Timeout(60)
class PinTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final byte OLD = 'o';
    private static final byte FOREIGN = 'g';

    private final RecordingPmem pmem = new RecordingPmem(12L << 20);
    private final AtomicLong nanos = new AtomicLong();
    private final Actors actors = new Actors();
    private DaxVolume volume = newVolume(Duration.ofSeconds(10));
    private DaxFile file = volume.create("file", DaxFileKind.ORDINARY);
    private DaxFile other = volume.create("other", DaxFileKind.ORDINARY);

    private DaxVolume newVolume(Duration pinAgeMax) {
        DaxVolume.format(pmem);
        return new DaxVolume(pmem, new FileOperations(), new DaxVolumeOptions(pinAgeMax, nanos::get), actors);
    }

    /** Waits without a limit are seen as waits by {@link Actors.Actor#awaitBlockedOrDone}. */
    private void waitForPinsForEver() {
        volume = newVolume(Duration.ofDays(1_000_000));
        file = volume.create("file", DaxFileKind.ORDINARY);
        other = volume.create("other", DaxFileKind.ORDINARY);
    }

    @AfterEach
    void layerIsSound() {
        actors.close();
        VolumeChecker.check(volume);
    }

    @Test
    void pinReadsBytesAndHolesThroughItsRuns() {
        fill(file, 0, 2 * BLOCK, OLD);
        file.truncate(4 * BLOCK);
        try (DaxPin pin = file.pin(100, 3 * BLOCK)) {
            assertEquals(3 * BLOCK, pin.length());
            List<PinnedRun> runs = pin.runs();
            assertEquals(2, runs.size());
            assertEquals(new PinnedRun(2 * BLOCK - 100, PinnedRun.HOLE, BLOCK + 100), runs.get(1));
            assertTrue(runs.get(1).isHole());
            assertEquals(OLD, pmem.getByte(runs.get(0).arenaOffset()));

            byte[] expected = new byte[3 * BLOCK];
            Arrays.fill(expected, 0, 2 * BLOCK - 100, OLD);
            byte[] found = new byte[3 * BLOCK];
            pin.get(0, found, 0, found.length);
            assertArrayEquals(expected, found);
            ByteBuffer buffer = ByteBuffer.allocate(BLOCK + 8);
            pin.get(BLOCK, buffer.position(8));
            assertFalse(buffer.hasRemaining());
            assertArrayEquals(
                    Arrays.copyOfRange(expected, BLOCK, 2 * BLOCK), Arrays.copyOfRange(buffer.array(), 8, BLOCK + 8));
            assertThrows(IndexOutOfBoundsException.class, () -> pin.get(1, found, 0, found.length));
        }
    }

    @Test
    void writesShowThroughAPin() {
        fill(file, 0, BLOCK, OLD);
        try (DaxPin pin = file.pin(0, BLOCK)) {
            fill(file, 0, 1, FOREIGN);
            assertEquals(FOREIGN, first(pin));
        }
    }

    @Test
    void pinBeyondTheEndIsATypedError() {
        fill(file, 0, BLOCK, OLD);
        assertThrows(BeyondEndOfFileException.class, () -> file.pin(1, BLOCK));
        assertThrows(BeyondEndOfFileException.class, () -> file.pin(1, Long.MAX_VALUE));
    }

    @Test
    void closedPinReadsNothingAndClosesTwice() {
        fill(file, 0, BLOCK, OLD);
        DaxPin pin = file.pin(0, BLOCK);
        pin.close();
        pin.close();
        assertTrue(pin.isClosed());
        assertThrows(IllegalStateException.class, () -> first(pin));
    }

    @Test
    void punchWaitsForAPinAndLetsFaultsGoOn() {
        waitsFor(() -> file.punchHole(0, BLOCK));
        assertEquals(0, read(file, 0));
    }

    @Test
    void truncateWaitsForAPinAndLetsFaultsGoOn() {
        waitsFor(() -> file.truncate(0));
        assertEquals(0, file.size());
    }

    @Test
    void zeroRangeWaitsForAPinAndLetsFaultsGoOn() {
        waitsFor(() -> file.zeroRange(0, BLOCK, SizeRule.KEEP));
        assertEquals(0, read(file, 0));
    }

    @Test
    void collapseWaitsForAPinAndLetsFaultsGoOn() {
        waitsFor(() -> file.collapseRange(0, BLOCK));
        assertEquals(BLOCK, file.size());
        assertEquals(FOREIGN, read(file, 0), "what was stored during the wait moved along");
    }

    @Test
    void insertWaitsForAPinAndLetsFaultsGoOn() {
        waitsFor(() -> file.insertRange(0, BLOCK));
        assertEquals(OLD, read(file, BLOCK));
        assertEquals(FOREIGN, read(file, 2 * BLOCK));
    }

    @Test
    void pinOfASharedBlockKeepsTheBytesThatAWriteReplaced() {
        fill(file, 0, BLOCK, OLD);
        volume.clone("file", "clone");
        DaxPin pin = file.pin(0, BLOCK);
        fill(file, 0, BLOCK, FOREIGN);
        assertEquals(OLD, first(pin));
        volume.delete("clone");
        VolumeChecker.check(volume);
        long free = volume.freeSize();
        fill(other, 0, BLOCK, FOREIGN);
        assertEquals(OLD, first(pin), "nobody got the block");
        pin.close();
        assertTrue(volume.freeSize() > free - 4 * BLOCK);
    }

    @Test
    void zeroRangeUnderAnOldPinTakesNewBlocks() {
        fill(file, 0, 3 * BLOCK, OLD);
        DaxPin pin = file.pin(BLOCK, BLOCK);
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        file.zeroRange(0, 3 * BLOCK, SizeRule.KEEP);
        fill(file, 0, 3 * BLOCK, FOREIGN);
        assertEquals(OLD, first(pin));
        VolumeChecker.check(volume);
        long free = volume.freeSize();
        pin.close();
        assertEquals(free + BLOCK, volume.freeSize());
    }

    @Test
    void unwrittenBlocksArePinnedAsTheZeroesTheyRead() {
        file.allocate(0, 2 * BLOCK);
        try (DaxPin pin = file.pin(0, 2 * BLOCK)) {
            assertEquals(List.of(new PinnedRun(0, PinnedRun.HOLE, 2 * BLOCK)), pin.runs());
            fill(file, 0, BLOCK, OLD);
            assertEquals(0, first(pin));
        }
    }

    /** Both halves of a transfer land in the pinned block, a fault of another page goes on between them. */
    private void waitsFor(Runnable change) {
        fill(file, 0, 2 * BLOCK, OLD);
        DaxWindow window = file.window(0, 2 * BLOCK);
        DaxPin pin = file.pin(0, BLOCK);
        long free = volume.freeSize();

        Actors.Actor layout = actors.park(SyncPoint.LAYOUT_BEFORE_WAIT_PIN, change);
        window.putByte(BLOCK, FOREIGN);
        assertEquals(OLD, window.getByte(0), "faulted in again before the wait ends");
        fill(other, 0, BLOCK, FOREIGN);
        free -= BLOCK;
        assertTrue(volume.freeSize() <= free);
        assertTrue(file.parts().locks.io.isWriteLocked(), "no read or write of the file meanwhile");
        assertFalse(file.parts().locks.invalidate.isWriteLocked(), "faults go on meanwhile");
        assertEquals(OLD, first(pin));
        pin.close();
        layout.finish();

        VolumeChecker.check(file, window);
        fill(other, BLOCK, 2 * BLOCK, FOREIGN);
    }

    @Test
    void pinTakenDuringTheWaitIsWaitedForToo() {
        waitForPinsForEver();
        fill(file, 0, BLOCK, OLD);
        DaxPin pin = file.pin(0, BLOCK);
        Actors.Actor punch = actors.park(SyncPoint.LAYOUT_BEFORE_WAIT_PIN, () -> file.punchHole(0, BLOCK));
        DaxPin late = file.pin(0, 1);
        pin.close();
        punch.release();
        punch.awaitBlockedOrDone();
        assertFalse(punch.isDone());
        assertEquals(OLD, first(late));
        late.close();
        punch.finish();
        assertEquals(0, read(file, 0));
    }

    @Test
    void pinElsewhereOrOfAHoleIsNotWaitedFor() {
        fill(file, BLOCK, BLOCK, OLD);
        try (DaxPin pin = file.pin(BLOCK, BLOCK);
                DaxPin hole = file.pin(0, BLOCK)) {
            file.punchHole(0, BLOCK);
            assertEquals(OLD, first(pin));
            assertEquals(0, first(hole));
        }
    }

    @Test
    void oldPinIsNotWaitedForButKeepsItsBlocks() {
        fill(file, 0, BLOCK, OLD);
        DaxPin pin = file.pin(0, BLOCK);
        DaxPin same = file.pin(0, 1);
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        long free = volume.freeSize();
        file.punchHole(0, BLOCK);
        assertEquals(free, volume.freeSize(), "withheld");
        VolumeChecker.check(volume);
        fillVolume();
        assertEquals(0, read(file, 0));
        assertEquals(OLD, first(pin), "nobody else got the block");
        pin.close();
        assertEquals(0, volume.freeSize());
        assertEquals(OLD, first(same));
        same.close();
        assertEquals(BLOCK, volume.freeSize());
    }

    @Test
    void onlyThePinnedBlocksAreWithheld() {
        fill(file, 0, 4 * BLOCK, OLD);
        DaxPin pin = file.pin(BLOCK, 2 * BLOCK);
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        long free = volume.freeSize();
        file.truncate(0);
        assertEquals(free + 2 * BLOCK, volume.freeSize());
        pin.close();
        assertEquals(free + 4 * BLOCK, volume.freeSize());
    }

    @Test
    void waitEndsWhenThePinGetsOld() {
        fill(file, 0, BLOCK, OLD);
        DaxPin pin = file.pin(0, BLOCK);
        Actors.Actor punch = actors.park(SyncPoint.LAYOUT_BEFORE_WAIT_PIN, () -> file.punchHole(0, BLOCK));
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        punch.finish();
        assertEquals(OLD, first(pin));
        pin.close();
    }

    @Test
    void readersThatKeepComingDoNotStarveALayoutChange() {
        fill(file, 0, BLOCK, OLD);
        DaxPin pin = file.pin(0, BLOCK);
        nanos.addAndGet(Duration.ofSeconds(9).toNanos());
        Actors.Actor punch = actors.park(SyncPoint.LAYOUT_BEFORE_WAIT_PIN, () -> file.punchHole(0, BLOCK));
        nanos.addAndGet(Duration.ofSeconds(9).toNanos());
        DaxPin young = file.pin(0, BLOCK);
        pin.close();
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        punch.release();
        punch.finish();
        assertEquals(OLD, first(young));
        young.close();
    }

    @Test
    void negativeAgeCapIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new DaxVolumeOptions(Duration.ofNanos(-1), nanos::get));
    }

    @Test
    void interruptDoesNotCutALayoutChangeShort() {
        waitForPinsForEver();
        fill(file, 0, BLOCK, OLD);
        DaxPin pin = file.pin(0, BLOCK);
        boolean[] wasInterrupted = new boolean[1];
        Actors.Actor punch = actors.start(() -> {
            Thread.currentThread().interrupt();
            file.punchHole(0, BLOCK);
            wasInterrupted[0] = Thread.interrupted();
        });
        punch.awaitBlockedOrDone();
        assertFalse(punch.isDone());
        pin.close();
        punch.finish();
        assertTrue(wasInterrupted[0]);
        assertEquals(0, read(file, 0));
    }

    private void fillVolume() {
        for (long at = other.size(); volume.freeSize() > 0; at += BLOCK) {
            fill(other, at, 1, FOREIGN);
        }
    }

    private static byte first(DaxPin pin) {
        byte[] found = new byte[1];
        pin.get(0, found, 0, 1);
        return found[0];
    }

    private static void fill(DaxFile file, long offset, int length, byte value) {
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
