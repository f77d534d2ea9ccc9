package io.daxkv.storage.dax;

import io.daxkv.storage.testkit.RecordingPmem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * Runs operations on a volume and on its model, one after the other, and compares after each. An operation may be armed
 * with a crash at an event of the medium inside it, or with another operation that runs at a sync point inside it:
 * interleavings of two actors, on one thread, that repeat themselves to the bit.
 */
final class ModelRun implements SyncPoint.Hook {
    static final int FILE_COUNT = 3;
    static final int WINDOW_COUNT = 6;
    private static final int PIN_COUNT = 2;

    /** Pins hold nobody up: on one thread nobody would ever let go. Their blocks are still nobody else's. */
    private static final DaxVolumeOptions OPTIONS = new DaxVolumeOptions(Duration.ZERO, () -> 0L);

    /** Sync points of the IO path at which it holds no entry and no lock of the fault path: anything may happen. */
    private static final List<SyncPoint> IO_POINTS = List.of(
            SyncPoint.IO_AFTER_LOCK,
            SyncPoint.IO_BEFORE_MAP,
            SyncPoint.IO_AFTER_ALLOC,
            SyncPoint.IO_AFTER_REVOKE,
            SyncPoint.IO_BEFORE_COPY,
            SyncPoint.IO_AFTER_COPY,
            SyncPoint.IO_MID_COPY,
            SyncPoint.IO_AFTER_MARK,
            SyncPoint.IO_BEFORE_SIZE);

    /** The same of an fsync. */
    private static final List<SyncPoint> SYNC_POINTS =
            List.of(SyncPoint.SYNC_AFTER_TAG, SyncPoint.SYNC_BEFORE_FENCE, SyncPoint.SYNC_AFTER_FENCE);

    /** Numbers of sync points that are worth drawing. */
    static final int POINT_COUNT = IO_POINTS.size() * SYNC_POINTS.size();

    /** What a write under way is storing: until it returns, its bytes and the old ones are both right. */
    record Flight(ModelFile file, int offset, byte[] bytes) {}

    final ModelProfile profile;
    final FileOperations operations;
    final ModelCoverage coverage;
    final ModelFile[] files = new ModelFile[FILE_COUNT];
    final ModelWindow[] windows = new ModelWindow[WINDOW_COUNT];
    final DaxPin[] pins = new DaxPin[PIN_COUNT];
    final ModelChecks checks;
    RecordingPmem pmem;
    DaxVolume volume;

    private final List<CrashOracle.Change> interrupting = new ArrayList<>();
    private ModelOp crash;
    private ModelOp point;
    private ModelOp interrupted;
    private ModelOp interrupt;
    private SyncPoint target;
    private int passes;
    private Flight flight;
    private boolean flushesByBlock;

    ModelRun(ModelProfile profile, FileOperations operations, ModelCoverage coverage) {
        this.profile = profile;
        this.operations = operations;
        this.coverage = coverage;
        this.checks = new ModelChecks(this, coverage);
        this.pmem = new RecordingPmem(profile.volumeSize(), profile.volumeSizeMax());
        DaxVolume.format(pmem, new UUID(1, 2)).close();
        this.volume = open(pmem);
    }

    DaxVolume open(RecordingPmem image) {
        return new DaxVolume(image, operations, OPTIONS, this);
    }

    /** Runs one operation, or keeps it until the one that is to run inside it is known. */
    void run(ModelOp op) {
        if (point != null && interrupted == null && op.kind() != point.kind()) {
            interrupted = op;
        } else if (interrupted != null) {
            ModelOp outer = interrupted;
            interrupted = null;
            interrupt = op.kind().mayInterrupt() ? op : null;
            passes = point.get(ModelArg.NTH);
            List<SyncPoint> points = outer.kind().name().startsWith("fsync") ? SYNC_POINTS : IO_POINTS;
            target = points.get(point.get(ModelArg.POINT) % points.size());
            runOne(outer);
            boolean ranInside = op.kind().mayInterrupt() && interrupt == null;
            interrupt = null;
            point = null;
            String where = outer.kind().name().startsWith("fsync")
                    ? "fsync"
                    : outer.kind().name();
            coverage.count(ranInside ? op.kind().name() + " inside " + where : "not inside");
            if (!ranInside) {
                runOne(op);
            }
        } else {
            runOne(op);
        }
    }

    /** Ends the run: what waits for a partner runs alone, and the medium never flushed a line for nothing. */
    void finish() {
        if (interrupted != null) {
            point = null;
            ModelOp op = interrupted;
            interrupted = null;
            runOne(op);
        }
        checks.compareAll();
        checks.checkInvariants();
        checkFlushes();
    }

    /** From here to the next open, lines may be flushed that nobody stored to: by whole blocks, or by persist. */
    void flushesByBlock() {
        flushesByBlock = true;
    }

    /** Fails if a flush named a line for nothing; called when the medium is about to be replaced. */
    void checkFlushes() {
        if (!flushesByBlock) {
            pmem.assertNoRedundantFlush();
            coverage.count("no flush for nothing");
        }
        flushesByBlock = false;
        for (ModelWindow window : windows) {
            flushesByBlock |= window != null && ModelWindowOps.flushesByBlock(window.mode);
        }
    }

    private void runOne(ModelOp op) {
        checks.begin(op);
        ModelCrash inside = crash == null ? null : new ModelCrash(this, crash);
        crash = null;
        op.kind().action().run(this, op);
        coverage.count(op.kind().name());
        if (inside != null) {
            inside.stopListening();
        }
        checks.end(op);
        if (inside != null) {
            inside.recover();
        }
    }

    // Interruptions.

    void armCrash(ModelOp op) {
        crash = op;
    }

    void armPoint(ModelOp op) {
        point = op;
    }

    @Override
    public void reached(SyncPoint reached) {
        coverage.count(reached);
        ModelOp op = interrupt;
        if (op != null && reached == target && passes-- <= 0 && canRunHere(op)) {
            interrupt = null;
            op.kind().action().run(this, op);
        }
    }

    /**
     * A layout change owns the locks a fault needs, an fsync the one of another: that would be two threads' business.
     */
    private boolean canRunHere(ModelOp op) {
        for (ModelFile file : files) {
            if (file != null) {
                FileLocks locks = file.file.parts().locks;
                // A punch that a write of the same thread has begun to allocate for is no interleaving.
                if (!op.has(ModelArg.WINDOW) && op.kind().changes() && locks.io.isWriteLockedByCurrentThread()) {
                    return false;
                }
                boolean syncs = op.kind().name().startsWith("fsync") || op.has(ModelArg.WINDOW) && hasSyncWindow(file);
                if (locks.invalidate.isWriteLockedByCurrentThread()
                        || syncs && locks.writeback.isHeldByCurrentThread()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Tells which bytes are being written from now until {@link #land}. */
    void takeOff(ModelFile file, int offset, byte[] bytes) {
        flight = new Flight(file, offset, bytes);
        interrupting.clear();
    }

    Flight flight() {
        return flight;
    }

    /** Records what an operation stored to a file, wherever it ran. */
    void stored(ModelFile file, int opNumber, int offset, byte[] bytes) {
        file.put(opNumber, offset, bytes);
        checks.changed(file, offset, bytes.length);
        if (flight != null && flight.file == file) {
            interrupting.add(new CrashOracle.Change(0, opNumber, offset, bytes, false));
        }
    }

    /**
     * The write returned: its bytes are there, but for those that somebody stored meanwhile, who may have been later.
     */
    void land(int opNumber) {
        land(opNumber, flight.bytes.length);
    }

    /** As {@link #land(int)}, of a write that wrote {@code done} bytes only. */
    void land(int opNumber, int done) {
        Flight landed = flight;
        flight = null;
        int sizeBefore = landed.file.size();
        stored(landed.file, opNumber, landed.offset, Arrays.copyOf(landed.bytes, done));
        checks.changed(landed.file, landed.offset, landed.bytes.length);
        for (CrashOracle.Change change : interrupting) {
            int from = Math.max(change.offset(), landed.offset);
            int to = Math.min(change.offset() + change.bytes().length, landed.offset + done);
            if (from < to) {
                byte[] found = checks.read(landed.file, from, to - from);
                for (int at = from; at < to; at++) {
                    byte value = found[at - from];
                    if (value != change.bytes()[at - change.offset()] && value != landed.bytes[at - landed.offset]) {
                        throw checks.wrong("either of two writers'", landed.file, at, value);
                    }
                }
                landed.file.put(change.opNumber(), from, found);
            }
        }
        interrupting.clear();
        grownBySync(landed.file, sizeBefore);
    }

    /** While a synchronous window is open, a size that grew is durable as soon as it is there (D15). */
    void grownBySync(ModelFile file, int sizeBefore) {
        if (sizeBefore < file.size() && hasSyncWindow(file)) {
            file.syncSize();
        }
    }

    /** The write failed and wrote nothing. */
    void abort() {
        flight = null;
        interrupting.clear();
    }

    // State.

    ModelFile file(ModelOp op) {
        return files[op.get(ModelArg.FILE) % FILE_COUNT];
    }

    ModelWindow window(ModelOp op) {
        return windows[op.get(ModelArg.WINDOW) % WINDOW_COUNT];
    }

    /** Returns a window of one mode: the operation's own, or the next there is. */
    ModelWindow anyWindow(ModelOp op, WindowMode mode) {
        for (int i = 0; i < WINDOW_COUNT; i++) {
            ModelWindow window = windows[(op.get(ModelArg.WINDOW) + i) % WINDOW_COUNT];
            if (window != null && window.mode == mode) {
                return window;
            }
        }
        return null;
    }

    boolean isInUse(ModelFile file) {
        return Arrays.stream(windows).anyMatch(window -> window != null && window.file == file);
    }

    private boolean hasSyncWindow(ModelFile file) {
        for (ModelWindow window : windows) {
            if (window != null && window.file == file && window.mode == WindowMode.SYNC) {
                return true;
            }
        }
        return false;
    }

    /** Private copies of these pages are gone, with the pages. */
    void dropCopies(ModelFile file, int first, int end) {
        for (ModelWindow window : windows) {
            if (window != null && window.file == file) {
                window.dropCopies(first, end);
            }
        }
    }

    /**
     * A store up to {@code end} went through a window; a synchronous one made the size durable before it (D15). Told
     * first.
     */
    void reachedBySync(ModelWindow window, int end) {
        long page = VolumeLayout.offsetOf(VolumeLayout.indexCount(end));
        if (window.mode == WindowMode.SYNC
                && !window.file.isUnlinked()
                && Math.min(window.file.size(), page) > window.file.durableSize()) {
            coverage.count("sync fault");
            window.file.syncSize();
        }
    }

    static String nameOf(int slot) {
        return "file" + slot;
    }

    /**
     * Runs what may find the volume full.
     *
     * @param blocks how many it may need, tables not counted
     * @return false if it was full, as it may be only then
     */
    boolean hasSpaceFor(int blocks, Runnable action) {
        try {
            action.run();
            return true;
        } catch (NoSpaceException e) {
            coverage.count("full");
            if (volume.freeSize() >>> VolumeLayout.BLOCK_SHIFT > blocks + 8) {
                throw new AssertionError("refused for want of space there is: free=" + volume.freeSize(), e);
            }
            return false;
        }
    }
}
