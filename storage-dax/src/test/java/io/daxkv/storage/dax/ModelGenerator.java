package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.CacheLine;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Draws operations by weight, with numbers near where things go wrong: block, line and 2 MiB boundaries and the ends of
 * files. It looks at the run only to find the ends; what it draws stands for itself.
 */
final class ModelGenerator {
    /** Operations that make files and windows, so that the others have something to work on. */
    private static final int PRELUDE = 5;

    private final ModelOps table;
    private final ModelRun run;
    private final RandomGenerator random;
    private int number;
    private int lastOffset;
    private ModelFile lastFile;
    private ModelOp.Kind last;
    private ModelOp.Kind beforeLast;

    ModelGenerator(ModelOps table, ModelRun run, RandomGenerator random) {
        this.table = table;
        this.run = run;
        this.random = random;
    }

    /** Returns the next operation: at first what makes files and windows, then anything. */
    ModelOp next() {
        ModelOp.Kind kind = nextKind();
        List<Integer> values = new ArrayList<>();
        for (ModelArg arg : kind.args()) {
            boolean isFirst = number < PRELUDE && (arg == ModelArg.FILE || arg == ModelArg.WINDOW);
            values.add(isFirst ? number % 2 : draw(arg, kind, values));
        }
        beforeLast = last;
        last = kind;
        return new ModelOp(number++, kind, List.copyOf(values));
    }

    private ModelOp.Kind nextKind() {
        if (number < PRELUDE) {
            return table.named(number < 2 ? "create" : "open");
        }
        if (last.name().equals("interrupt")) {
            return drawWhere(ModelOp.Kind::isInterruptible);
        }
        if (beforeLast.name().equals("interrupt")) {
            return drawWhere(ModelOp.Kind::mayInterrupt);
        }
        return last.name().equals("crashInside") ? drawWhere(ModelOp.Kind::changes) : table.draw(random);
    }

    private ModelOp.Kind drawWhere(Predicate<ModelOp.Kind> fits) {
        ModelOp.Kind kind = table.draw(random);
        while (!fits.test(kind)) {
            kind = table.draw(random);
        }
        return kind;
    }

    private int draw(ModelArg arg, ModelOp.Kind kind, List<Integer> before) {
        return switch (arg) {
            case FILE, SOURCE -> file(arg, kind);
            case WINDOW -> window(kind);
            case OFFSET -> offset(kind.args(), before);
            case FROM -> fileOffset(run.profile.sizeMax());
            case LENGTH -> length();
            case BLOCK, FROM_BLOCK -> block();
            case BLOCKS -> kind.name().equals("open") && random.nextInt(3) > 0 ? sizeInBlocks() : blocks();
            case VARIANT -> random.nextInt(256);
            case MODE -> number < PRELUDE ? 0 : random.nextInt(ModelWindowOps.MODE_COUNT);
            case POINT -> random.nextInt(ModelRun.POINT_COUNT);
            case NTH -> kind.name().equals("interrupt") ? random.nextInt(2) : random.nextInt(1 << random.nextInt(7));
            case IMAGE -> random.nextInt(4);
            case SEED -> random.nextInt(1 << 16);
        };
    }

    /** Returns an offset in the file or window drawn before; often where the operation before this one was. */
    private int offset(List<ModelArg> args, List<Integer> before) {
        int windowAt = args.indexOf(ModelArg.WINDOW);
        int fileAt = args.indexOf(ModelArg.FILE);
        ModelWindow window = windowAt < 0 || windowAt >= before.size() ? null : run.windows[before.get(windowAt)];
        ModelFile file = fileAt < 0 ? window == null ? null : window.file : run.files[before.get(fileAt)];
        lastFile = file;
        int near = random.nextInt(isInside() ? 2 : 3) == 0 ? lastOffset : fileOffset(file == null ? 0 : file.size());
        int delta = random.nextInt(3) == 0 ? random.nextInt(200) - 100 : random.nextInt(17) - 8;
        int offset = Math.max(0, Math.min(run.profile.sizeMax() - 1, near + delta));
        lastOffset = offset;
        boolean isInWindow = window != null && offset >= window.offset && offset < window.end();
        return isInWindow ? offset - window.offset : offset;
    }

    /** Returns whether the operation being drawn is to run inside the one before it. */
    private boolean isInside() {
        return beforeLast != null && beforeLast.name().equals("interrupt");
    }

    /** Prefers files there are; inside another operation, that one's; to make one, a name that is free. */
    private int file(ModelArg arg, ModelOp.Kind kind) {
        boolean makes = kind.name().equals("create") || kind.name().equals("clone");
        if (makes && arg == ModelArg.FILE) {
            return prefer(ModelRun.FILE_COUNT, slot -> run.files[slot] == null);
        }
        return prefer(
                ModelRun.FILE_COUNT, slot -> run.files[slot] != null && (!isInside() || run.files[slot] == lastFile));
    }

    private int window(ModelOp.Kind kind) {
        return kind.name().equals("open")
                ? random.nextInt(ModelRun.WINDOW_COUNT)
                : prefer(
                        ModelRun.WINDOW_COUNT,
                        slot -> run.windows[slot] != null && (!isInside() || run.windows[slot].file == lastFile));
    }

    private int prefer(int count, IntPredicate fits) {
        int slot = random.nextInt(count);
        for (int i = 0; i < count; i++) {
            if (fits.test(slot)) {
                return slot;
            }
            slot = (slot + 1) % count;
        }
        return slot;
    }

    private int fileOffset(int end) {
        int sizeMax = run.profile.sizeMax();
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> end;
            case 3 -> random.nextInt(sizeMax / (int) VolumeLayout.HUGE_SIZE + 1) * (int) VolumeLayout.HUGE_SIZE;
            case 4, 5 -> random.nextInt(sizeInBlocks()) * VolumeLayout.BLOCK_SIZE;
            case 6, 7, 8 -> random.nextInt(1, sizeMax / CacheLine.SIZE) * CacheLine.SIZE - random.nextInt(4);
            default -> random.nextInt(sizeMax);
        };
    }

    private int length() {
        return switch (random.nextInt(10)) {
            case 0, 1 -> 1 + random.nextInt(16);
            case 2 -> 1 << random.nextInt(4);
            case 3, 4, 5 -> 1 + random.nextInt(300);
            case 6, 7, 8 -> 1 + random.nextInt(2 * VolumeLayout.BLOCK_SIZE);
            default -> 1 + random.nextInt(run.profile.lengthMax());
        };
    }

    private int block() {
        return random.nextInt(hasHuge() ? 2 : 8) == 0
                ? random.nextInt(sizeInBlocks()) & -VolumeLayout.HUGE_BLOCKS
                : random.nextInt(sizeInBlocks());
    }

    private int blocks() {
        return random.nextInt(hasHuge() ? 2 : 8) == 0
                ? Math.min(sizeInBlocks(), VolumeLayout.HUGE_BLOCKS << random.nextInt(2))
                : 1 + random.nextInt(1 + random.nextInt(sizeInBlocks()));
    }

    private boolean hasHuge() {
        return run.profile.sizeMax() > VolumeLayout.HUGE_SIZE;
    }

    private int sizeInBlocks() {
        return run.profile.sizeMax() / VolumeLayout.BLOCK_SIZE;
    }
}
