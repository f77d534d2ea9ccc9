package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The race catalogue: interleavings of faults, stores, IO writes, fsyncs and layout changes that a DAX layer got wrong
 * somewhere, most of them in Linux between 2015 and 2022. Each runs on a fresh volume with the operations it is given
 * and throws an {@link AssertionError} on the symptom. {@code P0} works through windows, {@code P1} through the IO
 * path.
 */
enum Scenario {
    /**
     * Late invalidate (2016): P1 writes to a hole, P0 stores to the same block meanwhile, P1 must not forget the dirt.
     */
    S01(s -> {
        s.expect(0, s.window.getByte(2048));
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_MID_COPY, () -> s.write(0, 10));
        s.window.putByte(2048, Stage.STORED);
        p1.finish();
        s.syncAndCrash();
        s.expect(Stage.WRITTEN, s.read(9));
        s.expect(Stage.STORED, s.read(2048));
    }),
    /** Late invalidate, store before the writer has its block. */
    S01_EARLY(s -> {
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_BEFORE_MAP, () -> s.write(0, 10));
        s.window.putByte(2048, Stage.STORED);
        p1.finish();
        s.syncAndCrash();
        s.expect(Stage.WRITTEN, s.read(9));
        s.expect(Stage.STORED, s.read(2048));
    }),
    /** Hole fault between invalidate and allocate (2016): the reader must see the data without any other event. */
    S02(s -> {
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_BEFORE_MAP, () -> s.write(0, 10));
        s.expect(0, s.window.getByte(0));
        p1.finish();
        s.expect(Stage.WRITTEN, s.window.getByte(0));
    }),
    /** As S02 through two windows that start elsewhere. */
    S02_ALIASES(s -> {
        DaxWindow other = s.file.window(0, 4096);
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_BEFORE_MAP, () -> s.write(0, 10));
        s.expect(0, s.window.getByte(0));
        s.expect(0, other.getByte(0));
        p1.finish();
        s.expect(Stage.WRITTEN, s.window.getByte(0));
        s.expect(Stage.WRITTEN, other.getByte(0));
    }),
    /** Whole-file invalidate (2016): a write at 0 must not forget a store far away. */
    S03(s -> {
        s.window.putByte(Stage.FAR, Stage.STORED);
        s.write(0, 10);
        s.syncAndCrash();
        s.expect(Stage.STORED, s.read(Stage.FAR));
    }),
    /** Layout change that forgets dirt elsewhere (2025): punch, truncate, preallocate. */
    S03B(s -> {
        s.window.putByte(Stage.FAR, Stage.STORED);
        s.file.punchHole(0, 4096);
        s.file.allocate(4096, 4096);
        s.file.truncate(Stage.SIZE + 5000);
        s.file.truncate(Stage.FAR + 4096);
        s.syncAndCrash();
        s.expect(Stage.STORED, s.read(Stage.FAR));
    }),
    /** Same block, two writers (2016). */
    S04(s -> {
        s.write(0, 4096);
        s.file.fsync();
        s.window.putByte(0, Stage.STORED);
        s.write(2048, 10);
        s.syncAndCrash();
        s.expect(Stage.STORED, s.read(0));
        s.expect(Stage.WRITTEN, s.read(2048));
    }),
    /** Lookup before lock (4.10): the fault found a hole, the writer allocates, the fault maps its stale finding. */
    S05(s -> {
        Actors.Actor p0 = s.actors.park(SyncPoint.FAULT_AFTER_MAP, () -> s.window.getByte(0));
        Actors.Actor p1 = s.actors.start(() -> s.write(0, 10));
        p1.awaitBlockedOrDone();
        p0.finish();
        p1.finish();
        s.expect(Stage.WRITTEN, s.window.getByte(0));
        s.expect(Stage.WRITTEN, s.file.window(0, 4096).getByte(0));
    }),
    /** S05's mirror: a write fault and a write on one hole allocate one block. */
    S05_MIRROR(s -> {
        Actors.Actor p0 = s.actors.park(SyncPoint.FAULT_AFTER_MAP, () -> s.window.putByte(2048, Stage.STORED));
        Actors.Actor p1 = s.actors.start(() -> s.write(0, 10));
        p1.awaitBlockedOrDone();
        p0.finish();
        p1.finish();
        s.expect(Stage.STORED, s.read(2048));
        s.expect(Stage.WRITTEN, s.read(0));
    }),
    /** A store whose mark and bytes are torn apart by an fsync (4.10's mkwrite race). */
    S12(s -> {
        s.window.putLong(0, 1);
        s.file.fsync();
        Actors.Actor p0 = s.actors.park(SyncPoint.STORE_AFTER_CHECK, () -> s.window.putLong(0, Stage.STORED));
        s.file.fsync();
        p0.finish();
        s.syncAndCrash();
        s.expect(Stage.STORED, s.read(0));
    }),
    /** The second fsync of a page stored to twice (4.10). */
    S13(s -> {
        s.window.putByte(0, (byte) 1);
        s.file.fsync();
        s.window.putByte(0, Stage.STORED);
        s.syncAndCrash();
        s.expect(Stage.STORED, s.read(0));
    }),
    /** Two fsyncs: the second returns no earlier than the first one's lines are durable. */
    S15(s -> {
        s.window.putByte(0, Stage.STORED);
        Actors.Actor p1 = s.actors.park(SyncPoint.SYNC_BEFORE_FENCE, s.file::fsync);
        Actors.Actor p2 = s.actors.start(s.file::fsync);
        p2.awaitBlockedOrDone();
        if (p2.isDone()) {
            s.crash();
            s.expect(Stage.STORED, s.read(0));
        }
        p1.finish();
        p2.finish();
        s.crash();
        s.expect(Stage.STORED, s.read(0));
    }),
    /** A store while its line is being flushed. */
    S16(s -> {
        s.window.putByte(0, (byte) 1);
        Actors.Actor p1 = s.actors.park(SyncPoint.SYNC_BEFORE_FENCE, s.file::fsync);
        s.window.putByte(0, Stage.STORED);
        p1.finish();
        s.syncAndCrash();
        s.expect(Stage.STORED, s.read(0));
    }),
    /** A store between the taking of its line and the flush. */
    S16_EARLY(s -> {
        s.window.putByte(0, (byte) 1);
        Actors.Actor p1 = s.actors.park(SyncPoint.SYNC_AFTER_SWAP, s.file::fsync);
        s.window.putByte(70, Stage.STORED);
        p1.finish();
        s.syncAndCrash();
        s.expect(Stage.STORED, s.read(70));
    }),
    /** An fsync drains even if nothing is dirty. */
    S20(s -> {
        long drains = s.pmem.counters().drainCount();
        s.file.fsync();
        assertTrue(s.pmem.counters().drainCount() > drains, "fsync without a drain");
    }),
    /** Writes by the IO path are tracked: an fsync makes them durable. */
    S21(s -> {
        s.write(100, 5000);
        s.syncAndCrash();
        s.expect(Stage.WRITTEN, s.read(100));
        s.expect(Stage.WRITTEN, s.read(5099));
    }),
    /** An fsync in the middle of a copy must not clean what is not there yet. */
    S22(s -> {
        s.write(0, 8192);
        s.file.fsync();
        Actors.Actor p1 = s.actors.park(SyncPoint.IO_AFTER_COPY, () -> s.fill(0, 8192, Stage.REWRITTEN));
        s.file.fsync();
        p1.finish();
        s.syncAndCrash();
        s.expect(Stage.REWRITTEN, s.read(0));
        s.expect(Stage.REWRITTEN, s.read(8191));
    }),
    /** A copy that fails half-way leaves what it stored marked. */
    S23(s -> {
        s.write(0, 4096);
        s.file.fsync();
        s.pmem.failPutAfter(1024);
        try {
            s.fill(0, 4096, Stage.REWRITTEN);
        } catch (IllegalStateException expected) {
            s.expect(Stage.REWRITTEN, s.read(1023));
        }
        s.syncAndCrash();
        s.expect(Stage.REWRITTEN, s.read(0));
        s.expect(Stage.REWRITTEN, s.read(1023));
        s.expect(Stage.WRITTEN, s.read(1024));
    }),
    /** A store admitted before an fsync lands after it. */
    S24(s -> {
        s.window.putLong(0, 1);
        Actors.Actor p0 = s.actors.park(SyncPoint.STORE_AFTER_CHECK, () -> s.window.putLong(0, Stage.STORED));
        s.file.fsync();
        p0.finish();
        s.syncAndCrash();
        s.expect(Stage.STORED, s.read(0));
    }),
    /** A store admitted before a punch must not land in the file that gets the block. */
    S25(s -> {
        s.window.putLong(0, 1);
        Actors.Actor p0 = s.actors.park(SyncPoint.STORE_AFTER_CHECK, () -> s.window.putLong(0, Stage.STORED));
        Actors.Actor p1 = s.actors.start(() -> {
            s.file.punchHole(0, 4096);
            s.foreign.write(0, ByteBuffer.wrap(Stage.bytes(4096, Stage.FOREIGN)));
        });
        // Right: the punch waits in the shootdown. Wrong: it goes through and the other file has the block.
        while (!p1.isDone() && !s.volume.core().epochs.isQuiescing()) {
            Thread.onSpinWait();
        }
        p0.finish();
        p1.finish();
        ByteBuffer found = ByteBuffer.allocate(1);
        s.foreign.read(0, found);
        s.expect(Stage.FOREIGN, found.get(0));
    });

    private final Consumer<Stage> steps;

    Scenario(Consumer<Stage> steps) {
        this.steps = steps;
    }

    /** Plays the scenario; throws {@link AssertionError} if the symptom shows or an invariant is broken. */
    void run(FileOperations operations) {
        try (Actors actors = new Actors()) {
            Stage stage = new Stage(operations, actors);
            steps.accept(stage);
            stage.checkInvariants();
        }
    }

    /** A volume with a sparse file, a long-lived window over it, and another file that wants blocks. */
    static final class Stage {
        static final long FAR = 3L << 20;
        static final long SIZE = 4L << 20;
        static final byte STORED = 'S';
        static final byte WRITTEN = 'a';
        static final byte REWRITTEN = 'b';
        static final byte FOREIGN = 'g';

        final Actors actors;
        final FaultyPmem pmem = new FaultyPmem(new RecordingPmem(8 << 20));
        private DaxVolume volume;
        DaxFile file;
        DaxFile foreign;
        DaxWindow window;

        Stage(FileOperations operations, Actors actors) {
            this.actors = actors;
            DaxVolume.format(pmem);
            volume = new DaxVolume(pmem, operations, actors);
            file = volume.create("f", DaxFileKind.ORDINARY);
            file.truncate(SIZE);
            foreign = volume.create("g", DaxFileKind.ORDINARY);
            window = file.window(0, SIZE);
        }

        void write(long offset, int length) {
            fill(offset, length, WRITTEN);
        }

        void fill(long offset, int length, byte value) {
            file.write(offset, ByteBuffer.wrap(bytes(length, value)));
        }

        byte read(long offset) {
            ByteBuffer found = ByteBuffer.allocate(1);
            file.read(offset, found);
            return found.get(0);
        }

        void syncAndCrash() {
            file.fsync();
            crash();
        }

        /** Power fails; the adversary keeps nothing that was not made durable. */
        void crash() {
            volume = DaxVolume.open(pmem.recorder().crashKeepingNothing());
            file = volume.open("f");
            window = null;
        }

        void expect(long expected, long actual) {
            assertEquals(expected, actual, "as characters: " + (char) expected + " and " + (char) actual);
        }

        void checkInvariants() {
            VolumeChecker.check(volume);
            if (window != null) {
                VolumeChecker.check(file, window);
            }
        }

        static byte[] bytes(int length, byte value) {
            byte[] bytes = new byte[length];
            Arrays.fill(bytes, value);
            return bytes;
        }
    }
}
