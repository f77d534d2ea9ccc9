package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.Seed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The model test finds what it is there to find, and what it prints is short and runs again: faulty layers are caught
 * within a few hundred operations, and their logs shrink to a handful.
 */
class ModelMutantTest {
    private static final int RUNS_MAX = 200;
    private static final int OPS_PER_RUN = 400;
    private static final int SHRUNK_MAX = 15;

    private final ModelOps table = new ModelOps();

    static List<String> mutants() {
        return List.copyOf(ModelMutants.all().keySet());
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void faultyLayerIsFoundAndExplainedInFewOperations(String mutant, @TempDir Path directory) throws IOException {
        FileOperations faulty = ModelMutants.all().get(mutant);
        Seed seed = Seed.draw();
        ModelLog log = find(faulty, seed);
        assertTrue(log != null, mutant + " went unseen, " + seed);
        ModelLog shrunk = ModelShrinker.shrink(log, faulty, log.failure(faulty));
        System.out.println(mutant + ": " + log.ops().size() + " ops, shrunk to "
                + shrunk.ops().size());
        assertTrue(
                shrunk.ops().size() <= SHRUNK_MAX,
                () -> mutant + ", " + seed + ": " + shrunk.lines().toList());
        assertNull(shrunk.failure(new FileOperations()), "the right layer fails too");
        Path path = directory.resolve("mutant.log");
        shrunk.save(path);
        assertEquals(shrunk, ModelLog.load(path));
    }

    /** What random runs meet too rarely is what the scripts are for. */
    @ParameterizedTest
    @ValueSource(strings = {"first-index-protect", "pte-only-protect", "syncfault-nosync", "no-protect"})
    void faultThatTakesRareConditionsFailsAScript(String name) {
        Mutant mutant = Mutant.all().stream()
                .filter(one -> one.toString().equals(name))
                .findFirst()
                .orElseThrow();
        assertTrue(
                ModelScripts.all().stream().anyMatch(script -> script.failure(mutant) != null),
                name + " passes all scripts");
    }

    @Test
    void skippedAndCommentedLinesDoNotRun(@TempDir Path directory) throws IOException {
        Path path = directory.resolve("edited.log");
        java.nio.file.Files.write(
                path, List.of("profile FULL", "# why", "skip 1 create file=0", "", "2 create file=1 # the other"));
        ModelLog log = ModelLog.load(path);
        assertEquals(List.of("profile FULL", "2 create file=1"), log.lines().toList());
    }

    private ModelLog find(FileOperations faulty, Seed seed) {
        for (int number = 0; number < RUNS_MAX; number++) {
            List<ModelOp> ops = new ArrayList<>();
            try {
                ModelRun run = new ModelRun(ModelProfile.SMALL, faulty, new ModelCoverage());
                ModelGenerator generator =
                        new ModelGenerator(table, run, seed.fork(number).random());
                while (ops.size() < OPS_PER_RUN) {
                    ops.add(generator.next());
                    run.run(ops.get(ops.size() - 1));
                }
                run.finish();
            } catch (RuntimeException | AssertionError e) {
                return new ModelLog(ModelProfile.SMALL, ops);
            }
        }
        return null;
    }
}
