package io.daxkv.storage.dax;

import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A power failure: takes an image of the medium at an event inside the next operation, or after it, opens it, asks each
 * file's oracle, and lets the run go on with what the recovery found.
 */
final class ModelCrash {
    private final ModelRun run;
    private final ModelOp op;
    private final ModelFile[] before;
    private int eventsLeft;
    private RecordingPmem image;

    /** Begins an operation with a crash in it. */
    ModelCrash(ModelRun run, ModelOp op) {
        this.run = run;
        this.op = op;
        this.before = run.files.clone();
        this.eventsLeft = op.has(ModelArg.NTH) ? op.get(ModelArg.NTH) : 0;
        for (ModelFile file : before) {
            if (file != null) {
                file.beginCrash();
            }
        }
        RecordingPmem pmem = run.pmem;
        pmem.onEvent(event -> {
            if (image == null && eventsLeft-- == 0) {
                run.coverage.count("crash inside");
                image = imageOf(pmem, op.get(ModelArg.IMAGE), op.get(ModelArg.SEED));
            }
        });
    }

    void stopListening() {
        run.pmem.onEvent(null);
    }

    /** Goes on from what the crash left. */
    void recover() {
        if (image == null) {
            image = imageOf(run.pmem, op.get(ModelArg.IMAGE), op.get(ModelArg.SEED));
        }
        recover(run, image, before);
    }

    static RecordingPmem imageOf(RecordingPmem pmem, int kind, int seed) {
        return switch (kind) {
            case 0 -> pmem.crashKeepingNothing();
            case 1 -> pmem.crashKeepingEverything();
            default -> pmem.crash(new SplittableRandom(seed));
        };
    }

    /** Crashes now, between operations. */
    static void crashNow(ModelRun run, ModelOp op) {
        recover(run, imageOf(run.pmem, op.get(ModelArg.IMAGE), op.get(ModelArg.SEED)), run.files.clone());
    }

    /** @param before the files there were before the operation in which it crashed: a file may be of then or of now */
    static void recover(ModelRun run, RecordingPmem image, ModelFile[] before) {
        ModelWindow[] lost = run.windows.clone();
        Arrays.fill(run.pins, null);
        run.checkFlushes();
        run.checks.reopened();
        run.pmem = image;
        run.volume = run.open(image);
        VolumeChecker.check(run.volume);
        for (int slot = 0; slot < run.files.length; slot++) {
            run.files[slot] = found(run, ModelRun.nameOf(slot), before[slot], run.files[slot]);
        }
        for (int slot = 0; slot < lost.length; slot++) {
            run.windows[slot] = null;
            for (ModelFile file : run.files) {
                if (lost[slot] != null
                        && file != null
                        && !lost[slot].file.isUnlinked()
                        && file.name.equals(lost[slot].file.name)) {
                    run.windows[slot] = lost[slot].reopen(file);
                }
            }
        }
    }

    private static ModelFile found(ModelRun run, String name, ModelFile before, ModelFile now) {
        if (!run.volume.exists(name)) {
            if (before != null && before == now) {
                throw new AssertionError("a crash took a whole file: name=" + name);
            }
            return null;
        }
        if (before == null && now == null) {
            throw new AssertionError("a crash brought a file back: name=" + name);
        }
        DaxFile file = run.volume.open(name);
        byte[] content = new byte[(int) file.size()];
        if (content.length > 0) {
            file.read(0, ByteBuffer.wrap(content));
        }
        if (before == null || before == now) {
            now.checkCrash(content);
        } else {
            checkEither(before, now, content);
        }
        ModelFile found = new ModelFile(name, file, content, run.profile.sizeMax());
        // Lines of bytes that no durable size covers may have been kept.
        found.pollute();
        return found;
    }

    private static void checkEither(ModelFile before, ModelFile now, byte[] content) {
        try {
            before.checkCrash(content);
        } catch (AssertionError e) {
            if (now == null) {
                throw e;
            }
            now.checkCrash(content);
        }
    }
}
