package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.pmem.PersistFailedException;
import io.daxkv.storage.testkit.Seed;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.random.RandomGenerator;

/** S12 to S29: marks, write-back, and what an fsync may call clean. */
final class DirtyRaces {
    private static final int PAGES = 8;

    static final List<Scenario> ALL = List.of(
            new Scenario("S12", "before 4.10: marked, unlocked, only then writable", DirtyRaces::markThenPermission),
            new Scenario("S12.store", "4.10, for windows that mark at the store", DirtyRaces::permissionThenStore),
            new Scenario("S13", "4.10: cleaned, not write-protected", DirtyRaces::secondFsync),
            new Scenario("S15", "DIRTY cleared before the flush", DirtyRaces::fsyncDuringFsync),
            new Scenario("S16", "4.10: a store during the flush", DirtyRaces::storeDuringFlush),
            new Scenario("S16.early", "4.10", DirtyRaces::storeBeforeFlush),
            new Scenario("S16.line", "4.10", DirtyRaces::storeToFlushedLine),
            new Scenario("S17", "2017: write-back starts over for ever", DirtyRaces::livelock),
            new Scenario("S18", "a ranged msync cleans the rest too", DirtyRaces::rangedSyncs),
            new Scenario("S19", "an entry punched while write-back waits", DirtyRaces::reallocatedWhileWaiting),
            new Scenario("S20", "4.13: no fence if nothing is dirty", DirtyRaces::fenceWithoutDirt),
            new Scenario("S20.threads", "ours: one thread writes, another syncs", DirtyRaces::fsyncOfAnotherThread),
            new Scenario("S21", "Linux to this day: writes are not tracked", DirtyRaces::untrackedWrite),
            new Scenario("S21.paths", "ours: which path wrote a byte is of no account", DirtyRaces::randomPaths),
            new Scenario("S22", "ours: marked before the copy", DirtyRaces::fsyncDuringCopy),
            new Scenario("S23", "ours: a copy that fails half-way", DirtyRaces::abortedCopy),
            new Scenario("S24", "ours: no TLB to shoot down", DirtyRaces::storeAcrossFsync),
            new Scenario("S25", "ours: no TLB to shoot down", DirtyRaces::storeAcrossPunch),
            new Scenario("S26", "dirt belongs to the file", DirtyRaces::closedWindow),
            new Scenario("S26.during", "dirt belongs to the file", DirtyRaces::closedDuringFsync),
            new Scenario("S28", "a failed write-back", s -> failedWriteBack(s, false)),
            new Scenario("S28.drain", "a failed write-back", s -> failedWriteBack(s, true)),
            new Scenario("S29", "forced shutdown", DirtyRaces::shutDown));

    private DirtyRaces() {}

    private static void markThenPermission(Stage s) {
        s.write(0, 10);
        s.file.fsync();
        s.expect(Stage.WRITTEN, s.window.getByte(0));
        Actors.Actor p0 = s.actors.park(SyncPoint.FAULT_BEFORE_PTE, () -> s.window.putByte(0, Stage.STORED));
        Actors.Actor p1 = s.actors.startAndAwait(s.file::fsync);
        p0.finish();
        p1.finish();
        s.window.putByte(1, Stage.STORED);
        s.syncAndCrash(() -> {
            s.expect(Stage.STORED, s.read(0));
            s.expect(Stage.STORED, s.read(1));
        });
    }

    private static void permissionThenStore(Stage s) {
        s.window.putLong(0, 1);
        s.file.fsync();
        Actors.Actor p0 = s.actors.park(SyncPoint.STORE_AFTER_CHECK, () -> s.window.putLong(0, Stage.STORED));
        Actors.Actor p1 = s.actors.startAndAwait(s.file::fsync);
        p0.finish();
        p1.finish();
        s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(0)));
    }

    private static void secondFsync(Stage s) {
        s.window.putByte(0, (byte) 1);
        s.file.fsync();
        s.window.putByte(0, Stage.STORED);
        s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(0)));
    }

    private static void fsyncDuringFsync(Stage s) {
        s.window.putByte(0, Stage.STORED);
        Actors.Actor p1 = s.actors.park(SyncPoint.SYNC_BEFORE_FENCE, s.file::fsync);
        Actors.Actor p2 = s.actors.startAndAwait(s.file::fsync);
        if (p2.isDone()) {
            s.afterCrash(() -> s.expect(Stage.STORED, s.read(0)));
        }
        p1.finish();
        p2.finish();
        s.afterCrash(() -> s.expect(Stage.STORED, s.read(0)));
    }

    private static void storeDuringFlush(Stage s) {
        s.window.putByte(0, (byte) 1);
        Actors.Actor p1 = s.actors.park(SyncPoint.SYNC_BEFORE_FENCE, s.file::fsync);
        Actors.Actor p0 = s.actors.startAndAwait(() -> s.window.putByte(0, Stage.STORED));
        p1.finish();
        p0.finish();
        s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(0)));
    }

    private static void storeBeforeFlush(Stage s) {
        s.window.putByte(0, (byte) 1);
        Actors.Actor p1 = s.actors.park(SyncPoint.SYNC_AFTER_SWAP, s.file::fsync);
        Actors.Actor p0 = s.actors.startAndAwait(() -> s.window.putByte(70, Stage.STORED));
        p1.finish();
        p0.finish();
        s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(70)));
    }

    /** The line has been written back, the entry is still held: a page that was write-protected has to wait for it. */
    private static void storeToFlushedLine(Stage s) {
        s.window.putByte(0, (byte) 1);
        Actors.Actor p1 = s.actors.park(SyncPoint.SYNC_MID_FLUSH, s.file::fsync);
        Actors.Actor p0 = s.actors.startAndAwait(() -> s.window.putByte(0, Stage.STORED));
        assertEquals(!s.isProtected(), p0.isDone(), "D10: a store to a page that is being cleaned");
        p1.finish();
        p0.finish();
        assertTrue(s.isDirty(0), "D10");
        s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(0)));
    }

    /** Every flush makes the next page and the first one dirty, up to a limit that only a livelock reaches. */
    private static void livelock(Stage s) {
        for (int page = 0; page < PAGES; page++) {
            s.window.putByte((long) page * Stage.BLOCK, Stage.STORED);
        }
        int[] flushed = {0};
        s.also = point -> {
            if (point == SyncPoint.SYNC_AFTER_FLUSH && ++flushed[0] < 10 * PAGES) {
                s.chunk(0).mark(flushed[0] % PAGES, 1);
                s.chunk(0).mark(0, 1);
            }
        };
        s.file.fsync();
        assertTrue(flushed[0] <= PAGES, "D9: entries written back=" + flushed[0] + ", dirty at the start=" + PAGES);
        s.also = SyncPoint.Hook.NONE;
        assertTrue(s.isDirty(0), "D10: later dirt is still there");
    }

    private static void rangedSyncs(Stage s) {
        int size = 256 << 10;
        s.window.putByte(0, Stage.STORED);
        s.window.putByte(128 << 10, Stage.STORED);
        s.window.putByte(size - 1, Stage.STORED);
        s.file.fsync(0, 64 << 10);
        assertTrue(s.isDirty(128 << 10), "D8");
        s.file.fsync(size - (64 << 10), 64 << 10);
        assertTrue(s.isDirty(128 << 10), "D8");
        s.afterCrash(() -> {
            s.expect(Stage.STORED, s.read(0));
            s.expect(Stage.STORED, s.read(size - 1));
        });
    }

    /** The write-back has its snapshot; before it locks the entry the page is punched, and gets another block. */
    private static void reallocatedWhileWaiting(Stage s) {
        s.window.putByte(0, (byte) 1);
        Actors.Actor p2 = s.actors.park(SyncPoint.SYNC_AFTER_TAG, s.file::fsync);
        s.file.punchHole(0, Stage.BLOCK);
        s.fillForeign(1);
        s.window.putByte(0, Stage.STORED);
        p2.finish();
        s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(0)));
    }

    private static void fenceWithoutDirt(Stage s) {
        long drains = s.pmem.counters().drainCount();
        s.file.fsync();
        assertTrue(s.pmem.counters().drainCount() > drains, "D12: fsync without a drain");
    }

    private static void fsyncOfAnotherThread(Stage s) {
        s.actors.start(() -> s.write(0, 5000)).finish();
        s.actors.start(s.file::fsync).finish();
        s.afterCrash(() -> s.expectOnly(0, 5000, Stage.WRITTEN));
    }

    private static void untrackedWrite(Stage s) {
        s.write(100, 5000);
        s.syncAndCrash(() -> s.expectOnly(100, 5000, Stage.WRITTEN));
    }

    /** The same history of bytes, each by a path drawn at random, with fsyncs between: what was synced is there. */
    private static void randomPaths(Stage s) {
        RandomGenerator random = Seed.of(21).random();
        byte[] model = new byte[4 * Stage.BLOCK];
        for (int i = 1; i <= 60; i++) {
            int length = 1 + random.nextInt(200);
            int at = random.nextInt(model.length - length);
            byte[] bytes = Stage.bytes(length, (byte) i);
            System.arraycopy(bytes, 0, model, at, length);
            if (random.nextBoolean()) {
                s.file.write(at, ByteBuffer.wrap(bytes));
            } else {
                s.window.put(at, bytes, 0, length);
            }
            if (i % 20 == 0) {
                s.file.fsync();
            }
        }
        s.afterCrash(() -> {
            for (int at = 0; at < model.length; at++) {
                s.expect(model[at], s.read(at));
            }
        });
    }

    private static void fsyncDuringCopy(Stage s) {
        s.write(0, 2 * Stage.BLOCK);
        s.file.fsync();
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_AFTER_COPY, () -> s.fill(0, 2 * Stage.BLOCK, Stage.REWRITTEN));
        s.actors.startAndAwait(s.file::fsync);
        p1.finish();
        s.syncAndCrash(() -> s.expectOnly(0, 2 * Stage.BLOCK, Stage.REWRITTEN));
    }

    private static void abortedCopy(Stage s) {
        s.write(0, Stage.BLOCK);
        s.file.fsync();
        s.pmem.failPutAfter(1024);
        assertThrows(IllegalStateException.class, () -> s.fill(0, Stage.BLOCK, Stage.REWRITTEN));
        s.expect(Stage.REWRITTEN, s.read(1023));
        s.syncAndCrash(() -> {
            s.expect(Stage.REWRITTEN, s.read(0));
            s.expect(Stage.REWRITTEN, s.read(1023));
            s.expect(Stage.WRITTEN, s.read(1024));
        });
    }

    private static void storeAcrossFsync(Stage s) {
        s.window.putLong(0, 1);
        Actors.Actor p0 = s.actors.park(SyncPoint.STORE_AFTER_CHECK, () -> s.window.putLong(0, Stage.STORED));
        Actors.Actor p1 = s.actors.startAndAwait(s.file::fsync);
        p0.finish();
        p1.finish();
        s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(0)));
    }

    private static void storeAcrossPunch(Stage s) {
        s.window.putLong(0, 1);
        Actors.Actor p0 = s.actors.park(SyncPoint.STORE_AFTER_CHECK, () -> s.window.putLong(0, Stage.STORED));
        // Right: the punch waits in the shootdown. Wrong: it goes through and the other file has the block.
        Actors.Actor p1 = s.actors.startAndAwait(() -> {
            s.file.punchHole(0, Stage.BLOCK);
            s.fillForeign(1);
        });
        p0.finish();
        p1.finish();
        s.expectForeign(1);
    }

    private static void closedWindow(Stage s) {
        s.window.putByte(0, Stage.STORED);
        s.window.close();
        s.window = s.window(0, Stage.BLOCK);
        s.expect(Stage.STORED, s.window.getByte(0));
        assertTrue(s.isDirty(0), "D16");
        s.volume.open("f").fsync();
        s.afterCrash(() -> s.expect(Stage.STORED, s.read(0)));
    }

    private static void closedDuringFsync(Stage s) {
        s.window.putByte(0, (byte) 1);
        Actors.Actor p1 = s.actors.park(SyncPoint.SYNC_AFTER_SWAP, s.file::fsync);
        Actors.Actor p0 = s.actors.startAndAwait(() -> {
            s.window.putByte(70, Stage.STORED);
            s.window.close();
        });
        p1.finish();
        p0.finish();
        assertTrue(s.isDirty(70), "D16");
        s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(70)));
    }

    /** Here a failed write-back is final: every later fsync says so too, and the marks still tell the truth (D14). */
    private static void failedWriteBack(Stage s, boolean ofDrain) {
        for (int page = 0; page < 5; page++) {
            s.window.putByte((long) page * Stage.BLOCK, Stage.STORED);
        }
        if (ofDrain) {
            s.pmem.recorder().failDrainAt(1);
        } else {
            s.pmem.failFlushAt(3);
        }
        Actors.Actor p1 = s.actors.park(SyncPoint.SYNC_AFTER_TAG, s.file::fsync);
        Actors.Actor p2 = s.actors.startAndAwait(s.file::fsync);
        assertThrows(IllegalStateException.class, p1::finish);
        assertTrue(p1.failure() instanceof PersistFailedException, "P1: " + p1.failure());
        if (ofDrain) {
            assertThrows(AssertionError.class, p2::finish);
            assertTrue(p2.failure() instanceof VolumeShutDownException, "P2: " + p2.failure());
            for (int page = 0; page < 5; page++) {
                assertTrue(s.isDirty((long) page * Stage.BLOCK), "D14: page=" + page);
            }
        } else {
            p2.finish();
            s.afterCrash(() -> s.expect(Stage.STORED, s.read(4 * Stage.BLOCK)));
        }
    }

    private static void shutDown(Stage s) {
        s.window.putByte(0, Stage.STORED);
        s.volume.core().shutDown("forced");
        assertThrows(VolumeShutDownException.class, () -> s.window.putByte(Stage.BLOCK, Stage.STORED));
        assertThrows(VolumeShutDownException.class, () -> s.write(Stage.BLOCK, 1));
        s.expect(Stage.STORED, s.window.getByte(0));
        assertThrows(VolumeShutDownException.class, s.file::fsync);
        assertFalse(s.chunk(0).isDirty(1), "nothing was dirtied by what failed");
        assertEquals(Stage.SIZE, s.file.size());
        s.afterCrash(() -> assertEquals(Stage.SIZE, s.file.size()));
    }
}
