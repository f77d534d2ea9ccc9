package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** S56 to S62: synchronous windows, poison, the edges of copies, and media whose caches persist. */
final class MediaRaces {
    private static final int LENGTH_MAX = 130;
    private static final int LINE = 64;
    /** Room for one copy and untouched bytes on both sides. */
    private static final int CELL = 384;

    static final List<Scenario> ALL = List.of(
            new Scenario("S56", "2017: a synchronous mapping whose metadata is not", MediaRaces::persistWithoutFsync),
            new Scenario("S56.growing", "2017", MediaRaces::persistInAGrowingFile),
            new Scenario("S56.clone", "2017", MediaRaces::persistToSharedBlock),
            new Scenario("S57", "2017: the entry gone after the sync fault", MediaRaces::syncFaultLosesItsEntry),
            new Scenario("S58", "ours: synchronous and tracked windows of one page", MediaRaces::syncAfterTracked),
            new Scenario("S59", "a lost block", MediaRaces::lostBlock),
            new Scenario("S60", "2022: repaired on record before it is", MediaRaces::repair),
            new Scenario("S60.punch", "a lost block given back", MediaRaces::punchLostBlock),
            new Scenario("S61", "2020: edges of a copy left in the cache", MediaRaces::copyEdges),
            new Scenario("S62", "caches inside the persistence domain", MediaRaces::cachesPersist));

    private MediaRaces() {}

    /** Stores, flushes and drains through a synchronous window of a fresh file; power fails after each of them. */
    private static void persistWithoutFsync(Stage s) {
        s.file.truncate(0);
        s.write(0, 8 * Stage.BLOCK - 100);
        DaxWindow window = s.file.window(0, Stage.SIZE, WindowMode.SYNC);
        for (int page = 7; page >= 0; page--) {
            long at = (long) page * Stage.BLOCK + 8;
            window.putLong(at, Stage.STORED);
            window.persist(at, Long.BYTES);
            s.eachImage(file -> {
                assertTrue(file.size() >= at + Long.BYTES, "D15: size=" + file.size() + ", at=" + at);
                s.expect(Stage.STORED, s.read(file, at));
            });
        }
        VolumeChecker.check(s.file, window);
    }

    /** The file grows under a window whose page is writable already. */
    private static void persistInAGrowingFile(Stage s) {
        s.file.truncate(0);
        s.write(0, 10);
        DaxWindow window = s.file.window(0, Stage.SIZE, WindowMode.SYNC);
        window.putByte(0, Stage.STORED);
        s.write(0, 1000);
        window.putByte(999, Stage.STORED);
        window.persist(0, 1000);
        s.eachImage(file -> {
            assertEquals(1000, file.size(), "D15");
            s.expect(Stage.STORED, s.read(file, 999));
        });
    }

    /** The page is shared after a clone: its store gets a copy, whose mapping is durable as well. */
    private static void persistToSharedBlock(Stage s) {
        s.write(0, Stage.BLOCK);
        DaxWindow window = s.file.window(0, Stage.BLOCK, WindowMode.SYNC);
        window.putByte(0, (byte) 1);
        s.volume.clone("f", "c");
        window.putByte(0, Stage.STORED);
        window.persist(0, 1);
        s.eachImage(file -> {
            s.expect(Stage.STORED, s.read(file, 0));
            s.expect(Stage.WRITTEN, s.read(file, 1));
        });
        s.expect(1, s.read(s.volume.open("c"), 0));
    }

    private static void syncAfterTracked(Stage s) {
        s.file.truncate(0);
        s.write(0, 100);
        s.window.putByte(50, Stage.STORED);
        DaxWindow window = s.file.window(0, Stage.BLOCK, WindowMode.SYNC);
        window.putByte(60, Stage.STORED);
        window.persist(60, 1);
        s.eachImage(file -> {
            assertEquals(100, file.size(), "D15: the size another window's file grew to");
            s.expect(Stage.STORED, s.read(file, 60));
        });
    }

    /**
     * While a sync fault makes the size durable it holds no entry. What could take the block away meanwhile is held off
     * by the invalidate lock; once it runs, the store has landed and goes with the block.
     */
    private static void syncFaultLosesItsEntry(Stage s) {
        s.file.truncate(0);
        s.write(0, 100);
        DaxWindow window = s.file.window(0, Stage.BLOCK, WindowMode.SYNC);
        Actors.Actor p0 = s.actors.park(SyncPoint.FAULT_BEFORE_SYNC_FAULT, () -> window.putByte(50, Stage.STORED));
        assertEquals(-1, window.storeAddress(0), "D15: writable before its size is durable");
        Actors.Actor punch = s.actors.startAndAwait(() -> {
            s.file.punchHole(0, Stage.BLOCK);
            s.fillForeign(1);
        });
        boolean waited = !punch.isDone();
        p0.finish();
        punch.finish();
        s.expectForeign(1);
        VolumeChecker.check(s.file, window);
        assertTrue(waited, "a layout change passed a fault under way");
    }

    /** An access of lost bytes is a typed error; reads return what is good before them, neighbours go on. */
    private static void lostBlock(Stage s) {
        s.write(0, 3 * Stage.BLOCK);
        s.window.putByte(Stage.BLOCK, Stage.STORED);
        s.file.markPoisoned(Stage.BLOCK, Stage.BLOCK);
        ByteBuffer found = ByteBuffer.allocate(3 * Stage.BLOCK);
        assertEquals(Stage.BLOCK, s.file.read(0, found), "the good prefix");
        assertThrows(PoisonedException.class, () -> s.read(Stage.BLOCK + 1));
        assertThrows(PoisonedException.class, () -> s.window.getByte(Stage.BLOCK));
        assertThrows(PoisonedException.class, () -> s.window.putByte(Stage.BLOCK, Stage.STORED));
        s.expect(Stage.WRITTEN, s.window.getByte(Stage.BLOCK - 1));
        s.expect(Stage.WRITTEN, s.window.getByte(2 * Stage.BLOCK));
        s.expect(Stage.WRITTEN, s.read(2 * Stage.BLOCK));
    }

    /** Only a write of the whole block repairs it, and nobody is let in before its bytes are durable. */
    private static void repair(Stage s) {
        s.write(0, Stage.BLOCK);
        s.file.fsync();
        s.file.markPoisoned(0, Stage.BLOCK);
        assertThrows(PoisonedException.class, () -> s.fill(100, 10, Stage.REWRITTEN));
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_AFTER_COPY, () -> s.fill(0, Stage.BLOCK, Stage.REWRITTEN));
        assertThrows(PoisonedException.class, () -> s.window.getByte(0), "let in to what is not repaired");
        p1.finish();
        s.expect(Stage.REWRITTEN, s.window.getByte(0));
        s.afterCrash(() -> s.expectOnly(0, Stage.BLOCK, Stage.REWRITTEN));
    }

    private static void punchLostBlock(Stage s) {
        s.write(0, 2 * Stage.BLOCK);
        long free = s.volume.freeSize();
        s.file.markPoisoned(0, Stage.BLOCK);
        s.file.punchHole(0, Stage.BLOCK);
        s.expect(0, s.window.getByte(0));
        s.expect(0, s.read(0));
        assertEquals(free, s.volume.freeSize(), "a lost block was given to whoever wants one");
        s.window.putByte(0, Stage.STORED);
        s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(0)));
    }

    /** Every start in a line and every length up to two lines and a bit, in cells of their own, with one fsync. */
    private static void copyEdges(Stage s) {
        byte[] model = Stage.bytes(LINE * LENGTH_MAX * CELL, Stage.FOREIGN);
        s.file.write(0, ByteBuffer.wrap(model));
        s.file.fsync();
        for (int start = 0; start < LINE; start++) {
            for (int length = 1; length <= LENGTH_MAX; length++) {
                int at = (start * LENGTH_MAX + length - 1) * CELL + LINE + start;
                Arrays.fill(model, at, at + length, Stage.WRITTEN);
                s.write(at, length);
            }
        }
        s.file.fsync();
        s.afterCrash(() -> {
            ByteBuffer found = ByteBuffer.allocate(model.length);
            s.file.read(0, found);
            assertEquals(-1, Arrays.mismatch(model, found.array()), "first byte that is not what was written");
        });
    }

    /** Flushes do nothing and nothing is lost: all that is before S30 must hold as well. */
    private static void cachesPersist(Stage s) {
        List<Scenario> all = new ArrayList<>(Scenario.untilLayout());
        // S28 makes a flush fail, which is nobody's concern here.
        all.removeIf(scenario -> scenario.id().equals("S28"));
        for (Scenario scenario : all) {
            scenario.run(s.operations(), true);
        }
    }
}
