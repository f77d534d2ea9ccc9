package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** S30 to S43: blocks that change their owner, and ends of files that move, under faults, stores and copies. */
final class LayoutRaces {
    static final List<Scenario> ALL = all();

    private LayoutRaces() {}

    private static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>(List.of(
                new Scenario("S30", "size tested outside the invalidate lock", LayoutRaces::truncateAndFault),
                new Scenario("S30.late", "blocks freed, then taken away", LayoutRaces::storeDuringTruncate),
                new Scenario("S31", "2012: a punch while a write copies", LayoutRaces::punchAndWrite),
                new Scenario("S31.read", "2012: a punch while a read copies", LayoutRaces::punchAndRead),
                new Scenario("S32", "a fault during a punch", LayoutRaces::punchAndFault),
                new Scenario("S33", "stores behind the end that show", s -> behindTheEnd(s, false)),
                new Scenario("S33.write", "stores behind the end that show", s -> behindTheEnd(s, true)),
                new Scenario("S33.cut", "bytes cut off that show again", LayoutRaces::cutOff),
                new Scenario("S35", "2018: a punch under a transfer", s -> pinned(s, LayoutRaces::punchFirst)),
                new Scenario("S35.cut", "2018: a truncate under a transfer", s -> pinned(s, f -> f.truncate(0))),
                new Scenario("S35.zero", "2018: zeroes under a transfer", s -> pinned(s, LayoutRaces::zeroFirst)),
                new Scenario(
                        "S35.collapse", "2018: a collapse under a transfer", s -> pinned(s, LayoutRaces::dropFirst)),
                new Scenario("S36", "2019: private copies dropped", LayoutRaces::privateCopies),
                new Scenario("S38", "2019: a private fault during a punch", LayoutRaces::punchAndPrivateFault),
                new Scenario("S40", "a file that outlives its name", LayoutRaces::unlinkWhileMapped),
                new Scenario("S40.fsync", "a file that outlives its name", LayoutRaces::lastCloseDuringFsync),
                new Scenario("S41", "a size that goes before the bytes", LayoutRaces::extendAndLoad),
                new Scenario("S41.fault", "a size that goes before the bytes", LayoutRaces::extendAndFault),
                new Scenario("S42", "2016: mapped before it is zeroed", s -> allocationCrash(s, false)),
                new Scenario("S42.fault", "2016: mapped before it is zeroed", s -> allocationCrash(s, true)),
                new Scenario("S43", "ours: a full volume", LayoutRaces::fullVolume)));
        return all;
    }

    private static void truncateAndFault(Stage s) {
        s.window.putByte(0, Stage.STORED);
        s.file.fsync();
        DaxWindow other = s.window(0, Stage.BLOCK);
        Actors.Actor p0 = s.actors.park(SyncPoint.FAULT_AFTER_SIZE_CHECK, () -> other.putByte(0, Stage.REWRITTEN));
        Actors.Actor p1 = s.actors.startAndAwait(() -> {
            s.file.truncate(0);
            s.fillForeign(1);
        });
        assertFalse(p1.isDone(), "the truncate passed a fault under way");
        p0.release();
        p1.finish();
        p0.awaitBlockedOrDone();
        assertThrows(BeyondEndOfFileException.class, () -> other.putByte(0, Stage.REWRITTEN));
        assertThrows(BeyondEndOfFileException.class, () -> s.window.getByte(0));
        s.expectForeign(1);
    }

    /** When the blocks are about to be free, nobody stores to them any more. */
    private static void storeDuringTruncate(Stage s) {
        s.window.putLong(0, Stage.STORED);
        Actors.Actor p1 = s.actors.park(SyncPoint.LAYOUT_BEFORE_FREE, () -> s.file.truncate(0));
        Actors.Actor p0 = s.actors.startAndAwait(() -> s.window.putLong(0, Stage.REWRITTEN));
        assertFalse(p0.isDone() && p0.failure() == null, "M2: a store to a block that is being freed");
        p1.finish();
        p0.awaitBlockedOrDone();
        assertTrue(p0.failure() instanceof BeyondEndOfFileException, "M10: " + p0.failure());
    }

    private static void punchAndWrite(Stage s) {
        s.write(0, Stage.BLOCK);
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_BEFORE_COPY, () -> s.fill(0, Stage.BLOCK, Stage.REWRITTEN));
        Actors.Actor p2 = s.actors.startAndAwait(() -> {
            s.file.punchHole(0, Stage.BLOCK);
            s.fillForeign(1);
        });
        p1.finish();
        p2.finish();
        s.expectForeign(1);
    }

    private static void punchAndRead(Stage s) {
        s.write(0, Stage.BLOCK);
        boolean[] once = {true};
        s.pmem.beforeGet(() -> {
            if (once[0]) {
                once[0] = false;
                s.actors.reached(SyncPoint.IO_BEFORE_COPY);
            }
        });
        ByteBuffer found = ByteBuffer.allocate(Stage.BLOCK);
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_BEFORE_COPY, () -> s.file.read(0, found));
        Actors.Actor p2 = s.actors.startAndAwait(() -> {
            s.file.punchHole(0, Stage.BLOCK);
            s.fillForeign(1);
        });
        p1.finish();
        p2.finish();
        for (int i = 0; i < Stage.BLOCK; i++) {
            assertTrue(found.get(i) == Stage.WRITTEN || found.get(i) == 0, "a byte of another file: " + found.get(i));
        }
    }

    private static void punchAndFault(Stage s) {
        s.write(0, Stage.BLOCK);
        Actors.Actor p2 = s.actors.park(SyncPoint.LAYOUT_BEFORE_FREE, () -> s.file.punchHole(0, Stage.BLOCK));
        byte[] loaded = {1};
        Actors.Actor p0 = s.actors.startAndAwait(() -> loaded[0] = s.window.getByte(0));
        assertFalse(p0.isDone(), "a fault ran in the middle of a punch");
        p2.finish();
        p0.finish();
        assertEquals(0, loaded[0]);
        s.fillForeign(1);
        s.expect(0, s.window.getByte(0));
    }

    /** What a window stores behind the end never shows when the file grows, and not after a crash either. */
    private static void behindTheEnd(Stage s, boolean byWrite) {
        s.file.truncate(100);
        s.write(0, 100);
        s.file.fsync();
        s.window.putByte(200, Stage.STORED);
        long newEnd = 3L * Stage.BLOCK;
        s.also = point -> {
            if (s.file.size() > 100) {
                s.expect(0, s.window.getByte(200));
            }
        };
        if (byWrite) {
            s.write(newEnd - 1, 1);
        } else {
            s.file.truncate(newEnd);
        }
        s.also = SyncPoint.Hook.NONE;
        s.expect(0, s.read(200));
        s.expect(0, s.window.getByte(200));
        s.syncAndCrash(() -> {
            assertEquals(newEnd, s.file.size());
            s.expect(Stage.WRITTEN, s.read(99));
            s.expect(0, s.read(200));
        });
    }

    /** Bytes that a truncate cut off do not come back when the file grows again, whenever the power fails. */
    private static void cutOff(Stage s) {
        s.file.truncate(Stage.BLOCK);
        s.write(0, Stage.BLOCK);
        s.file.fsync();
        s.eachCrash(
                () -> {
                    s.file.truncate(100);
                    s.file.truncate(2 * Stage.BLOCK);
                },
                file -> {
                    ByteBuffer found = ByteBuffer.allocate(Stage.BLOCK);
                    boolean isOld = file.size() == Stage.BLOCK;
                    file.truncate(2 * Stage.BLOCK);
                    file.read(0, found);
                    s.expect(Stage.WRITTEN, found.get(99));
                    assertTrue(found.get(100) == 0 || isOld && found.get(100) == Stage.WRITTEN, "S33: cut off bytes");
                });
    }

    private static void punchFirst(DaxFile file) {
        file.punchHole(0, Stage.BLOCK);
    }

    private static void dropFirst(DaxFile file) {
        file.collapseRange(0, Stage.BLOCK);
        file.insertRange(0, Stage.BLOCK);
    }

    private static void zeroFirst(DaxFile file) {
        file.zeroRange(0, Stage.BLOCK, SizeRule.KEEP);
    }

    /** Somebody outside writes a pinned block in two halves, and the layout changes in between. */
    private static void pinned(Stage s, Consumer<DaxFile> change) {
        s.write(0, 3 * Stage.BLOCK);
        DaxPin pin = s.file.pin(0, Stage.BLOCK);
        long address = pin.runs().get(0).arenaOffset();
        byte[] half = Stage.bytes(Stage.BLOCK / 2, Stage.STORED);
        s.pmem.put(address, half, 0, half.length);
        Actors.Actor p1 = s.actors.startAndAwait(() -> {
            change.accept(s.file);
            s.fillForeign(1);
        });
        boolean waited = !p1.isDone();
        Actors.Actor reader = s.actors.startAndAwait(() -> s.read(0));
        if (waited) {
            // It holds the io lock and not the invalidate lock: faults go on, of this page too, reads do not.
            s.expect(Stage.STORED, s.window.getByte(0));
            s.window.putByte(2 * Stage.BLOCK, Stage.STORED);
            assertFalse(reader.isDone(), "a read passed the io lock");
            s.volume.create("h", DaxFileKind.ORDINARY).write(0, ByteBuffer.wrap(half));
        }
        s.pmem.put(address + half.length, half, 0, half.length);
        pin.close();
        p1.finish();
        reader.finish();
        s.expectForeign(1);
        if (s.file.size() > 0) {
            s.expect(0, s.window.getByte(0));
        }
        assertTrue(waited, "a layout change passed a pin");
    }

    private static void privateCopies(Stage s) {
        s.write(0, 3 * Stage.BLOCK);
        DaxWindow own = s.file.window(0, Stage.SIZE, WindowMode.PRIVATE);
        own.putByte(100, Stage.STORED);
        s.file.allocate(Stage.SIZE, Stage.BLOCK);
        s.file.punchHole(Stage.BLOCK, Stage.BLOCK);
        s.file.punchHole(0, Stage.BLOCK);
        s.file.truncate(Stage.SIZE / 2);
        s.expect(Stage.STORED, own.getByte(100));
        s.expect(0, s.read(100));
        assertFalse(s.isDirty(100), "M11: a private store marked the file");
    }

    private static void punchAndPrivateFault(Stage s) {
        s.write(0, Stage.BLOCK);
        DaxWindow own = s.file.window(0, Stage.BLOCK, WindowMode.PRIVATE);
        Actors.Actor p0 = s.actors.park(SyncPoint.FAULT_AFTER_MAP, () -> own.putByte(100, Stage.STORED));
        Actors.Actor p1 = s.actors.startAndAwait(() -> {
            s.file.punchHole(0, Stage.BLOCK);
            s.fillForeign(1);
        });
        assertFalse(p1.isDone(), "a punch passed a fault under way");
        p0.finish();
        p1.finish();
        s.expect(Stage.STORED, own.getByte(100));
        s.expect(Stage.WRITTEN, own.getByte(101));
    }

    private static void unlinkWhileMapped(Stage s) {
        s.write(0, Stage.BLOCK);
        s.window.putByte(100, Stage.STORED);
        DaxPin pin = s.file.pin(0, Stage.BLOCK);
        s.volume.delete("f");
        long free = s.volume.freeSize();
        s.leaveFree(0);
        s.expect(Stage.STORED, s.window.getByte(100));
        s.window.putByte(101, Stage.STORED);
        s.expect(Stage.WRITTEN, s.window.getByte(102));
        s.volume.delete("filler");
        s.window.close();
        assertEquals(free, s.volume.freeSize(), "T10: blocks came back under a pin");
        pin.close();
        assertTrue(s.volume.freeSize() > free, "T10: blocks did not come back");
    }

    /** The last window of a deleted file closes while an fsync of it flushes: the blocks come back after that. */
    private static void lastCloseDuringFsync(Stage s) {
        s.window.putByte(0, Stage.STORED);
        s.volume.delete("f");
        long free = s.volume.freeSize();
        DaxWindow window = s.window;
        Actors.Actor p1 = s.actors.park(SyncPoint.SYNC_AFTER_SWAP, () -> window.fsync(0, Stage.BLOCK));
        Actors.Actor p0 = s.actors.startAndAwait(window::close);
        assertEquals(free, s.volume.freeSize(), "M2: blocks came back while they were written back");
        p1.finish();
        p0.finish();
        assertTrue(s.volume.freeSize() > free, "T10: blocks did not come back");
    }

    private static void extendAndLoad(Stage s) {
        s.file.truncate(Stage.BLOCK);
        assertThrows(BeyondEndOfFileException.class, () -> s.window.getByte(Stage.BLOCK));
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_BEFORE_SIZE, () -> s.write(Stage.BLOCK, 1));
        assertThrows(BeyondEndOfFileException.class, () -> s.window.getByte(Stage.BLOCK));
        p1.finish();
        s.expect(Stage.WRITTEN, s.window.getByte(Stage.BLOCK));
        s.window.putByte(Stage.BLOCK + 1000, Stage.STORED);
        s.write(Stage.BLOCK + 10000, 1);
        s.expect(0, s.read(Stage.BLOCK + 1000));
        s.expectOnly(Stage.BLOCK + 1, 9999, (byte) 0);
    }

    /** Whoever can load the tail of the old last block finds it zeroed, however early the write shows its size. */
    private static void extendAndFault(Stage s) {
        s.file.truncate(100);
        s.window.putByte(200, Stage.STORED);
        s.also = point -> {
            if (s.file.size() > 100) {
                s.expect(0, s.window.getByte(200));
            }
        };
        s.write(100 + 10000, 1);
        s.also = SyncPoint.Hook.NONE;
        s.expect(0, s.window.getByte(200));
        s.expect(Stage.WRITTEN, s.window.getByte(100 + 10000));
    }

    /** Blocks of a deleted file go to this one; power fails at each flush and drain: none of their bytes may show. */
    private static void allocationCrash(Stage s, boolean byFault) {
        s.fillForeign(8);
        s.foreign.fsync();
        s.foreign.truncate(0);
        s.file.truncate(0);
        s.file.truncate(Stage.SIZE);
        s.eachCrash(
                () -> {
                    if (byFault) {
                        s.window.putByte(100, Stage.STORED);
                    } else {
                        s.write(100, 2 * Stage.BLOCK);
                    }
                    s.file.fsync();
                },
                file -> {
                    ByteBuffer found = ByteBuffer.allocate(4 * Stage.BLOCK);
                    file.read(0, found);
                    for (byte value : found.array()) {
                        assertTrue(
                                value == 0 || value == (byFault ? Stage.STORED : Stage.WRITTEN),
                                "D6: a byte of a deleted file: " + value);
                    }
                });
    }

    private static void fullVolume(Stage s) {
        s.write(0, 10);
        s.leaveFree(0);
        assertThrows(NoSpaceException.class, () -> s.window.putByte(Stage.BLOCK, Stage.STORED));
        assertThrows(NoSpaceException.class, () -> s.write(2 * Stage.BLOCK, 10));
        s.expect(0, s.window.getByte(Stage.BLOCK));
        assertFalse(s.isDirty(Stage.BLOCK) || s.isDirty(2 * Stage.BLOCK), "S43: dirt without a block");
        assertEquals(-1, s.window.storeAddress(1), "S43: permission without a block");
        s.checkInvariants();
        s.volume.delete("filler");
        s.window.putByte(Stage.BLOCK, Stage.STORED);
        s.write(2 * Stage.BLOCK, 10);
        s.syncAndCrash(() -> {
            s.expect(Stage.STORED, s.read(Stage.BLOCK));
            s.expect(Stage.WRITTEN, s.read(2 * Stage.BLOCK));
        });
    }
}
