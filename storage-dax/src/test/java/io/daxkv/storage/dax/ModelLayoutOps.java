package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ModelOp.Trait.INTERRUPTIBLE;
import static io.daxkv.storage.dax.ModelOp.Trait.INTERRUPTING;
import static io.daxkv.storage.dax.ModelOp.Trait.PASSIVE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

/** Operations that change which block stands behind which bytes, or where the file ends. */
final class ModelLayoutOps {
    private ModelLayoutOps() {}

    static List<ModelOp.Kind> rows() {
        return List.of(
                ModelOp.Kind.of("truncate", 4, ModelLayoutOps::truncate, ModelArg.FILE, ModelArg.OFFSET),
                ModelOp.Kind.of(
                                "allocate",
                                3,
                                ModelLayoutOps::allocate,
                                ModelArg.FILE,
                                ModelArg.OFFSET,
                                ModelArg.LENGTH)
                        .with(INTERRUPTIBLE),
                ModelOp.Kind.of(
                                "allocateKeep",
                                2,
                                ModelLayoutOps::allocateKeep,
                                ModelArg.FILE,
                                ModelArg.OFFSET,
                                ModelArg.LENGTH)
                        .with(INTERRUPTIBLE),
                ModelOp.Kind.of(
                        "zero",
                        3,
                        ModelLayoutOps::zero,
                        ModelArg.FILE,
                        ModelArg.OFFSET,
                        ModelArg.LENGTH,
                        ModelArg.VARIANT),
                ModelOp.Kind.of(
                        "zeroBlocks",
                        2,
                        ModelLayoutOps::zeroBlocks,
                        ModelArg.FILE,
                        ModelArg.BLOCK,
                        ModelArg.BLOCKS,
                        ModelArg.VARIANT),
                ModelOp.Kind.of(
                                "allocateBlocks",
                                2,
                                ModelLayoutOps::allocateBlocks,
                                ModelArg.FILE,
                                ModelArg.BLOCK,
                                ModelArg.BLOCKS)
                        .with(INTERRUPTIBLE),
                ModelOp.Kind.of("punch", 4, ModelLayoutOps::punch, ModelArg.FILE, ModelArg.OFFSET, ModelArg.LENGTH),
                ModelOp.Kind.of(
                                "punchBlocks",
                                2,
                                ModelLayoutOps::punchBlocks,
                                ModelArg.FILE,
                                ModelArg.BLOCK,
                                ModelArg.BLOCKS)
                        .with(INTERRUPTING),
                ModelOp.Kind.of("extents", 1, ModelLayoutOps::extents, ModelArg.FILE, ModelArg.OFFSET, ModelArg.LENGTH)
                        .with(PASSIVE));
    }

    private static void truncate(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        if (file == null) {
            return;
        }
        int newSize = Math.min(op.get(ModelArg.OFFSET), run.profile.sizeMax());
        int oldSize = file.size();
        run.coverage.count(newSize > oldSize ? "truncate up" : "truncate down");
        if (run.hasSpaceFor(2, () -> file.file.truncate(newSize))) {
            file.setSize(op.number(), newSize);
            if (newSize <= oldSize) {
                run.dropCopies(file, (int) VolumeLayout.indexCount(newSize), Integer.MAX_VALUE);
            }
        }
        run.checks.changed(file, Math.min(oldSize, newSize), Math.abs(newSize - oldSize));
    }

    private static void allocate(ModelRun run, ModelOp op) {
        allocate(run, op, op.get(ModelArg.OFFSET), op.get(ModelArg.LENGTH) * 4);
    }

    private static void allocateBlocks(ModelRun run, ModelOp op) {
        allocate(run, op, (int) VolumeLayout.offsetOf(op.get(ModelArg.BLOCK)), (int)
                VolumeLayout.offsetOf(op.get(ModelArg.BLOCKS)));
    }

    private static void allocate(ModelRun run, ModelOp op, int offset, int askedLength) {
        ModelFile file = run.file(op);
        int length = Math.min(askedLength, run.profile.sizeMax() - offset);
        if (file == null || length <= 0) {
            return;
        }
        if (run.hasSpaceFor(ModelIoOps.blocks(offset, length), () -> file.file.allocate(offset, length))) {
            extendTo(file, op, offset + length);
        }
        run.checks.changed(file, offset, length);
    }

    /** Blocks without a size: nothing anybody can read changes. */
    private static void allocateKeep(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        int offset = op.get(ModelArg.OFFSET);
        int length = op.get(ModelArg.LENGTH) * 4;
        if (file != null) {
            run.hasSpaceFor(ModelIoOps.blocks(offset, length), () -> file.file.allocate(offset, length, SizeRule.KEEP));
            run.checks.changed(file, offset, length);
        }
    }

    private static void zero(ModelRun run, ModelOp op) {
        zero(run, op, op.get(ModelArg.OFFSET), op.get(ModelArg.LENGTH) * 4);
    }

    private static void zeroBlocks(ModelRun run, ModelOp op) {
        zero(run, op, (int) VolumeLayout.offsetOf(op.get(ModelArg.BLOCK)), (int)
                VolumeLayout.offsetOf(op.get(ModelArg.BLOCKS)));
    }

    private static void zero(ModelRun run, ModelOp op, int offset, int askedLength) {
        ModelFile file = run.file(op);
        int length = Math.min(askedLength, run.profile.sizeMax() - offset);
        if (file == null || length <= 0) {
            return;
        }
        int end = offset + length;
        SizeRule rule = (op.get(ModelArg.VARIANT) & 1) == 0 ? SizeRule.EXTEND : SizeRule.KEEP;
        if (run.hasSpaceFor(ModelIoOps.blocks(offset, length) + 1, () -> file.file.zeroRange(offset, length, rule))) {
            file.zero(op.number(), offset, end);
            wholeBlocksSynced(file, offset, end);
            if (rule == SizeRule.EXTEND) {
                extendTo(file, op, end);
            }
        }
        run.checks.changed(file, offset, length);
    }

    /** Preallocating and zeroing with EXTEND promise a durable size, whoever moved the end there. */
    private static void extendTo(ModelFile file, ModelOp op, int end) {
        if (end > file.size()) {
            file.setSize(op.number(), end);
        } else if (end > file.durableSize()) {
            file.syncSize();
        }
    }

    /** Whole blocks that were punched or zeroed are so durably, on return. */
    private static void wholeBlocksSynced(ModelFile file, int offset, int end) {
        int first = (int) VolumeLayout.offsetOf(VolumeLayout.indexCount(offset));
        int last = (int) VolumeLayout.offsetOf(VolumeLayout.indexOf(end));
        file.synced(first, Math.min(last, file.size()));
    }

    private static void punch(ModelRun run, ModelOp op) {
        punch(run, op, op.get(ModelArg.OFFSET), op.get(ModelArg.LENGTH) * 4);
    }

    private static void punchBlocks(ModelRun run, ModelOp op) {
        punch(run, op, (int) VolumeLayout.offsetOf(op.get(ModelArg.BLOCK)), (int)
                VolumeLayout.offsetOf(op.get(ModelArg.BLOCKS)));
    }

    private static void punch(ModelRun run, ModelOp op, int offset, int length) {
        ModelFile file = run.file(op);
        if (file == null || length <= 0) {
            return;
        }
        int end = offset + length;
        if (run.hasSpaceFor(2, () -> file.file.punchHole(offset, length))) {
            file.zero(op.number(), offset, end);
            wholeBlocksSynced(file, offset, end);
        }
        run.checks.changed(file, offset, length);
    }

    /** The extents fill the range, neighbours differ, and what is a hole reads as zero. */
    private static void extents(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        if (file == null) {
            return;
        }
        int offset = op.get(ModelArg.OFFSET);
        long at = offset;
        ExtentState last = null;
        for (Extent extent : file.file.extents(offset, op.get(ModelArg.LENGTH))) {
            assertEquals(at, extent.offset(), "extents have a gap");
            if (extent.state() == last) {
                throw new AssertionError("neighbouring extents of one state: " + extent);
            }
            last = extent.state();
            at += extent.length();
            int count = (int) Math.min(extent.length(), file.size() - extent.offset());
            if (last == ExtentState.HOLE && count > 0) {
                run.checks.assertSame("hole", file, (int) extent.offset(), new byte[count]);
            }
        }
        assertEquals(offset + op.get(ModelArg.LENGTH), at, "extents do not reach the end");
    }
}
