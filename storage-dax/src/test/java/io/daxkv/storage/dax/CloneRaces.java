package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;

/** S34, S37 to S39 and what goes with them: indexes that move, and blocks with more than one owner. */
final class CloneRaces {
    static final List<Scenario> ALL = List.of(
            new Scenario("S34", "2018: blocks that move under a mapping", CloneRaces::collapse),
            new Scenario("S34.insert", "2018: blocks that move under a mapping", CloneRaces::insert),
            new Scenario("S37", "2022: edges of a copied block", CloneRaces::copyEdges),
            new Scenario("S37.hole", "2022: edges of a block there was not", CloneRaces::copyEdgesOfAHole),
            new Scenario("S37.mapped", "2022: mappings of the old block kept", CloneRaces::mappedBeforeTheClone),
            new Scenario("S37.fault", "2022: a store to a shared block", CloneRaces::storeToSharedBlock),
            new Scenario("S37b", "ours: a copy inside a dirty 2 MiB", CloneRaces::copyInsideDirtyHuge),
            new Scenario("S39", "2021: stores during a clone", CloneRaces::storesDuringClone),
            new Scenario("S39.range", "2021: stores during a clone", CloneRaces::storesDuringCloneRange),
            new Scenario("S39.dedupe", "2021: stores during a dedupe", CloneRaces::storesDuringDedupe),
            new Scenario("S39.read", "ours: a read of a block that is copied away", CloneRaces::readDuringCopy),
            new Scenario("S52.clone", "two files crosswise", CloneRaces::crosswiseClones));

    private CloneRaces() {}

    /** Stores page n's letter to each of four pages, half of it never synced. */
    private static void letters(Stage s) {
        for (int page = 0; page < 4; page++) {
            s.fill((long) page * Stage.BLOCK, Stage.BLOCK, (byte) ('p' + page));
        }
        s.file.fsync();
        for (int page = 0; page < 4; page++) {
            s.window.putByte((long) page * Stage.BLOCK + 100, (byte) ('P' + page));
        }
    }

    private static void collapse(Stage s) {
        letters(s);
        s.file.collapseRange(0, Stage.BLOCK);
        for (int page = 0; page < 3; page++) {
            long at = (long) page * Stage.BLOCK;
            s.expect('q' + page, s.window.getByte(at));
            s.expect('Q' + page, s.window.getByte(at + 100));
            s.window.putByte(at + 200, (byte) ('Q' + page));
        }
        s.syncAndCrash(() -> {
            assertEquals(Stage.SIZE - Stage.BLOCK, s.file.size());
            for (int page = 0; page < 3; page++) {
                long at = (long) page * Stage.BLOCK;
                s.expect('q' + page, s.read(at));
                s.expect('Q' + page, s.read(at + 100));
                s.expect('Q' + page, s.read(at + 200));
            }
        });
    }

    private static void insert(Stage s) {
        letters(s);
        s.file.insertRange(Stage.BLOCK, Stage.BLOCK);
        s.expect(0, s.window.getByte(Stage.BLOCK));
        s.expect('Q', s.window.getByte(2 * Stage.BLOCK + 100));
        s.window.putByte(2 * Stage.BLOCK + 200, Stage.STORED);
        s.syncAndCrash(() -> {
            s.expect('P', s.read(100));
            s.expect(0, s.read(Stage.BLOCK + 100));
            s.expect('Q', s.read(2 * Stage.BLOCK + 100));
            s.expect(Stage.STORED, s.read(2 * Stage.BLOCK + 200));
            s.expect('S', s.read(4 * Stage.BLOCK + 100));
        });
    }

    private static void copyEdges(Stage s) {
        s.write(0, Stage.BLOCK);
        s.window.putByte(0, Stage.STORED);
        s.volume.clone("f", "c");
        s.fill(1000, 100, Stage.REWRITTEN);
        s.syncAndCrash(() -> {
            s.expect(Stage.STORED, s.read(0));
            s.expect(Stage.WRITTEN, s.read(999));
            s.expectOnly(1000, 100, Stage.REWRITTEN);
            s.expectOnly(1100, Stage.BLOCK - 1100, Stage.WRITTEN);
            DaxFile clone = s.volume.open("c");
            s.expect(Stage.STORED, s.read(clone, 0));
            s.expect(Stage.WRITTEN, s.read(clone, 1000));
        });
    }

    private static void copyEdgesOfAHole(Stage s) {
        s.fillForeign(8);
        s.foreign.truncate(0);
        s.file.allocate(0, Stage.BLOCK);
        s.volume.clone("f", "c");
        s.fill(1000, 100, Stage.REWRITTEN);
        s.fill(Stage.BLOCK + 1000, 100, Stage.REWRITTEN);
        s.syncAndCrash(() -> {
            s.expectOnly(0, 1000, (byte) 0);
            s.expectOnly(1100, Stage.BLOCK - 100, (byte) 0);
            s.expect(0, s.read(s.volume.open("c"), 1000));
        });
    }

    private static void mappedBeforeTheClone(Stage s) {
        s.write(0, Stage.BLOCK);
        s.window.putByte(0, Stage.STORED);
        DaxFile clone = s.volume.clone("f", "c");
        s.window.putByte(0, Stage.REWRITTEN);
        s.expect(Stage.STORED, s.read(clone, 0));
        s.expect(Stage.REWRITTEN, s.read(0));
        s.syncAndCrash(() -> {
            s.expect(Stage.REWRITTEN, s.read(0));
            s.expect(Stage.WRITTEN, s.read(1));
            s.expect(Stage.STORED, s.read(s.volume.open("c"), 0));
        });
    }

    /** A store and a write both want a block of their own instead of the shared one. */
    private static void storeToSharedBlock(Stage s) {
        s.write(0, Stage.BLOCK);
        DaxFile clone = s.volume.clone("f", "c");
        Actors.Actor p0 = s.actors.park(SyncPoint.COW_AFTER_COPY, () -> s.window.putByte(0, Stage.STORED));
        Actors.Actor p1 = s.actors.startAndAwait(() -> s.fill(1000, 100, Stage.REWRITTEN));
        p0.finish();
        p1.finish();
        s.expect(Stage.WRITTEN, s.read(clone, 0));
        s.expect(Stage.WRITTEN, s.read(clone, 1000));
        s.syncAndCrash(() -> {
            s.expect(Stage.STORED, s.read(0));
            s.expect(Stage.REWRITTEN, s.read(1000));
            s.expect(Stage.WRITTEN, s.read(2000));
            s.expect(Stage.WRITTEN, s.read(s.volume.open("c"), 0));
        });
    }

    private static void copyInsideDirtyHuge(Stage s) {
        s.file.allocate(0, Stage.HUGE);
        s.write(0, Stage.BLOCK);
        s.volume.clone("f", "c");
        s.window.putByte(1 << 20, Stage.STORED);
        s.fill(0, 100, Stage.REWRITTEN);
        assertTrue(s.isDirty(1 << 20), "D1");
        s.syncAndCrash(() -> {
            s.expect(Stage.STORED, s.read(1 << 20));
            s.expect(Stage.REWRITTEN, s.read(0));
            s.expect(Stage.WRITTEN, s.read(s.volume.open("c"), 0));
        });
    }

    private static void storesDuringClone(Stage s) {
        s.write(0, 2 * Stage.BLOCK);
        s.window.putByte(0, (byte) 1);
        Actors.Actor p1 = s.actors.park(SyncPoint.LAYOUT_MID_REMAP, () -> s.volume.clone("f", "c"));
        Actors.Actor p0 = s.actors.startAndAwait(() -> s.window.putByte(0, Stage.STORED));
        Actors.Actor p3 = s.actors.startAndAwait(() -> s.fill(Stage.BLOCK, 10, Stage.REWRITTEN));
        p1.finish();
        p0.finish();
        p3.finish();
        DaxFile clone = s.volume.open("c");
        s.expect(1, s.read(clone, 0));
        s.expect(Stage.WRITTEN, s.read(clone, Stage.BLOCK));
        s.expect(Stage.STORED, s.read(0));
        s.expect(Stage.REWRITTEN, s.read(Stage.BLOCK));
    }

    private static void storesDuringCloneRange(Stage s) {
        s.write(0, 2 * Stage.BLOCK);
        s.window.putByte(0, (byte) 1);
        s.foreign.truncate(2 * Stage.BLOCK);
        Actors.Actor p1 =
                s.actors.park(SyncPoint.LAYOUT_BEFORE_FREE, () -> s.foreign.cloneRange(s.file, 0, 0, 2 * Stage.BLOCK));
        Actors.Actor p0 = s.actors.startAndAwait(() -> s.window.putByte(0, Stage.STORED));
        Actors.Actor p3 = s.actors.startAndAwait(() -> s.fill(Stage.BLOCK, 10, Stage.REWRITTEN));
        p1.finish();
        p0.finish();
        p3.finish();
        s.expect(1, s.read(s.foreign, 0));
        s.expect(Stage.WRITTEN, s.read(s.foreign, Stage.BLOCK));
        s.expect(Stage.STORED, s.read(0));
        s.expect(Stage.REWRITTEN, s.read(Stage.BLOCK));
    }

    /** After the comparison and before the blocks are one, nobody stores to either side. */
    private static void storesDuringDedupe(Stage s) {
        s.write(0, Stage.BLOCK);
        s.foreign.write(0, ByteBuffer.wrap(Stage.bytes(Stage.BLOCK, Stage.WRITTEN)));
        s.window.putByte(37, Stage.WRITTEN);
        DaxWindow target = s.foreign.window(0, Stage.BLOCK);
        s.expect(Stage.WRITTEN, target.getByte(37));
        boolean[] isSame = {false};
        Actors.Actor p1 = s.actors.park(
                SyncPoint.LAYOUT_MID_REMAP, () -> isSame[0] = s.foreign.dedupeRange(s.file, 0, 0, Stage.BLOCK));
        Actors.Actor p0 = s.actors.startAndAwait(() -> s.window.putByte(37, Stage.STORED));
        p1.finish();
        p0.finish();
        assertTrue(isSame[0]);
        s.expect(Stage.WRITTEN, target.getByte(37));
        s.expect(Stage.WRITTEN, s.read(s.foreign, 37));
        s.expect(Stage.STORED, s.read(37));
        assertFalse(s.foreign.dedupeRange(s.file, 0, 0, Stage.BLOCK), "different bytes taken for the same");
    }

    /** A read has its block; a fault copies it away, and its other owner, alone now, stores in place. */
    private static void readDuringCopy(Stage s) {
        s.write(0, Stage.BLOCK);
        DaxFile clone = s.volume.clone("f", "c");
        byte[] found = {0};
        Actors.Actor reader = s.actors.park(SyncPoint.IO_BEFORE_READ, () -> found[0] = s.read(0));
        s.actors.start(() -> s.window.putByte(100, Stage.STORED)).finish();
        clone.write(0, ByteBuffer.wrap(Stage.bytes(10, Stage.FOREIGN)));
        reader.finish();
        s.expect(Stage.WRITTEN, found[0]);
    }

    private static void crosswiseClones(Stage s) {
        s.write(0, 2 * Stage.BLOCK);
        s.fillForeign(2);
        Actors.Actor p0 =
                s.actors.park(SyncPoint.LAYOUT_AFTER_LOCK, () -> s.foreign.cloneRange(s.file, 0, 0, Stage.BLOCK));
        Actors.Actor p1 =
                s.actors.startAndAwait(() -> s.file.cloneRange(s.foreign, Stage.BLOCK, Stage.BLOCK, Stage.BLOCK));
        p0.finish();
        p1.finish();
        s.expect(Stage.WRITTEN, s.read(s.foreign, 0));
        s.expect(Stage.FOREIGN, s.read(Stage.BLOCK));
    }
}
