package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

/** S44 to S49: 2 MiB entries against 4 KiB ones, and who is woken when an entry is let go. */
final class OrderRaces {
    static final List<Scenario> ALL = List.of(
            new Scenario("S44", "2017: colliding huge and small entries", s -> smallThenHuge(s, 5)),
            new Scenario("S44.slot100", "2018: only the first 64 slots looked at", s -> smallThenHuge(s, 100)),
            new Scenario("S44.mirror", "2017: colliding huge and small entries", OrderRaces::hugeThenSmall),
            new Scenario("S44.private", "2017: private stores are small, loads are huge", OrderRaces::privateThenHuge),
            new Scenario("S45", "2017: waiters for an entry of 2 MiB that goes", OrderRaces::waitersForAHugeHole),
            new Scenario("S46", "2017: one waiter woken when the entry changed", OrderRaces::replacedEntry),
            new Scenario("S47", "2021: an invalidator that wakes nobody", OrderRaces::invalidators),
            new Scenario("S48", "2019: a waiter on another key", OrderRaces::conflictDoesNotWait),
            new Scenario("S49", "2018: sleeping under the index lock", OrderRaces::everyOperation));

    private OrderRaces() {}

    /** A 4 KiB fault holds its slot; a 2 MiB fault of the same range must see it, wherever it is, and fall back. */
    private static void smallThenHuge(Stage s, int slot) {
        s.file.allocate(0, Stage.HUGE);
        long at = (long) slot * Stage.BLOCK;
        DaxWindow small = s.window(at, Stage.BLOCK);
        Actors.Actor p0 = s.actors.park(SyncPoint.FAULT_BEFORE_PTE, () -> small.putByte(0, Stage.STORED));
        Actors.Actor p1 = s.actors.startAndAwait(() -> s.window.putByte(7 * Stage.BLOCK, Stage.REWRITTEN));
        assertTrue(p1.isDone(), "L7: a conflict of sizes waits for nobody");
        p0.finish();
        p1.finish();
        s.expect(Stage.STORED, s.window.getByte(at));
        VolumeChecker.check(s.file, small);
        s.syncAndCrash(() -> {
            s.expect(Stage.STORED, s.read(at));
            s.expect(Stage.REWRITTEN, s.read(7 * Stage.BLOCK));
        });
    }

    private static void hugeThenSmall(Stage s) {
        s.file.allocate(0, Stage.HUGE);
        DaxWindow small = s.window(5 * Stage.BLOCK, Stage.BLOCK);
        Actors.Actor p0 =
                s.actors.park(SyncPoint.FAULT_BEFORE_PTE, () -> s.window.putByte(7 * Stage.BLOCK, Stage.REWRITTEN));
        Actors.Actor p1 = s.actors.startAndAwait(() -> small.putByte(0, Stage.STORED));
        p0.finish();
        p1.finish();
        s.expect(Stage.STORED, s.window.getByte(5 * Stage.BLOCK));
        VolumeChecker.check(s.file, small);
        s.syncAndCrash(() -> {
            s.expect(Stage.STORED, s.read(5 * Stage.BLOCK));
            s.expect(Stage.REWRITTEN, s.read(7 * Stage.BLOCK));
        });
    }

    private static void privateThenHuge(Stage s) {
        s.file.allocate(0, Stage.HUGE);
        s.write(5 * Stage.BLOCK, 10);
        s.file.dropCleanEntries();
        DaxWindow own = s.file.window(0, Stage.HUGE, WindowMode.PRIVATE);
        Actors.Actor p0 =
                s.actors.park(SyncPoint.FAULT_AFTER_MAP, () -> own.putByte(5 * Stage.BLOCK + 1, Stage.STORED));
        Actors.Actor p1 = s.actors.startAndAwait(() -> own.getByte(7 * Stage.BLOCK));
        assertTrue(p1.isDone(), "L7: a conflict of sizes waits for nobody");
        p0.finish();
        p1.finish();
        s.expect(Stage.WRITTEN, own.getByte(5 * Stage.BLOCK));
        s.expect(Stage.STORED, own.getByte(5 * Stage.BLOCK + 1));
        s.expect(Stage.WRITTEN, s.window.getByte(5 * Stage.BLOCK + 1));
        VolumeChecker.check(s.file, own);
    }

    /** T0 holds the entry of a 2 MiB hole; two small faults and a write wait for it, and each will replace it. */
    private static void waitersForAHugeHole(Stage s) {
        DaxWindow slot5 = s.file.window(5 * Stage.BLOCK, Stage.BLOCK);
        DaxWindow slot9 = s.file.window(9 * Stage.BLOCK, Stage.BLOCK);
        Actors.Actor t0 = s.actors.park(SyncPoint.FAULT_AFTER_MAP, () -> s.window.getByte(0));
        Actors.Actor t3 = s.actors.startAndAwait(() -> s.write(20 * Stage.BLOCK, 10));
        Actors.Actor t1 = s.actors.startAndAwait(() -> slot5.putByte(0, Stage.STORED));
        Actors.Actor t2 = s.actors.startAndAwait(() -> slot9.getByte(0));
        assertFalse(t1.isDone() || t2.isDone() || t3.isDone(), "somebody passed a locked entry");
        t0.finish();
        t1.finish();
        t2.finish();
        t3.finish();
        s.expect(Stage.STORED, s.window.getByte(5 * Stage.BLOCK));
        s.expect(0, slot9.getByte(0));
        s.expect(Stage.WRITTEN, s.window.getByte(20 * Stage.BLOCK));
        VolumeChecker.check(s.file, slot9);
    }

    /** A fault holds the entry and leaves another one in its place; the first waiter has no use for that. */
    private static void replacedEntry(Stage s) {
        DaxWindow first = s.window(0, Stage.BLOCK);
        DaxWindow second = s.window(0, Stage.BLOCK);
        DaxWindow third = s.window(0, Stage.BLOCK);
        Actors.Actor t0 = s.actors.park(SyncPoint.FAULT_AFTER_ENTRY_LOCK, () -> first.getByte(0));
        // Has its block, and waits to replace the entry of a hole; it will find that of a block.
        Actors.Actor t1 = s.actors.startAndAwait(() -> s.write(0, 10));
        Actors.Actor t2 = s.actors.startAndAwait(() -> second.getByte(0));
        Actors.Actor t3 = s.actors.startAndAwait(() -> third.putByte(100, Stage.STORED));
        assertFalse(t1.isDone() || t2.isDone() || t3.isDone(), "somebody passed a locked entry");
        t0.finish();
        t1.finish();
        t2.finish();
        t3.finish();
        s.expect(Stage.WRITTEN, second.getByte(0));
        s.expect(Stage.STORED, s.read(100));
    }

    /** F holds the entry; a write-back and a write want it too, and after F the entry is gone. */
    private static void invalidators(Stage s) {
        s.window.putByte(0, Stage.STORED);
        DaxWindow other = s.window(0, Stage.BLOCK);
        Actors.Actor p2 =
                s.actors.park(List.of(SyncPoint.SYNC_AFTER_TAG, SyncPoint.SYNC_AFTER_ENTRY_LOCK), s.file::fsync);
        s.file.punchHole(0, Stage.BLOCK);
        // The punch took entry and snapshot; a fault makes the entry again, with nothing in it yet.
        Actors.Actor f = s.actors.park(SyncPoint.FAULT_AFTER_ENTRY_LOCK, () -> s.window.getByte(0));
        Actors.Actor a = s.actors.startAndAwait(() -> s.write(0, 10));
        Actors.Actor b = s.actors.startAndAwait(() -> other.getByte(0));
        p2.release();
        p2.awaitBlockedOrDone();
        f.finish();
        a.finish();
        b.finish();
        p2.finish();
        s.expect(Stage.WRITTEN, other.getByte(0));
        s.expect(Stage.WRITTEN, s.window.getByte(0));
    }

    /** A 2 MiB fault meets a locked 4 KiB entry: it falls back at once, and slot 300's owner is nobody it waits for. */
    private static void conflictDoesNotWait(Stage s) {
        s.file.allocate(0, Stage.HUGE);
        DaxWindow small = s.window(300 * Stage.BLOCK, Stage.BLOCK);
        Actors.Actor p0 = s.actors.park(SyncPoint.FAULT_AFTER_ENTRY_LOCK, () -> small.getByte(0));
        Actors.Actor p1 = s.actors.startAndAwait(() -> s.window.getByte(0));
        assertTrue(p1.isDone(), "L7: a conflict of sizes waits for nobody");
        // Same slot: this one does wait, and must be woken.
        Actors.Actor p2 = s.actors.startAndAwait(() -> s.window.getByte(300 * Stage.BLOCK));
        assertFalse(p2.isDone(), "somebody passed a locked entry");
        p0.finish();
        p1.finish();
        p2.finish();
        assertEquals(0, s.window.getByte(0));
    }

    /** The stage checks at each sync point, flush and drain that nobody is inside the index lock. */
    private static void everyOperation(Stage s) {
        s.window.getByte(0);
        s.write(0, 2 * Stage.BLOCK);
        s.window.putByte(3 * Stage.BLOCK, Stage.STORED);
        s.file.fsync();
        s.file.punchHole(100, 2 * Stage.BLOCK);
        s.file.allocate(0, Stage.HUGE);
        s.window.putByte(5 * Stage.BLOCK, Stage.STORED);
        s.file.fsync(0, Stage.HUGE);
        s.file.truncate(3 * Stage.BLOCK + 1);
        s.file.truncate(Stage.SIZE);
        s.expect(0, s.window.getByte(5 * Stage.BLOCK));
    }
}
