package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import net.openhft.chronicle.bytes.BytesStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What is stored through a raw lease is seen by everybody at once and durable after the next fsync, though nobody saw
 * the store; and it never lands in another file's block. U4.
 */
@Timeout(60)
class LeaseTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final int HUGE = (int) VolumeLayout.HUGE_SIZE;
    private static final byte STORED = 'S';

    private final RecordingPmem pmem = new RecordingPmem(12L << 20);
    private final AtomicLong nanos = new AtomicLong();
    private final Actors actors = new Actors();
    private DaxVolume volume = newVolume();
    private DaxFile file = volume.create("file", DaxFileKind.ORDINARY);

    private DaxVolume newVolume() {
        DaxVolume.format(pmem);
        DaxVolumeOptions options = new DaxVolumeOptions(Duration.ofSeconds(10), nanos::get);
        return new DaxVolume(pmem, new FileOperations(), options, actors);
    }

    @AfterEach
    void layerIsSound() {
        actors.close();
        VolumeChecker.check(volume);
    }

    @Test
    void leaseOfAHoleHasBlocksAndItsStoresAreSeenByAll() {
        file.truncate(3 * BLOCK);
        DaxWindow window = file.window(0, 3 * BLOCK);
        assertEquals(0, window.getByte(BLOCK + 7));
        try (RawLease lease = file.lease(BLOCK, 2 * BLOCK)) {
            assertEquals(BLOCK, lease.offset());
            assertEquals(2 * BLOCK, lease.length());
            assertEquals(
                    2 * BLOCK,
                    lease.runs().stream().mapToLong(PinnedRun::length).sum());
            assertFalse(lease.runs().get(0).isHole());
            store(lease, 7);
            assertEquals(STORED, window.getByte(BLOCK + 7));
            assertEquals(STORED, read(BLOCK + 7));
        }
        VolumeChecker.check(file, window);
    }

    @Test
    void everyFsyncWritesBackTheWholeBlocksOfALeaseAndNoOthers() {
        file.allocate(0, 4 * BLOCK);
        file.fsync();
        try (RawLease lease = file.lease(BLOCK + 100, BLOCK)) {
            for (int round = 0; round < 3; round++) {
                store(lease, round);
                long lines = pmem.counters().flushedLineCount();
                file.fsync();
                assertEquals(2 * 64, pmem.counters().flushedLineCount() - lines);
            }
            long lines = pmem.counters().flushedLineCount();
            file.fsync(0, BLOCK);
            assertEquals(0, pmem.counters().flushedLineCount() - lines, "outside the range of the fsync");
        }
        file.fsync();
        assertEquals(0, file.dirtyLineCount());
        reopenAfterCrash();
        for (int i = 0; i < 3; i++) {
            assertEquals(STORED, read(BLOCK + 100 + i));
        }
    }

    @Test
    void storeBetweenTwoFsyncsIsDurableAfterTheSecond() {
        file.allocate(0, HUGE);
        RawLease lease = file.lease(0, HUGE);
        store(lease, 5);
        file.fsync();
        store(lease, HUGE - 1);
        file.fsync();
        reopenAfterCrash();
        assertEquals(STORED, read(5));
        assertEquals(STORED, read(HUGE - 1));
    }

    @Test
    void storeBeforeTheCloseIsDurableAfterAnFsyncBehindIt() {
        file.truncate(BLOCK);
        RawLease lease = file.lease(0, BLOCK);
        file.fsync();
        store(lease, 9);
        lease.close();
        lease.close();
        assertTrue(lease.isClosed());
        assertThrows(
                IllegalStateException.class, () -> lease.bytesStore(lease.runs().get(0)));
        assertEquals(64, file.dirtyLineCount());
        file.fsync();
        reopenAfterCrash();
        assertEquals(STORED, read(9));
    }

    @Test
    void punchWaitsForALease() {
        file.truncate(2 * BLOCK);
        RawLease lease = file.lease(0, BLOCK);
        Actors.Actor punch = actors.park(SyncPoint.LAYOUT_BEFORE_WAIT_PIN, () -> file.punchHole(0, BLOCK));
        store(lease, 0);
        file.fsync();
        assertEquals(STORED, pmem.getByte(lease.runs().get(0).arenaOffset()));
        lease.close();
        punch.finish();
        assertEquals(0, read(0));
    }

    @Test
    void oldLeaseStoresIntoBlocksThatAreNobodysAndDirtiesNothing() {
        file.truncate(3 * BLOCK);
        RawLease lease = file.lease(0, 3 * BLOCK);
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        file.punchHole(BLOCK, BLOCK);
        store(lease, 0);
        store(lease, BLOCK);
        file.fsync();
        VolumeChecker.check(volume);
        file.write(BLOCK, ByteBuffer.wrap(new byte[BLOCK]));
        store(lease, BLOCK + 1);
        assertEquals(STORED, read(0));
        assertEquals(0, read(BLOCK + 1));
        file.fsync();
        long free = volume.freeSize();
        lease.close();
        assertEquals(free + BLOCK, volume.freeSize());
        assertEquals(2 * 64, file.dirtyLineCount(), "what it still held is dirty once more");
    }

    @Test
    void deletedFileLivesForItsLease() {
        file.truncate(BLOCK);
        long free = volume.freeSize();
        RawLease lease = file.lease(0, BLOCK);
        volume.delete("file");
        assertTrue(volume.freeSize() < free);
        store(lease, 0);
        lease.close();
        assertTrue(volume.freeSize() >= free);
    }

    @Test
    void leaseThatCannotBeGivenChangesNothing() {
        file.truncate(BLOCK);
        long free = volume.freeSize();
        assertThrows(BeyondEndOfFileException.class, () -> file.lease(0, BLOCK + 1));
        assertThrows(IllegalArgumentException.class, () -> file.lease(0, 0));
        assertEquals(free, volume.freeSize());
        file.truncate(100L << 20);
        assertThrows(NoSpaceException.class, () -> file.lease(0, 100L << 20));
        file.punchHole(0, 100L << 20);
        try (RawLease lease = file.lease(0, 1)) {
            assertThrows(
                    IllegalArgumentException.class, () -> lease.bytesStore(new PinnedRun(0, 0, 1)), "foreign memory");
        }
    }

    @Test
    void leaseOfASharedBlockIsOfItsOwnCopy() {
        file.truncate(BLOCK);
        file.write(0, ByteBuffer.wrap(new byte[] {1, 2, 3}));
        DaxFile clone = volume.clone("file", "clone");
        try (RawLease lease = file.lease(0, BLOCK)) {
            store(lease, 0);
            assertEquals(STORED, read(0));
            assertEquals(2, read(1));
            ByteBuffer found = ByteBuffer.allocate(1);
            clone.read(0, found);
            assertEquals(1, found.get(0));
        }
    }

    @Test
    void whatALeaseLostMayBeShared() {
        file.truncate(2 * BLOCK);
        RawLease lease = file.lease(0, BLOCK);
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        assertThrows(RangeLeasedException.class, () -> volume.clone("file", "clone"));
        file.punchHole(0, BLOCK);
        file.write(0, ByteBuffer.wrap(new byte[BLOCK]));
        volume.clone("file", "clone");
        store(lease, 0);
        assertEquals(0, read(0));
        lease.close();
    }

    /** Stores one byte through the memory itself. */
    private static void store(RawLease lease, long position) {
        for (PinnedRun run : lease.runs()) {
            if (position >= run.position() && position < run.end()) {
                BytesStore<?, ?> memory = lease.bytesStore(run);
                memory.writeByte(position - run.position(), STORED);
                return;
            }
        }
        throw new AssertionError("no run has position " + position);
    }

    private void reopenAfterCrash() {
        volume = DaxVolume.open(pmem.crashKeepingNothing());
        file = volume.open("file");
    }

    private byte read(long offset) {
        ByteBuffer found = ByteBuffer.allocate(1);
        file.read(offset, found);
        return found.get(0);
    }
}
