package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ModelOp.Trait.PASSIVE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.List;

/** Operations that move blocks without moving bytes: collapse, insert, clone, clone a range, share equal ranges. */
final class ModelRemapOps {
    private ModelRemapOps() {}

    static List<ModelOp.Kind> rows() {
        ModelArg[] ranges = {
            ModelArg.FILE, ModelArg.BLOCK, ModelArg.SOURCE, ModelArg.FROM_BLOCK, ModelArg.BLOCKS, ModelArg.VARIANT
        };
        return List.of(
                ModelOp.Kind.of("collapse", 2, ModelRemapOps::collapse, ModelArg.FILE, ModelArg.BLOCK, ModelArg.BLOCKS),
                ModelOp.Kind.of("insert", 2, ModelRemapOps::insert, ModelArg.FILE, ModelArg.BLOCK, ModelArg.BLOCKS),
                ModelOp.Kind.of("clone", 2, ModelRemapOps::cloneFile, ModelArg.FILE, ModelArg.SOURCE),
                ModelOp.Kind.of("cloneRange", 3, ModelRemapOps::cloneRange, ranges),
                ModelOp.Kind.of("dedupe", 2, ModelRemapOps::dedupe, ranges),
                ModelOp.Kind.of("dropClean", 1, ModelRemapOps::dropClean, ModelArg.FILE)
                        .with(PASSIVE));
    }

    private static void collapse(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        int offset = (int) VolumeLayout.offsetOf(op.get(ModelArg.BLOCK));
        int room = file == null ? 0 : file.size() - 1 - offset & -VolumeLayout.BLOCK_SIZE;
        int length = Math.min((int) VolumeLayout.offsetOf(op.get(ModelArg.BLOCKS)), room);
        if (length <= 0) {
            return;
        }
        int newSize = file.size() - length;
        boolean wasPolluted = !file.endsInZeroes();
        if (run.hasSpaceFor(8, () -> file.file.collapseRange(offset, length))) {
            run.coverage.count("collapsed");
            file.put(op.number(), offset, file.bytes(offset + length, newSize - offset));
            file.setSize(op.number(), newSize);
            run.dropCopies(file, (int) VolumeLayout.indexCount(newSize), Integer.MAX_VALUE);
            moved(file, offset, wasPolluted);
        }
        run.checks.changed(file, offset, Math.max(0, file.size() - offset));
    }

    private static void insert(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        int offset = (int) VolumeLayout.offsetOf(op.get(ModelArg.BLOCK));
        if (file == null || offset >= file.size()) {
            return;
        }
        int room = run.profile.sizeMax() - file.size() & -VolumeLayout.BLOCK_SIZE;
        int length = Math.min((int) VolumeLayout.offsetOf(op.get(ModelArg.BLOCKS)), room);
        if (length <= 0) {
            return;
        }
        boolean wasPolluted = !file.endsInZeroes();
        if (run.hasSpaceFor(8, () -> file.file.insertRange(offset, length))) {
            run.coverage.count("inserted");
            file.put(op.number(), offset + length, file.bytes(offset, file.size() - offset));
            file.zero(op.number(), offset, offset + length);
            moved(file, offset, wasPolluted);
        }
        run.checks.changed(file, offset, file.size() - offset);
    }

    /** Everything from {@code offset} on is elsewhere now, durably; what was stored behind the end went along. */
    private static void moved(ModelFile file, int offset, boolean wasPolluted) {
        file.syncSize();
        file.synced(offset, file.size());
        if (wasPolluted) {
            file.pollute();
        }
    }

    private static void cloneFile(ModelRun run, ModelOp op) {
        ModelFile source = run.files[op.get(ModelArg.SOURCE) % ModelRun.FILE_COUNT];
        int slot = op.get(ModelArg.FILE) % ModelRun.FILE_COUNT;
        if (source == null || run.files[slot] != null) {
            return;
        }
        String name = ModelRun.nameOf(slot);
        if (run.hasSpaceFor(8, () -> {
            DaxFile clone = run.volume.clone(source.name, name);
            run.files[slot] = new ModelFile(name, clone, source.bytes(0, source.size()), run.profile.sizeMax());
        })) {
            run.coverage.count("cloned");
            source.synced(0, source.size());
            source.syncSize();
            run.files[slot].pollute();
            run.checks.changed(run.files[slot], 0, source.size());
        }
        run.checks.changed(source, 0, source.size());
    }

    /** Two ranges of blocks that may become one: the source's to its end at most, the other's to the same end then. */
    private record Ranges(ModelFile file, int offset, ModelFile source, int from, int length) {
        static Ranges of(ModelRun run, ModelOp op, boolean insideBoth) {
            ModelFile file = run.file(op);
            ModelFile source = run.files[op.get(ModelArg.SOURCE) % ModelRun.FILE_COUNT];
            if (file == null || source == null) {
                return null;
            }
            int offset = (int) VolumeLayout.offsetOf(op.get(ModelArg.BLOCK));
            int from = (int) VolumeLayout.offsetOf(op.get(ModelArg.FROM_BLOCK));
            int end = insideBoth ? file.size() : run.profile.sizeMax();
            int length = Math.min(
                    (int) VolumeLayout.offsetOf(op.get(ModelArg.BLOCKS)), Math.min(source.size() - from, end - offset));
            boolean endsBoth = from + length == source.size() && offset + length >= file.size();
            if (!endsBoth) {
                length &= -VolumeLayout.BLOCK_SIZE;
            }
            long blocks = VolumeLayout.indexCount(Math.max(0, length));
            boolean overlaps = file == source
                    && op.get(ModelArg.BLOCK) < op.get(ModelArg.FROM_BLOCK) + blocks
                    && op.get(ModelArg.FROM_BLOCK) < op.get(ModelArg.BLOCK) + blocks;
            return length <= 0 || overlaps ? null : new Ranges(file, offset, source, from, length);
        }

        byte[] bytes() {
            return source.bytes(from, length);
        }

        /** The source was durable before its blocks became the other's too, and what is shared is what is durable. */
        void shared() {
            source.synced(from, from + length);
            file.synced(offset, offset + length);
            if (!source.endsInZeroes()) {
                file.pollute();
            }
        }

        void compare(ModelRun run) {
            run.checks.changed(file, offset, length);
            run.checks.changed(source, from, length);
        }
    }

    private static void cloneRange(ModelRun run, ModelOp op) {
        Ranges ranges = Ranges.of(run, op, false);
        if (ranges == null) {
            return;
        }
        ModelFile file = ranges.file;
        if (run.hasSpaceFor(
                12, () -> file.file.cloneRange(ranges.source.file, ranges.from, ranges.offset, ranges.length))) {
            run.coverage.count("range cloned");
            int oldSize = file.size();
            file.put(op.number(), ranges.offset, ranges.bytes());
            if (file.size() > oldSize) {
                file.syncSize();
            }
            ranges.shared();
        }
        ranges.compare(run);
    }

    private static void dedupe(ModelRun run, ModelOp op) {
        Ranges ranges = Ranges.of(run, op, true);
        if (ranges == null) {
            return;
        }
        ModelFile file = ranges.file;
        byte[] bytes = ranges.bytes();
        if ((op.get(ModelArg.VARIANT) & 1) == 0) {
            if (!run.hasSpaceFor(
                    ModelIoOps.blocks(ranges.offset, ranges.length),
                    () -> file.file.write(ranges.offset, ByteBuffer.wrap(bytes)))) {
                return;
            }
            file.put(op.number(), ranges.offset, bytes);
        }
        boolean isEqual = file.mismatch(ranges.offset, bytes) < 0;
        boolean[] found = {false};
        if (run.hasSpaceFor(
                12,
                () -> found[0] =
                        file.file.dedupeRange(ranges.source.file, ranges.from, ranges.offset, ranges.length))) {
            assertEquals(isEqual, found[0], "ranges were found equal");
            if (isEqual) {
                run.coverage.count("deduped");
                ranges.shared();
            }
        }
        ranges.compare(run);
    }

    private static void dropClean(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        if (file != null) {
            long dirty = file.file.dirtyLineCount();
            run.coverage.count(file.file.dropCleanEntries() > 0 ? "dropped clean" : "nothing clean to drop");
            assertEquals(dirty, file.file.dirtyLineCount(), "dirty lines after clean entries went");
        }
    }
}
