package io.daxkv.bench.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.bench.child.ServerFailedException;
import io.daxkv.bench.child.ServerLaunch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The judge is worth something: an honest server passes, and each way of cheating is seen within ten kills and called
 * by its name.
 *
 * <p>Method: a toy server in a process of its own, honest or with one sin. Not covered here: gaps, which take a kill
 * inside one append; {@code ClientHistoryTest} has them.
 */
class DurabilityRunTest {
    private static final long SEED = 20_261_122;
    private static final int CYCLES = 10;

    @TempDir
    private Path directory;

    private DurabilityRun run(ToyServer.Sin sin, int cycles) throws IOException, InterruptedException {
        ServerLaunch launch =
                new ServerLaunch(ToyServer.class.getName(), directory.resolve("toy.log"), List.of("--sin=" + sin));
        DurabilityRun run = new DurabilityRun(new DurabilityRun.Plan(cycles, 3, 50, 150, 2, SEED), launch);
        run.run();
        return run;
    }

    @Test
    void honestServerPasses() throws IOException, InterruptedException {
        DurabilityRun run = run(ToyServer.Sin.NONE, 4);

        assertEquals(List.of(), run.findings().examples());
        assertEquals(4, run.doneCount());
        assertEquals(2, run.doubleKillCount());
        assertTrue(run.ackedWriteCount() > 100, "acknowledged=" + run.ackedWriteCount());
        assertTrue(run.liveReadCount() > 10, "reads=" + run.liveReadCount());
    }

    @ParameterizedTest
    @CsvSource({
        // A delete that was acknowledged early and lost is a resurrection.
        "EARLY_ACK, LOST RESURRECTED",
        "FORGETS_DELETES, RESURRECTED",
        "TEARS_VALUES, TORN",
        "SPLITS_PAIRS, SPLIT_PAIR",
        "INVENTS_KEYS, PHANTOM"
    })
    void sinIsCaughtWithinTenKills(ToyServer.Sin sin, String kinds) throws IOException, InterruptedException {
        DurabilityRun run = run(sin, CYCLES);

        assertTrue(
                Stream.of(kinds.split(" ")).anyMatch(kind -> run.findings().count(Findings.Kind.valueOf(kind)) > 0),
                () -> sin + " not seen as " + kinds + ": " + run.findings().examples());
    }

    @Test
    void serverThatDoesNotComeBackIsAFailure() {
        ServerFailedException failure =
                assertThrows(ServerFailedException.class, () -> run(ToyServer.Sin.STAYS_DOWN, CYCLES));

        assertTrue(failure.getMessage().contains("will not start again"), failure.getMessage());
    }
}
