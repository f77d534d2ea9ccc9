package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** S01 to S11: holes, allocation and invalidation; the races the catalogue began with. */
final class HoleRaces {
    private static final int CREATIONS = 60;

    static final List<Scenario> ALL = all();

    private HoleRaces() {}

    private static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>(List.of(
                new Scenario("S01", "2016: invalidation after the copy", HoleRaces::lateInvalidate),
                new Scenario("S01.early", "2016", HoleRaces::storeBeforeAllocation),
                new Scenario("S01.same", "2016", HoleRaces::storeToTheSameBytes),
                new Scenario("S02", "2016: invalidation before the allocation", s -> holeFault(s, s.window)),
                new Scenario("S02.private", "2016", HoleRaces::holeFaultOfAPrivateWindow),
                new Scenario("S02.aliases", "2016", HoleRaces::holeFaultOfAliases),
                new Scenario("S02.late", "2016", HoleRaces::holeFaultOfALateWindow),
                new Scenario("S02.reserved", "ours: 2 MiB that get data at once", HoleRaces::holeOfAReservedBlock),
                new Scenario("S03", "2016: a write invalidates the whole file", HoleRaces::unrelatedDirt)));
        all.addAll(layoutBreaks());
        all.add(new Scenario("S03b.huge", "2025: inside one 2 MiB block", HoleRaces::layoutBreakInsideHuge));
        all.addAll(List.of(
                new Scenario("S04", "2017: dirty entries invalidated", HoleRaces::sameBlock),
                new Scenario("S05", "4.10: lookup, then entry lock", HoleRaces::lookupBeforeLock),
                new Scenario("S05.mirror", "4.10", HoleRaces::twoAllocations),
                new Scenario("S06", "4.10: huge zero page kept", HoleRaces::hugeZero),
                new Scenario("S06.fault", "4.10", HoleRaces::hugeZeroAndWriteFault),
                new Scenario("S06.mixed", "4.10", HoleRaces::hugeZeroBesideASmallOne),
                new Scenario("S07", "4.10: clean entries evicted, mappings not", HoleRaces::evictedHole),
                new Scenario("S07.block", "4.10: clean entries evicted, mappings not", HoleRaces::evictedBlock),
                new Scenario("S08", "2015: two write faults zero one block", HoleRaces::twoWriteFaults),
                new Scenario("S09", "2016: a fault zeroes what a write copied", HoleRaces::copyAndFault),
                new Scenario("S10", "before 4.7: no entry locks", HoleRaces::readAndWriteFault),
                new Scenario("S11", "ours", HoleRaces::sameSlot)));
        return all;
    }

    private static void lateInvalidate(Stage s) {
        s.expect(0, s.window.getByte(2048));
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_MID_COPY, () -> s.write(0, 10));
        s.window.putByte(2048, Stage.STORED);
        p1.finish();
        assertTrue(s.isDirty(0), "D1: its entry is dirty");
        assertTrue(s.window.storeAddress(0) >= 0, "nobody took the permission away");
        s.syncAndCrash(() -> {
            s.expect(Stage.WRITTEN, s.read(9));
            s.expect(Stage.STORED, s.read(2048));
        });
    }

    private static void storeBeforeAllocation(Stage s) {
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_BEFORE_MAP, () -> s.write(0, 10));
        s.window.putByte(2048, Stage.STORED);
        p1.finish();
        s.syncAndCrash(() -> {
            s.expect(Stage.WRITTEN, s.read(9));
            s.expect(Stage.STORED, s.read(2048));
        });
    }

    private static void storeToTheSameBytes(Stage s) {
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_AFTER_REVOKE, () -> s.write(0, 10));
        s.window.putByte(5, Stage.STORED);
        p1.finish();
        byte seen = s.window.getByte(5);
        s.syncAndCrash(() -> s.expect(seen, s.read(5)));
    }

    private static void holeFault(Stage s, DaxWindow reader) {
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_BEFORE_MAP, () -> s.write(0, 10));
        s.expect(0, reader.getByte(0));
        p1.finish();
        s.expect(Stage.WRITTEN, reader.getByte(0));
    }

    private static void holeFaultOfAPrivateWindow(Stage s) {
        holeFault(s, s.file.window(0, Stage.SIZE, WindowMode.PRIVATE));
    }

    private static void holeFaultOfAliases(Stage s) {
        DaxWindow other = s.window(0, Stage.BLOCK);
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_BEFORE_MAP, () -> s.write(0, 10));
        s.expect(0, s.window.getByte(0));
        s.expect(0, other.getByte(0));
        p1.finish();
        s.expect(Stage.WRITTEN, s.window.getByte(0));
        s.expect(Stage.WRITTEN, other.getByte(0));
    }

    private static void holeFaultOfALateWindow(Stage s) {
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_BEFORE_MAP, () -> s.write(0, 10));
        DaxWindow late = s.window(0, 2 * Stage.BLOCK);
        s.expect(0, late.getByte(0));
        p1.finish();
        s.expect(Stage.WRITTEN, late.getByte(0));
    }

    /** A store gives 2 MiB of reserved blocks data; a write to another page of them is visible when it returns. */
    private static void holeOfAReservedBlock(Stage s) {
        s.file.allocate(0, Stage.HUGE);
        DaxWindow writer = s.window(0, Stage.BLOCK);
        DaxWindow reader = s.window(5 * Stage.BLOCK, Stage.BLOCK);
        s.expect(0, reader.getByte(0));
        Actors.Actor p0 = s.actors.park(SyncPoint.UNWRITTEN_AFTER_MAP, () -> writer.putByte(0, Stage.STORED));
        boolean[] written = {false};
        Actors.Actor p1 = s.actors.startAndAwait(() -> {
            s.write(5 * Stage.BLOCK, 10);
            s.expect(Stage.WRITTEN, reader.getByte(0));
            written[0] = true;
        });
        p0.finish();
        p1.finish();
        assertTrue(written[0]);
        s.expect(Stage.WRITTEN, reader.getByte(0));
        s.expect(Stage.STORED, writer.getByte(0));
    }

    private static void unrelatedDirt(Stage s) {
        long far = 1L << 30;
        s.file.truncate(far + Stage.BLOCK);
        s.window(far, Stage.BLOCK).putByte(0, Stage.STORED);
        s.write(0, 10);
        assertTrue(s.isDirty(far), "D1");
        s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(far)));
    }

    /** S03b: no change of the layout forgets dirt outside the range it destroys. */
    private static List<Scenario> layoutBreaks() {
        return List.of(
                layoutBreak("punch", s -> s.file.punchHole(0, Stage.BLOCK)),
                layoutBreak("allocate", s -> s.file.allocate(Stage.SIZE, Stage.BLOCK)),
                layoutBreak("zero", s -> s.file.zeroRange(0, Stage.BLOCK, SizeRule.KEEP)),
                layoutBreak("clone", s -> s.volume.clone("f", "c")),
                layoutBreak("range", s -> s.foreign.cloneRange(s.file, 0, 0, Stage.BLOCK)),
                layoutBreak("collapse", Stage.FAR - Stage.BLOCK, s -> s.file.collapseRange(0, Stage.BLOCK)),
                layoutBreak("behind", s -> s.file.collapseRange(Stage.FAR + Stage.BLOCK, Stage.BLOCK)),
                layoutBreak("insert", Stage.FAR + Stage.BLOCK, s -> s.file.insertRange(0, Stage.BLOCK)),
                layoutBreak("extend", s -> s.file.truncate(Stage.SIZE + 5000)),
                layoutBreak("cut", s -> s.file.truncate(Stage.FAR + Stage.BLOCK)));
    }

    private static Scenario layoutBreak(String name, Consumer<Stage> change) {
        return layoutBreak(name, Stage.FAR, change);
    }

    /** The store is found at {@code after} once the layout changed. */
    private static Scenario layoutBreak(String name, long after, Consumer<Stage> change) {
        return new Scenario("S03b." + name, "2025: a layout change drops the whole file's entries", s -> {
            s.write(0, 10);
            s.file.fsync();
            s.window.putByte(Stage.FAR, Stage.STORED);
            change.accept(s);
            s.expect(Stage.STORED, s.window.getByte(after));
            s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(after)));
        });
    }

    /** The dirt lies in the 2 MiB block, and in the entry, of which other pages are taken away. */
    private static void layoutBreakInsideHuge(Stage s) {
        s.file.allocate(Stage.HUGE, Stage.HUGE);
        s.window.putByte(Stage.FAR, Stage.STORED);
        s.file.punchHole(Stage.HUGE, Stage.BLOCK);
        s.expect(Stage.STORED, s.window.getByte(Stage.FAR));
        s.window.putByte(Stage.FAR + 1, Stage.STORED);
        s.file.truncate(Stage.FAR + Stage.BLOCK);
        s.expect(Stage.STORED, s.window.getByte(Stage.FAR + 1));
        s.fillForeign(300);
        s.syncAndCrash(() -> {
            s.expectOnly(Stage.FAR, 2, Stage.STORED);
            s.expect(0, s.read(Stage.HUGE));
        });
    }

    private static void sameBlock(Stage s) {
        s.write(0, Stage.BLOCK);
        s.file.fsync();
        s.window.putByte(0, Stage.STORED);
        s.write(2048, 10);
        boolean isDirty = s.isDirty(0);
        boolean isWritable = s.window.storeAddress(0) >= 0;
        s.syncAndCrash(() -> {
            s.expect(Stage.STORED, s.read(0));
            s.expect(Stage.WRITTEN, s.read(2048));
        });
        assertTrue(isDirty, "D1");
        assertTrue(isWritable, "no block is new, so nobody loses a permission");
    }

    private static void lookupBeforeLock(Stage s) {
        Actors.Actor p0 = s.actors.park(SyncPoint.FAULT_AFTER_MAP, () -> s.window.getByte(0));
        Actors.Actor p1 = s.actors.startAndAwait(() -> s.write(0, 10));
        p0.finish();
        p1.finish();
        s.expect(Stage.WRITTEN, s.window.getByte(0));
        s.expect(Stage.WRITTEN, s.window(0, Stage.BLOCK).getByte(0));
    }

    private static void twoAllocations(Stage s) {
        Actors.Actor p0 = s.actors.park(SyncPoint.FAULT_AFTER_MAP, () -> s.window.putByte(2048, Stage.STORED));
        Actors.Actor p1 = s.actors.startAndAwait(() -> s.write(0, 10));
        p0.finish();
        p1.finish();
        s.expect(Stage.STORED, s.read(2048));
        s.expect(Stage.WRITTEN, s.read(0));
    }

    private static void hugeZero(Stage s) {
        DaxWindow window = s.window(Stage.HUGE, Stage.HUGE);
        s.expect(0, window.getByte(0));
        s.write(Stage.HUGE, 12);
        s.expect(Stage.WRITTEN, window.getByte(0));
        s.expect(0, window.getByte(Stage.BLOCK));
        VolumeChecker.check(s.file, window);
    }

    private static void hugeZeroAndWriteFault(Stage s) {
        DaxWindow reader = s.window(Stage.HUGE, Stage.HUGE);
        s.expect(0, reader.getByte(7 * Stage.BLOCK));
        s.window.putByte(Stage.HUGE + 7 * Stage.BLOCK, Stage.STORED);
        s.expect(Stage.STORED, reader.getByte(7 * Stage.BLOCK));
        s.expect(0, reader.getByte(8 * Stage.BLOCK));
        VolumeChecker.check(s.file, reader);
    }

    private static void hugeZeroBesideASmallOne(Stage s) {
        DaxWindow large = s.window(Stage.HUGE, Stage.HUGE);
        DaxWindow small = s.window(Stage.HUGE + Stage.BLOCK, Stage.BLOCK);
        s.expect(0, small.getByte(0));
        s.expect(0, large.getByte(0));
        s.expect(0, large.getByte(Stage.BLOCK));
        s.write(Stage.HUGE + Stage.BLOCK, 10);
        s.expect(Stage.WRITTEN, small.getByte(0));
        s.expect(Stage.WRITTEN, large.getByte(Stage.BLOCK));
    }

    private static void evictedHole(Stage s) {
        s.expect(0, s.window.getByte(0));
        s.file.dropCleanEntries();
        s.write(0, 10);
        s.expect(Stage.WRITTEN, s.window.getByte(0));
    }

    private static void evictedBlock(Stage s) {
        s.write(0, Stage.BLOCK);
        s.file.fsync();
        s.expect(Stage.WRITTEN, s.window.getByte(0));
        s.file.dropCleanEntries();
        VolumeChecker.check(s.file, s.window);
        s.expect(Stage.WRITTEN, s.window.getByte(0));
        Actors.Actor p1 = s.actors.park(SyncPoint.LAYOUT_AFTER_REVOKE, () -> s.file.punchHole(0, Stage.BLOCK));
        s.fillForeign(1);
        byte[] loaded = {1};
        Actors.Actor p0 = s.actors.startAndAwait(() -> loaded[0] = s.window.getByte(0));
        p1.finish();
        p0.finish();
        assertEquals(0, loaded[0], "a byte of a block that was another file's");
        s.window.putByte(1, Stage.STORED);
        s.expectForeign(1);
    }

    private static void twoWriteFaults(Stage s) {
        s.foreign.truncate(0);
        DaxWindow other = s.window(0, Stage.BLOCK);
        Actors.Actor p0 = s.actors.park(SyncPoint.FAULT_AFTER_MAP, () -> s.window.putByte(1024, Stage.STORED));
        Actors.Actor p1 = s.actors.startAndAwait(() -> other.putByte(3072, Stage.REWRITTEN));
        p0.finish();
        p1.finish();
        DaxWindow third = s.window(0, Stage.BLOCK);
        for (int at : new int[] {1024, 3072}) {
            s.expect(at == 1024 ? Stage.STORED : Stage.REWRITTEN, s.read(at));
            s.expect(at == 1024 ? Stage.STORED : Stage.REWRITTEN, third.getByte(at));
        }
        assertEquals(Stage.BLOCK, mappedBytes(s), "blocks charged for one page");
        s.syncAndCrash(() -> {
            s.expect(Stage.STORED, s.read(1024));
            s.expect(Stage.REWRITTEN, s.read(3072));
        });
    }

    private static void copyAndFault(Stage s) {
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_MID_COPY, () -> s.write(2048, Stage.BLOCK));
        s.window.putByte(0, Stage.STORED);
        s.window.putByte(Stage.BLOCK + 3000, Stage.STORED);
        p1.finish();
        s.expectOnly(2048, Stage.BLOCK, Stage.WRITTEN);
        s.expect(Stage.STORED, s.read(0));
        s.expect(Stage.STORED, s.read(Stage.BLOCK + 3000));
    }

    private static void readAndWriteFault(Stage s) {
        DaxWindow reader = s.window(0, Stage.BLOCK);
        Actors.Actor p0 = s.actors.park(SyncPoint.FAULT_AFTER_MAP, () -> reader.getByte(0));
        Actors.Actor p1 = s.actors.startAndAwait(() -> s.window.putByte(0, Stage.STORED));
        assertFalse(p1.isDone(), "the write fault passed a locked entry");
        p0.finish();
        p1.finish();
        s.expect(Stage.STORED, reader.getByte(0));
    }

    /** Two faults and a write make one slot's entry at the same time, parked and let go at random. */
    private static void sameSlot(Stage s) {
        RandomGenerator random = Seed.of(11).random();
        SyncPoint[] faultPlaces = {
            SyncPoint.FAULT_BEFORE_ENTRY_LOCK, SyncPoint.FAULT_AFTER_SIZE_CHECK, SyncPoint.FAULT_BEFORE_ENTRY_LOCK
        };
        SyncPoint[] ioPlaces = {SyncPoint.IO_AFTER_LOCK, SyncPoint.IO_AFTER_ALLOC, SyncPoint.IO_BEFORE_COPY};
        for (int i = 0; i < CREATIONS; i++) {
            long at = (long) i * Stage.BLOCK;
            List<Actors.Actor> actors = new ArrayList<>(List.of(
                    s.actors.park(faultPlaces[random.nextInt(3)], () -> s.window.getByte(at)),
                    s.actors.park(faultPlaces[random.nextInt(3)], () -> s.window.putByte(at + 100, Stage.STORED)),
                    s.actors.park(ioPlaces[random.nextInt(3)], () -> s.write(at, 10))));
            List<Actors.Actor> inOrder = new ArrayList<>(actors);
            while (!actors.isEmpty()) {
                actors.remove(random.nextInt(actors.size())).release();
            }
            inOrder.forEach(Actors.Actor::finish);
            s.expect(Stage.WRITTEN, s.window.getByte(at));
            s.expect(Stage.STORED, s.read(at + 100));
        }
        long entries = 0;
        for (long index = 0; index < CREATIONS; index++) {
            entries += MappingEntry.hasBlock(s.chunk(index).entryAt(index)) ? 1 : 0;
        }
        assertEquals(CREATIONS, entries, "entries made less entries removed");
        assertEquals((long) CREATIONS * Stage.BLOCK, mappedBytes(s), "one block a page");
    }

    private static long mappedBytes(Stage s) {
        return s.file.extents(0, Stage.SIZE).stream()
                .filter(extent -> extent.state() == ExtentState.MAPPED)
                .mapToLong(Extent::length)
                .sum();
    }
}
