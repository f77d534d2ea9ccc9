package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.List;

/**
 * Makes a failing log short: takes ever smaller pieces out as long as it still fails in the same way (delta debugging,
 * Zeller and Hildebrandt 2002). Operations carry their numbers, so what is left runs as it stands.
 */
final class ModelShrinker {
    /** A log of some hundred operations takes a few hundred runs. */
    private static final int RUNS_MAX = 3000;

    private final FileOperations operations;
    private final Class<?> failure;
    private int runCount;

    private ModelShrinker(FileOperations operations, Class<?> failure) {
        this.operations = operations;
        this.failure = failure;
    }

    /** Returns a log that is a part of {@code log}, fails as {@code failure} does, and can lose no single operation. */
    static ModelLog shrink(ModelLog log, FileOperations operations, Throwable failure) {
        return new ModelShrinker(operations, failure.getClass()).shrink(log);
    }

    private ModelLog shrink(ModelLog log) {
        List<ModelOp> ops = new ArrayList<>(log.ops());
        for (int piece = Math.max(1, ops.size() / 2); ; piece = Math.max(1, piece / 2)) {
            boolean removed = false;
            // From the end: what comes after the failure goes first, and whole.
            for (int from = ops.size() - piece; from > -piece && runCount < RUNS_MAX; from -= piece) {
                List<ModelOp> fewer = new ArrayList<>(ops);
                fewer.subList(Math.max(0, from), Math.min(fewer.size(), from + piece))
                        .clear();
                runCount++;
                Throwable again = log.with(fewer).failure(operations);
                if (again != null && again.getClass() == failure) {
                    ops = fewer;
                    removed = true;
                }
            }
            if (runCount >= RUNS_MAX || piece == 1 && !removed) {
                return log.with(ops);
            }
        }
    }
}
