package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.daxkv.storage.testkit.Seed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Files agree with arrays of bytes whatever is done to them, in any order, by either path, through windows that outlive
 * it all; and a crash at any instant leaves for each aligned 8 bytes what was durable or written since (D5, D11).
 *
 * <p>Method: random operations from the table of {@link ModelOps}, biased to block, line, 2 MiB and end-of-file
 * boundaries; after each one the changed bytes through every window that shows them, sizes, and the invariants of
 * {@link VolumeChecker}. Some crash in the middle, at an event of the medium, some have another operation run inside
 * them at a sync point; the run goes on with what is left. A failure prints a log that was cut down to what is needed,
 * and the log runs again with {@code -Ddaxkv.model.replay=FILE}. Not covered here: threads ({@link TwoActorModelTest}).
 */
class DaxFileModelTest {
    /** Operations in all; the nightly build sets a million. */
    private static final int OPS = Integer.getInteger("daxkv.model.ops", 50_000);

    private static final int OPS_PER_RUN = 500;
    /** With fewer, rare rows may be missed without anything being wrong. */
    private static final int OPS_FOR_COVERAGE = 50_000;

    private static final String REPLAY = System.getProperty("daxkv.model.replay", "");
    private static final List<ModelProfile> PROFILES =
            List.of(ModelProfile.SMALL, ModelProfile.FULL, ModelProfile.SMALL, ModelProfile.HUGE, ModelProfile.SMALL);

    private final ModelOps table = new ModelOps();
    private final ModelCoverage coverage = new ModelCoverage();

    @Test
    void filesAgreeWithTheirModelWhateverIsDoneToThem() {
        assumeTrue(REPLAY.isEmpty(), "a log is replayed instead");
        Seed seed = Seed.draw();
        ModelScripts.all().forEach(this::runScript);
        seed.run(() -> IntStream.range(0, OPS / OPS_PER_RUN)
                .parallel()
                .forEach(number -> run(PROFILES.get(number % PROFILES.size()), seed.fork(number))));
        reportCoverage();
    }

    /** Every row of the operation table and every transition of an entry was met, or the test has lost its teeth. */
    private void reportCoverage() {
        List<String> missing = new ArrayList<>();
        StringBuilder seen = new StringBuilder("model test met:");
        ModelRows.counters().forEach((row, counter) -> {
            seen.append("  ").append(row).append(' ').append(coverage.countOf(counter));
            if (coverage.countOf(counter) == 0) {
                missing.add(row);
            }
        });
        System.out.println(seen);
        assertTrue(OPS < OPS_FOR_COVERAGE || missing.isEmpty(), "never met: " + missing);
    }

    @Test
    void logRunsAgain() throws IOException {
        assumeTrue(!REPLAY.isEmpty(), "no log given with -Ddaxkv.model.replay=FILE");
        ModelLog log = ModelLog.load(Path.of(REPLAY));
        Throwable failure = log.failure(new FileOperations());
        if (failure != null) {
            throw new AssertionError(
                    "log fails: path=" + REPLAY + ", ops=" + log.ops().size(), failure);
        }
        assertTrue(!log.ops().isEmpty(), "log is empty: path=" + REPLAY);
    }

    private void runScript(ModelLog script) {
        Throwable failure = script.failure(new ModelObserver(coverage), coverage);
        if (failure != null) {
            throw new AssertionError("script fails: " + script.lines().toList(), failure);
        }
    }

    private void run(ModelProfile profile, Seed seed) {
        List<ModelOp> ops = new ArrayList<>();
        FileOperations operations = new ModelObserver(coverage);
        try {
            ModelRun run = new ModelRun(profile, operations, coverage);
            ModelGenerator generator = new ModelGenerator(table, run, seed.random());
            while (ops.size() < OPS_PER_RUN) {
                ops.add(generator.next());
                run.run(ops.get(ops.size() - 1));
            }
            run.finish();
        } catch (RuntimeException | AssertionError e) {
            throw explained(new ModelLog(profile, ops), operations, e, seed);
        }
    }

    /** Returns a failure that says what to look at: the shortest log that still fails, and where it lies. */
    private static AssertionError explained(ModelLog log, FileOperations operations, Throwable failure, Seed seed) {
        ModelLog shrunk = ModelShrinker.shrink(log, operations, failure);
        Throwable cause = shrunk.failure(operations);
        Path path = Path.of("target", "model", Long.toHexString(seed.value()) + ".log");
        try {
            shrunk.save(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new AssertionError(
                "op " + log.ops().get(log.ops().size() - 1) + " failed: ops="
                        + log.ops().size() + ", shrunkTo="
                        + shrunk.ops().size() + ", replay with -Ddaxkv.model.replay=" + path.toAbsolutePath() + "\n"
                        + String.join("\n", shrunk.lines().toList()) + "\n" + failure.getMessage(),
                cause == null ? failure : cause);
    }
}
