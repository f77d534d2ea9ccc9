package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ModelOp.Trait.INTERRUPTIBLE;
import static io.daxkv.storage.dax.ModelOp.Trait.INTERRUPTING;
import static io.daxkv.storage.dax.ModelOp.Trait.PASSIVE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.daxkv.storage.pmem.CacheLine;
import java.util.Arrays;
import java.util.List;

/** Operations on and through windows. */
final class ModelWindowOps {
    /** Modes by number, the usual one more often. */
    private static final List<WindowMode> MODES = List.of(
            WindowMode.TRACKED,
            WindowMode.PROTECTED,
            WindowMode.TRACKED,
            WindowMode.PRIVATE,
            WindowMode.TRACKED,
            WindowMode.SYNC,
            WindowMode.PROTECTED,
            WindowMode.READ_ONLY,
            WindowMode.PRIVATE);

    static final int MODE_COUNT = MODES.size();

    private ModelWindowOps() {}

    static List<ModelOp.Kind> rows() {
        ModelArg[] access = {ModelArg.WINDOW, ModelArg.OFFSET, ModelArg.LENGTH, ModelArg.VARIANT};
        return List.of(
                ModelOp.Kind.of(
                                "open",
                                4,
                                ModelWindowOps::open,
                                ModelArg.WINDOW,
                                ModelArg.FILE,
                                ModelArg.BLOCK,
                                ModelArg.BLOCKS,
                                ModelArg.MODE)
                        .with(PASSIVE),
                ModelOp.Kind.of("restrict", 1, ModelWindowOps::restrict, ModelArg.WINDOW),
                ModelOp.Kind.of(
                                "discard",
                                2,
                                ModelWindowOps::discard,
                                ModelArg.WINDOW,
                                ModelArg.OFFSET,
                                ModelArg.LENGTH)
                        .with(PASSIVE, INTERRUPTING),
                ModelOp.Kind.of(
                        "persist",
                        4,
                        ModelWindowOps::persist,
                        ModelArg.WINDOW,
                        ModelArg.OFFSET,
                        ModelArg.LENGTH,
                        ModelArg.VARIANT),
                ModelOp.Kind.of(
                                "fsyncWindow",
                                1,
                                ModelWindowOps::fsync,
                                ModelArg.WINDOW,
                                ModelArg.OFFSET,
                                ModelArg.LENGTH)
                        .with(INTERRUPTIBLE),
                ModelOp.Kind.of("close", 1, ModelWindowOps::close, ModelArg.WINDOW)
                        .with(PASSIVE),
                ModelOp.Kind.of("load", 10, ModelWindowOps::load, access).with(PASSIVE, INTERRUPTING),
                ModelOp.Kind.of("store", 14, ModelWindowOps::store, access).with(INTERRUPTING),
                ModelOp.Kind.of("compareAndSet", 2, ModelWindowOps::compareAndSet, access)
                        .with(INTERRUPTING),
                ModelOp.Kind.of(
                        "move",
                        2,
                        ModelWindowOps::move,
                        ModelArg.WINDOW,
                        ModelArg.OFFSET,
                        ModelArg.FROM,
                        ModelArg.LENGTH),
                ModelOp.Kind.of("pollute", 2, ModelWindowOps::pollute, ModelArg.WINDOW, ModelArg.LENGTH),
                ModelOp.Kind.of("beyond", 1, ModelWindowOps::beyond, ModelArg.WINDOW, ModelArg.OFFSET)
                        .with(PASSIVE));
    }

    /** Where an access lands: a file offset inside the window, and as many bytes as window and file have there. */
    private record Access(int at, int count) {
        static Access of(ModelWindow window, ModelOp op) {
            int position = op.get(ModelArg.OFFSET) % window.length;
            int at = window.offset + position;
            int room = Math.min(window.length - position, window.file.size() - at);
            return new Access(at, Math.min(op.get(ModelArg.LENGTH), room));
        }
    }

    private static void open(ModelRun run, ModelOp op) {
        int slot = op.get(ModelArg.WINDOW) % ModelRun.WINDOW_COUNT;
        ModelFile file = run.file(op);
        if (file == null) {
            return;
        }
        close(run, op);
        int offset = (int) VolumeLayout.offsetOf(op.get(ModelArg.BLOCK));
        int length = (int) VolumeLayout.offsetOf(op.get(ModelArg.BLOCKS));
        WindowMode mode = MODES.get(op.get(ModelArg.MODE) % MODES.size());
        run.windows[slot] = new ModelWindow(file, offset, length, mode);
        run.coverage.count("open " + mode);
        if (flushesByBlock(mode)) {
            run.flushesByBlock();
        }
    }

    static boolean flushesByBlock(WindowMode mode) {
        return mode == WindowMode.PROTECTED || mode == WindowMode.SYNC;
    }

    private static void close(ModelRun run, ModelOp op) {
        int slot = op.get(ModelArg.WINDOW) % ModelRun.WINDOW_COUNT;
        if (run.windows[slot] != null) {
            run.windows[slot].window.close();
            run.windows[slot] = null;
        }
    }

    private static void restrict(ModelRun run, ModelOp op) {
        if (run.window(op) != null) {
            run.window(op).restrict();
        }
    }

    /** Forgets translations and private copies; no shared byte changes by it. */
    private static void discard(ModelRun run, ModelOp op) {
        ModelWindow window = run.window(op);
        if (window == null) {
            return;
        }
        int position = op.get(ModelArg.OFFSET) % window.length;
        int count = Math.min(op.get(ModelArg.LENGTH), window.length - position);
        window.window.discard(position, count);
        int at = window.offset + position;
        window.dropCopies((int) VolumeLayout.indexOf(at), (int) VolumeLayout.indexCount(at + count));
        if (run.flight() == null) {
            run.checks.changed(window.file, at, count);
        }
    }

    /** A store to a synchronous window is durable once its lines are flushed and drained, with no fsync (D15, F10). */
    private static void persist(ModelRun run, ModelOp op) {
        ModelWindow window = run.anyWindow(op, WindowMode.SYNC);
        if (window == null || !window.permitsStores()) {
            return;
        }
        Access access = Access.of(window, op);
        if (access.count > 0) {
            byte[] bytes = op.bytes(access.at, access.count);
            if (run.hasSpaceFor(
                    ModelIoOps.blocks(access.at, access.count),
                    () -> window.store(access.at, bytes, op.get(ModelArg.VARIANT)))) {
                run.reachedBySync(window, access.at + access.count);
                run.stored(window.file, op.number(), access.at, bytes);
                window.window.persist(access.at - window.offset, access.count);
                int from = access.at & -CacheLine.SIZE;
                int to = access.at + access.count + CacheLine.SIZE - 1 & -CacheLine.SIZE;
                window.file.synced(from, Math.min(to, window.file.size()));
            } else {
                storedInPart(run, op, window, access.at, bytes);
            }
        }
    }

    private static void fsync(ModelRun run, ModelOp op) {
        ModelWindow window = run.window(op);
        if (window != null) {
            int position = op.get(ModelArg.OFFSET) % window.length;
            int count = Math.min(op.get(ModelArg.LENGTH), window.length - position);
            int at = window.offset + position;
            ModelFile.Sync sync = window.file.beginSync(at, at + count);
            window.window.fsync(position, count);
            if (window.mode != WindowMode.PRIVATE) {
                window.file.endSync(sync);
            }
        }
    }

    private static void load(ModelRun run, ModelOp op) {
        ModelWindow window = run.window(op);
        if (window != null) {
            Access access = Access.of(window, op);
            if (access.count > 0) {
                byte[] found = window.load(access.at, access.count, op.get(ModelArg.VARIANT));
                run.checks.assertSame("by load", window, access.at, found);
            }
        }
    }

    private static void store(ModelRun run, ModelOp op) {
        ModelWindow window = run.window(op);
        if (window != null) {
            Access access = Access.of(window, op);
            if (access.count > 0) {
                store(run, op, window, access);
            }
        }
    }

    private static void store(ModelRun run, ModelOp op, ModelWindow window, Access access) {
        byte[] bytes = op.bytes(access.at, access.count);
        Runnable store = () -> window.store(access.at, bytes, op.get(ModelArg.VARIANT));
        if (!window.permitsStores()) {
            assertThrows(WindowPermissionException.class, store::run);
            run.coverage.count("store refused");
        } else if (!window.storesToFile()) {
            if (canCopy(run, window, access.at, access.count)) {
                store.run();
                window.putPrivately(access.at, bytes);
                run.checks.changed(window.file, access.at, bytes.length);
            }
        } else if (run.hasSpaceFor(ModelIoOps.blocks(access.at, access.count), store)) {
            run.reachedBySync(window, access.at + access.count);
            run.stored(window.file, op.number(), access.at, bytes);
        } else {
            storedInPart(run, op, window, access.at, bytes);
        }
    }

    /**
     * Returns true if the model knows what a copy of these pages will hold: not while they are being written, nor with
     * bytes that somebody stored behind the end.
     */
    private static boolean canCopy(ModelRun run, ModelWindow window, int at, int count) {
        int end = window.file.size() >>> VolumeLayout.BLOCK_SHIFT;
        boolean meetsEnd = at + count - 1 >>> VolumeLayout.BLOCK_SHIFT >= end;
        return run.flight() == null && (!meetsEnd || window.file.endsInZeroes() || window.hasCopy(end));
    }

    /** A store that met a full volume stored whole blocks' worth, from the first on, and nothing of the others. */
    private static void storedInPart(ModelRun run, ModelOp op, ModelWindow window, int at, byte[] bytes) {
        byte[] found = window.load(at, bytes.length, 3);
        int done = 0;
        while (done < bytes.length) {
            int piece =
                    Math.min(bytes.length - done, VolumeLayout.BLOCK_SIZE - (at + done & VolumeLayout.BLOCK_SIZE - 1));
            if (!Arrays.equals(found, done, done + piece, bytes, done, done + piece)) {
                break;
            }
            done += piece;
        }
        run.stored(window.file, op.number(), at, Arrays.copyOf(bytes, done));
        run.checks.changed(window.file, at, bytes.length);
    }

    /** Sets 4 or 8 aligned bytes, if they are what the model says; asked with other bytes, it must not. */
    private static void compareAndSet(ModelRun run, ModelOp op) {
        ModelWindow window = run.window(op);
        int variant = op.get(ModelArg.VARIANT);
        int width = (variant & 1) == 0 ? Integer.BYTES : Long.BYTES;
        if (window == null || run.flight() != null || !window.storesToFile()) {
            return;
        }
        int at = window.offset + (op.get(ModelArg.OFFSET) % window.length & -width);
        if (at + width > window.file.size()) {
            return;
        }
        byte[] expected = window.expected(at, width);
        boolean lies = (variant & 2) != 0;
        expected[variant % width] += (byte) (lies ? 1 : 0);
        byte[] bytes = op.bytes(at, width);
        if (run.hasSpaceFor(1, () -> assertEquals(!lies, window.compareAndSet(at, expected, bytes), "swapped"))
                && !lies) {
            run.reachedBySync(window, at + width);
            run.stored(window.file, op.number(), at, bytes);
        } else {
            // Even one that did not swap had the permission to.
            run.reachedBySync(window, lies ? at + width : 0);
        }
    }

    /** Moves bytes inside a window, through its Chronicle view; the ranges may overlap. */
    private static void move(ModelRun run, ModelOp op) {
        ModelWindow window = run.window(op);
        if (window == null || !window.storesToFile()) {
            return;
        }
        Access access = Access.of(window, op);
        int from = op.get(ModelArg.FROM) % window.length;
        int count = Math.min(access.count, Math.min(window.length - from, window.file.size() - window.offset - from));
        if (count > 0) {
            byte[] bytes = window.expected(window.offset + from, count);
            int position = access.at - window.offset;
            if (run.hasSpaceFor(
                    ModelIoOps.blocks(access.at, count),
                    () -> window.window.bytesStore().move(from, position, count))) {
                run.reachedBySync(window, access.at + count);
                window.file.put(op.number(), access.at, bytes, true);
                run.checks.changed(window.file, access.at, count);
            } else {
                movedInPart(run, op, window, access.at, bytes);
            }
        }
    }

    /** A move that met a full volume stored some of its pieces, in an order of its own. */
    private static void movedInPart(ModelRun run, ModelOp op, ModelWindow window, int at, byte[] bytes) {
        ModelFile file = window.file;
        byte[] old = file.bytes(at, bytes.length);
        byte[] found = window.load(at, bytes.length, 3);
        for (int i = 0; i < found.length; i++) {
            if (found[i] != old[i] && found[i] != bytes[i]) {
                throw run.checks.wrong("moved in part", file, at + i, found[i]);
            }
        }
        file.put(op.number(), at, found, true);
        run.checks.changed(file, at, found.length);
    }

    /** Stores behind the end, in the last block: no size and no content changes by it (M9). */
    private static void pollute(ModelRun run, ModelOp op) {
        ModelWindow window = run.window(op);
        if (window == null || !window.storesToFile()) {
            return;
        }
        int size = window.file.size();
        int end = (int) VolumeLayout.offsetOf(VolumeLayout.indexCount(size));
        int from = Math.max(size, window.offset);
        int length = Math.min(op.get(ModelArg.LENGTH), Math.min(end, window.end()) - from);
        if (length > 0) {
            byte[] bytes = op.bytes(from, length);
            if (run.hasSpaceFor(1, () -> window.store(from, bytes, 3))) {
                window.file.pollute();
                run.reachedBySync(window, end);
            }
        }
    }

    /** A page wholly beyond the end is a typed error to touch, for loads and for stores (M10). */
    private static void beyond(ModelRun run, ModelOp op) {
        ModelWindow window = run.window(op);
        if (window != null) {
            long first = Math.max(VolumeLayout.offsetOf(VolumeLayout.indexCount(window.file.size())), window.offset);
            if (first < window.end()) {
                long at = first + op.get(ModelArg.OFFSET) % (window.end() - first);
                long position = at - window.offset;
                assertThrows(BeyondEndOfFileException.class, () -> window.window.getByte(position));
                Class<? extends DaxException> refusal =
                        window.permitsStores() ? BeyondEndOfFileException.class : WindowPermissionException.class;
                assertThrows(refusal, () -> window.window.putByte(position, (byte) 1));
            }
        }
    }
}
