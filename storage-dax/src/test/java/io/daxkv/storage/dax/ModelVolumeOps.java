package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ModelOp.Trait.PASSIVE;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.daxkv.storage.pmem.PmemException;
import java.nio.ByteBuffer;
import java.util.List;

/** Operations on the volume: files come and go, it is closed, grows, and loses its power. */
final class ModelVolumeOps {
    private ModelVolumeOps() {}

    static List<ModelOp.Kind> rows() {
        return List.of(
                ModelOp.Kind.of("create", 3, ModelVolumeOps::create, ModelArg.FILE),
                ModelOp.Kind.of("delete", 1, ModelVolumeOps::delete, ModelArg.FILE),
                ModelOp.Kind.of("reopen", 1, ModelVolumeOps::reopen),
                ModelOp.Kind.of("grow", 1, ModelVolumeOps::grow, ModelArg.BLOCKS),
                ModelOp.Kind.of("crash", 1, ModelCrash::crashNow, ModelArg.IMAGE, ModelArg.SEED),
                ModelOp.Kind.of("crashInside", 2, ModelRun::armCrash, ModelArg.NTH, ModelArg.IMAGE, ModelArg.SEED)
                        .with(PASSIVE),
                ModelOp.Kind.of("interrupt", 6, ModelRun::armPoint, ModelArg.POINT, ModelArg.NTH)
                        .with(PASSIVE));
    }

    private static void create(ModelRun run, ModelOp op) {
        int slot = op.get(ModelArg.FILE) % ModelRun.FILE_COUNT;
        if (run.files[slot] == null) {
            String name = ModelRun.nameOf(slot);
            run.hasSpaceFor(2, () -> {
                DaxFile file = run.volume.create(name, DaxFileKind.ORDINARY);
                run.files[slot] = new ModelFile(name, file, new byte[0], run.profile.sizeMax());
            });
        }
    }

    private static void delete(ModelRun run, ModelOp op) {
        int slot = op.get(ModelArg.FILE) % ModelRun.FILE_COUNT;
        if (run.files[slot] != null) {
            run.volume.delete(run.files[slot].name);
            // Windows of it work on, on bytes that no name leads to.
            run.files[slot].unlink();
            run.coverage.count(run.isInUse(run.files[slot]) ? "delete in use" : "delete unused");
            ModelFile gone = run.files[slot];
            assertThrows(FileDeletedException.class, () -> gone.file.read(0, ByteBuffer.allocate(1)));
            run.files[slot] = null;
        }
    }

    /** Closes the volume, which makes all of it durable, and opens it as the next process would find it. */
    private static void reopen(ModelRun run, ModelOp op) {
        run.volume.close();
        for (ModelWindow window : run.windows) {
            if (window != null && window.storesToFile() && window.offset < window.file.size()) {
                assertThrows(VolumeShutDownException.class, () -> window.window.putByte(0, (byte) 1));
            }
        }
        for (ModelFile file : run.files) {
            if (file != null) {
                file.synced(0, file.size());
                file.syncSize();
            }
        }
        ModelCrash.recover(run, run.pmem.crashKeepingNothing(), run.files.clone());
    }

    private static void grow(ModelRun run, ModelOp op) {
        long newSize = run.volume.size() + VolumeLayout.offsetOf(op.get(ModelArg.BLOCKS));
        try {
            run.volume.grow(newSize);
        } catch (PmemException e) {
            if (newSize <= run.profile.volumeSizeMax()) {
                throw e;
            }
        }
    }
}
