package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

/** S13, S14, S18 and S27 where the page is the unit: write-protected windows, entries of 2 MiB, and their aliases. */
final class PageRaces {
    static final List<Scenario> ALL = List.of(
            new Scenario("S13.faults/P", "4.10: cleaned, not write-protected", PageRaces::twoFaults),
            new Scenario("S13.huge/P", "4.12: huge entries not write-protected", PageRaces::secondFsyncOfAHugePage),
            new Scenario("S14/P", "2022: an alias of another size stays writable", PageRaces::smallAlias),
            new Scenario("S14.shifted/P", "2022", PageRaces::shiftedAliases),
            new Scenario("S14.late/P", "2022", PageRaces::aliasMadeDuringFsync),
            new Scenario("S14.closed/P", "2022", PageRaces::aliasClosedDuringFsync),
            new Scenario("S18.huge/P", "a ranged msync inside 2 MiB", PageRaces::rangedSyncOfAHugePage),
            new Scenario("S27/P", "a small store below a clean huge entry", PageRaces::storeBelowHugeEntry));

    private PageRaces() {}

    /** Gives the file 2 MiB of data at 0, clean, and maps all of it. */
    private static DaxWindow hugeWindow(Stage s) {
        s.file.allocate(0, Stage.HUGE);
        DaxWindow window = s.window(0, Stage.HUGE);
        window.putByte(0, Stage.WRITTEN);
        s.file.fsync();
        assertTrue(window.pages.isHuge(0), "or this scenario shows nothing");
        return window;
    }

    private static void twoFaults(Stage s) {
        long before = s.volume.counters().writeFaultCount();
        s.window.putByte(0, (byte) 1);
        s.window.putByte(1, (byte) 1);
        s.file.fsync();
        s.window.putByte(0, Stage.STORED);
        s.window.putByte(1, Stage.STORED);
        assertEquals(2, s.volume.counters().writeFaultCount() - before, "one fault after each fsync");
        s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(0)));
    }

    private static void secondFsyncOfAHugePage(Stage s) {
        DaxWindow a = hugeWindow(s);
        a.putByte(9 * Stage.BLOCK, (byte) 1);
        s.file.fsync();
        a.putByte(9 * Stage.BLOCK, Stage.STORED);
        assertTrue(s.isDirty(9 * Stage.BLOCK), "D2");
        s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(9 * Stage.BLOCK)));
    }

    private static void smallAlias(Stage s) {
        DaxWindow a = hugeWindow(s);
        DaxWindow b = s.window(Stage.BLOCK, Stage.BLOCK);
        a.putByte(0, Stage.STORED);
        b.putByte(0, (byte) 1);
        s.file.fsync();
        b.putByte(1, Stage.STORED);
        s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(Stage.BLOCK + 1)));
    }

    private static void shiftedAliases(Stage s) {
        hugeWindow(s);
        List<DaxWindow> aliases = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            aliases.add(s.window((long) i * Stage.BLOCK, 5 * Stage.BLOCK));
        }
        aliases.forEach(alias -> alias.putByte(4 * Stage.BLOCK - alias.offset(), (byte) 1));
        s.file.fsync();
        for (int i = 0; i < aliases.size(); i++) {
            aliases.get(i).putByte(4 * Stage.BLOCK + i - aliases.get(i).offset(), Stage.STORED);
        }
        s.syncAndCrash(() -> s.expectOnly(4 * Stage.BLOCK, 3, Stage.STORED));
    }

    private static void aliasMadeDuringFsync(Stage s) {
        DaxWindow a = hugeWindow(s);
        a.putByte(0, Stage.STORED);
        Actors.Actor p1 = s.actors.park(SyncPoint.SYNC_AFTER_TAG, s.file::fsync);
        DaxWindow b = s.window(7 * Stage.BLOCK, Stage.BLOCK);
        b.putByte(0, (byte) 1);
        p1.finish();
        b.putByte(1, Stage.STORED);
        s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(7 * Stage.BLOCK + 1)));
    }

    private static void aliasClosedDuringFsync(Stage s) {
        hugeWindow(s);
        DaxWindow b = s.window(7 * Stage.BLOCK, Stage.BLOCK);
        b.putByte(0, Stage.STORED);
        Actors.Actor p1 = s.actors.park(SyncPoint.SYNC_AFTER_PROTECT, s.file::fsync);
        Actors.Actor p0 = s.actors.startAndAwait(b::close);
        p1.finish();
        p0.finish();
        s.afterCrash(() -> s.expect(Stage.STORED, s.read(7 * Stage.BLOCK)));
    }

    private static void rangedSyncOfAHugePage(Stage s) {
        DaxWindow a = hugeWindow(s);
        a.putByte(3 * Stage.BLOCK, Stage.STORED);
        a.putByte(9 * Stage.BLOCK, (byte) 1);
        s.file.fsync(3 * Stage.BLOCK, Stage.BLOCK);
        assertTrue(s.isDirty(9 * Stage.BLOCK), "D8");
        a.putByte(9 * Stage.BLOCK, Stage.STORED);
        s.file.fsync(9 * Stage.BLOCK, Stage.BLOCK);
        s.afterCrash(() -> {
            s.expect(Stage.STORED, s.read(3 * Stage.BLOCK));
            s.expect(Stage.STORED, s.read(9 * Stage.BLOCK));
        });
    }

    private static void storeBelowHugeEntry(Stage s) {
        DaxWindow a = hugeWindow(s);
        s.expect(Stage.WRITTEN, a.getByte(0));
        DaxWindow b = s.window(7 * Stage.BLOCK, Stage.BLOCK);
        b.putByte(0, Stage.STORED);
        a.putByte(8 * Stage.BLOCK, Stage.STORED);
        s.file.fsync();
        assertEquals(-1, a.storeAddress(7), "the huge window must fault for its next store");
        assertEquals(-1, b.storeAddress(7), "and so must the small one");
        assertFalse(s.isDirty(7 * Stage.BLOCK));
        s.afterCrash(() -> s.expect(Stage.STORED, s.read(7 * Stage.BLOCK)));
    }
}
