package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ModelOp.Trait.INTERRUPTIBLE;
import static io.daxkv.storage.dax.ModelOp.Trait.INTERRUPTING;
import static io.daxkv.storage.dax.ModelOp.Trait.PASSIVE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Operations by copy, and the syncs. */
final class ModelIoOps {
    private ModelIoOps() {}

    static List<ModelOp.Kind> rows() {
        return List.of(
                ModelOp.Kind.of("read", 8, ModelIoOps::read, ModelArg.FILE, ModelArg.OFFSET, ModelArg.LENGTH)
                        .with(PASSIVE, INTERRUPTING),
                ModelOp.Kind.of("write", 10, ModelIoOps::write, ModelArg.FILE, ModelArg.OFFSET, ModelArg.LENGTH)
                        .with(INTERRUPTIBLE),
                ModelOp.Kind.of("fsync", 3, ModelIoOps::fsync, ModelArg.FILE).with(INTERRUPTING, INTERRUPTIBLE),
                ModelOp.Kind.of(
                                "fsyncRange",
                                4,
                                ModelIoOps::fsyncRange,
                                ModelArg.FILE,
                                ModelArg.OFFSET,
                                ModelArg.LENGTH)
                        .with(INTERRUPTING, INTERRUPTIBLE));
    }

    private static void read(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        if (file == null || run.flight() != null && run.flight().file() == file) {
            return;
        }
        int offset = op.get(ModelArg.OFFSET);
        ByteBuffer target = ByteBuffer.allocate(op.get(ModelArg.LENGTH));
        int count = file.file.read(offset, target);
        if (offset >= file.size()) {
            assertEquals(-1, count, "read at or behind the end of " + file.name);
            return;
        }
        assertEquals(Math.min(target.capacity(), file.size() - offset), count, "bytes read from " + file.name);
        ModelRows.countRead(run, file, offset, count);
        run.checks.assertSame("by read", file, offset, Arrays.copyOf(target.array(), count));
    }

    private static void write(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        int offset = op.get(ModelArg.OFFSET);
        int length = Math.min(op.get(ModelArg.LENGTH), run.profile.sizeMax() - offset);
        if (file == null || length <= 0) {
            return;
        }
        byte[] bytes = op.bytes(offset, length);
        ModelRows.countWrite(run, file, offset, length);
        run.takeOff(file, offset, bytes);
        if (run.hasSpaceFor(blocks(offset, length), () -> file.file.write(offset, ByteBuffer.wrap(bytes)))) {
            run.land(op.number());
        } else {
            run.abort();
            run.checks.changed(file, offset, length);
        }
    }

    private static void fsync(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        if (file != null) {
            ModelFile.Sync sync = file.beginSync(0, file.size());
            file.file.fsync();
            file.endSync(sync);
        }
    }

    private static void fsyncRange(ModelRun run, ModelOp op) {
        ModelFile file = run.file(op);
        if (file != null) {
            int offset = op.get(ModelArg.OFFSET);
            int length = op.get(ModelArg.LENGTH);
            ModelFile.Sync sync = file.beginSync(offset, offset + length);
            file.file.fsync(offset, length);
            file.endSync(sync);
        }
    }

    /** Returns how many blocks a range touches. */
    static int blocks(int offset, int length) {
        return (int) (VolumeLayout.indexCount(offset + length) - VolumeLayout.indexOf(offset));
    }
}
