package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

/** S50 to S55: copies whose buffer is a window, locks that could close a circle, gates and permissions. */
final class RecursionRaces {
    static final List<Scenario> ALL = List.of(
            new Scenario("S50", "2012: a write of a page onto itself", s -> copyWithin(s, 0, 0, Stage.BLOCK)),
            new Scenario("S50.hole", "2021: into a hole", s -> copyWithin(s, 0, 2 * Stage.BLOCK, Stage.BLOCK)),
            new Scenario("S50.zeroes", "2021: out of a hole", s -> copyWithin(s, 2 * Stage.BLOCK, 0, Stage.BLOCK)),
            new Scenario("S50.overlap", "2021: shifted by a byte", s -> copyWithin(s, 0, 1, 2 * Stage.BLOCK - 1)),
            new Scenario("S50.back", "2021: shifted by a byte", s -> copyWithin(s, 1, 0, 2 * Stage.BLOCK - 1)),
            new Scenario("S50.beyond", "2023: a source that ends", RecursionRaces::sourceBeyondTheEnd),
            new Scenario("S50.private", "2023: a private source", RecursionRaces::privateSource),
            new Scenario("S51", "2021: a read of a page into itself", s -> readInto(s, 0)),
            new Scenario("S51.hole", "2021: a read whose buffer allocates", s -> readInto(s, 3 * Stage.BLOCK)),
            new Scenario("S52", "two files crosswise", RecursionRaces::crosswise),
            new Scenario("S53", "2017: transaction against entry lock", RecursionRaces::mapAgainstEntry),
            new Scenario("S54", "a freeze that waits for itself", RecursionRaces::freeze),
            new Scenario(
                    "S54.discard", "ours: a freeze that misses a store under way", RecursionRaces::freezeAcrossStore),
            new Scenario("S55", "2017: a read into a read-only mapping", RecursionRaces::readIntoReadOnly),
            new Scenario("S55.restrict", "a store across mprotect", RecursionRaces::restrictAcrossStore));

    private RecursionRaces() {}

    /** Bytes that are all different from their neighbours, on the first two pages. */
    private static byte[] pattern(Stage s, DaxWindow window) {
        byte[] bytes = new byte[4 * Stage.BLOCK];
        for (int i = 0; i < 2 * Stage.BLOCK; i++) {
            bytes[i] = (byte) (i * 31 >> 3 ^ i);
        }
        window.put(0, bytes, 0, 2 * Stage.BLOCK);
        s.file.fsync();
        return bytes;
    }

    /** A write out of a window of the same file does what a move in memory does. */
    private static void copyWithin(Stage s, int from, int to, int length) {
        byte[] model = pattern(s, s.window);
        System.arraycopy(model.clone(), from, model, to, length);
        // A window of its own, so that its pages fault in the middle of the copy.
        DaxWindow source = s.window(0, Stage.SIZE);
        long[] done = {0};
        s.actors.start(() -> done[0] = s.file.write(to, source, from, length)).finish();
        assertEquals(length, done[0]);
        s.syncAndCrash(() -> {
            for (int at = 0; at < model.length; at++) {
                s.expect(model[at], s.read(at));
            }
        });
    }

    private static void sourceBeyondTheEnd(Stage s) {
        pattern(s, s.window);
        s.file.truncate(2 * Stage.BLOCK);
        assertThrows(BeyondEndOfFileException.class, () -> s.file.write(0, s.window, 2 * Stage.BLOCK, 10));
        byte moved = s.window.getByte(2 * Stage.BLOCK - 10);
        long[] done = {0};
        s.actors
                .start(() -> done[0] = s.file.write(0, s.window, 2 * Stage.BLOCK - 10, 20))
                .finish();
        assertEquals(10, done[0], "a short write");
        s.syncAndCrash(() -> {
            s.expect(moved, s.read(0));
            assertEquals(2 * Stage.BLOCK, s.file.size());
        });
    }

    private static void privateSource(Stage s) {
        byte[] model = pattern(s, s.window);
        DaxWindow own = s.file.window(0, Stage.SIZE, WindowMode.PRIVATE);
        own.putByte(7, Stage.STORED);
        s.actors.start(() -> s.file.write(0, own, 0, Stage.BLOCK)).finish();
        s.syncAndCrash(() -> {
            s.expect(Stage.STORED, s.read(7));
            s.expect(model[8], s.read(8));
        });
    }

    private static void readInto(Stage s, int to) {
        byte[] model = pattern(s, s.window);
        DaxWindow target = s.window(0, Stage.SIZE);
        long[] done = {0};
        s.actors.start(() -> done[0] = s.file.read(0, target, to, Stage.BLOCK)).finish();
        assertEquals(Stage.BLOCK, done[0]);
        s.syncAndCrash(() -> {
            for (int at = 0; at < Stage.BLOCK; at++) {
                s.expect(model[at], s.read(to + at));
            }
        });
    }

    private static void crosswise(Stage s) {
        s.write(0, Stage.BLOCK);
        s.fillForeign(1);
        DaxWindow ofForeign = s.foreign.window(0, Stage.BLOCK);
        DaxWindow ofFile = s.file.window(0, Stage.BLOCK);
        Actors.Actor p0 = s.actors.park(SyncPoint.IO_BEFORE_COPY, () -> s.file.write(0, ofForeign, 0, Stage.BLOCK / 2));
        Actors.Actor p1 = s.actors.park(
                SyncPoint.IO_BEFORE_COPY,
                () -> s.foreign.write(Stage.BLOCK / 2, ofFile, Stage.BLOCK / 2, Stage.BLOCK / 2));
        p0.release();
        p1.release();
        p0.finish();
        p1.finish();
        s.expect(Stage.FOREIGN, s.read(0));
        s.expect(Stage.WRITTEN, s.read(s.foreign, Stage.BLOCK / 2));
    }

    /** A write that needs blocks waits for an entry; it must not hold the block map meanwhile (L1). */
    private static void mapAgainstEntry(Stage s) {
        Actors.Actor p0 = s.actors.park(SyncPoint.FAULT_AFTER_ENTRY_LOCK, () -> s.window.putByte(0, Stage.STORED));
        Actors.Actor p1 = s.actors.startAndAwait(() -> s.write(100, 2 * Stage.BLOCK));
        assertFalse(p1.isDone(), "a write passed a locked entry");
        Actors.Actor p2 = s.actors.startAndAwait(() -> s.window.putByte(Stage.FAR, Stage.STORED));
        assertTrue(p2.isDone(), "L1: somebody waits for an entry and holds the block map");
        p0.finish();
        p1.finish();
        p2.finish();
        s.expect(Stage.STORED, s.read(0));
        s.expect(Stage.WRITTEN, s.window.getByte(100));
    }

    private static void freeze(Stage s) {
        s.window.putByte(0, (byte) 1);
        s.volume.freeze();
        Actors.Actor p0 = s.actors.startAndAwait(() -> s.window.putByte(0, Stage.STORED));
        Actors.Actor p1 = s.actors.startAndAwait(() -> s.write(Stage.BLOCK, 10));
        Actors.Actor p2 = s.actors.startAndAwait(() -> s.file.punchHole(3 * Stage.BLOCK, Stage.BLOCK));
        assertFalse(p0.isDone() || p1.isDone() || p2.isDone(), "somebody changed a frozen volume");
        // Who waits holds nothing that a load, a read or an fsync needs.
        s.expect(1, s.window.getByte(0));
        s.expect(0, s.window.getByte(Stage.BLOCK));
        s.expect(1, s.read(0));
        s.actors.start(s.file::fsync).finish();
        assertThrows(IllegalStateException.class, s.volume::freeze);
        s.volume.thaw();
        p0.finish();
        p1.finish();
        p2.finish();
        s.syncAndCrash(() -> {
            s.expect(Stage.STORED, s.read(0));
            s.expect(Stage.WRITTEN, s.read(Stage.BLOCK));
        });
    }

    /** A discard took the permission a store was admitted under, and waits for it; so must a freeze. */
    private static void freezeAcrossStore(Stage s) {
        s.window.putLong(0, 1);
        Actors.Actor p0 = s.actors.park(SyncPoint.STORE_AFTER_CHECK, () -> s.window.putLong(0, Stage.STORED));
        Actors.Actor p1 = s.actors.startAndAwait(() -> s.window.discard(0, Stage.BLOCK));
        Actors.Actor p2 = s.actors.startAndAwait(s.volume::freeze);
        assertFalse(p2.isDone(), "U1: the volume is frozen, and a store still runs");
        p0.finish();
        p1.finish();
        p2.finish();
        s.volume.thaw();
    }

    private static void readIntoReadOnly(Stage s) {
        s.write(0, Stage.BLOCK);
        s.fill(Stage.BLOCK, Stage.BLOCK, Stage.REWRITTEN);
        DaxWindow target = s.file.window(0, Stage.BLOCK, WindowMode.READ_ONLY);
        s.expect(Stage.WRITTEN, target.getByte(0));
        assertThrows(WindowPermissionException.class, () -> s.file.read(Stage.BLOCK, target, 0, 10));
        assertThrows(WindowPermissionException.class, () -> target.putByte(0, Stage.STORED));
        VolumeChecker.check(s.file, target);
        s.expect(Stage.WRITTEN, s.read(0));
    }

    private static void restrictAcrossStore(Stage s) {
        s.window.putLong(0, 1);
        Actors.Actor p0 = s.actors.park(SyncPoint.STORE_AFTER_CHECK, () -> s.window.putLong(0, Stage.STORED));
        Actors.Actor p1 = s.actors.startAndAwait(s.window::restrict);
        assertFalse(p1.isDone(), "U1: a store admitted before still runs");
        p0.finish();
        p1.finish();
        assertThrows(WindowPermissionException.class, () -> s.window.putLong(0, 2));
        s.syncAndCrash(() -> s.expect(Stage.STORED, s.read(0)));
    }
}
