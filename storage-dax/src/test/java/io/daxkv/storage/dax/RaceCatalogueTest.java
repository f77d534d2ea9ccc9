package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The layer shows none of the races of the catalogue, and each faulty strategy shows the ones it is known for: a
 * catalogue that catches no mutant would prove nothing. Needs {@code -Ddaxkv.syncPoints=true}, which the build sets.
 * Every mutant meets every scenario; the outcome is printed as a table and left in {@code target/mutants.txt}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class RaceCatalogueTest {
    private final List<Scenario> scenarios = Scenario.catalogue();
    private final MutantTable table = new MutantTable(scenarios);

    List<Scenario> scenarios() {
        return scenarios;
    }

    List<Mutant> mutants() {
        return Mutant.all();
    }

    @Test
    void everyNumberOfTheCatalogueIsPlayed() {
        Set<String> expected = new TreeSet<>(Set.of("S03b", "S37b"));
        for (int number = 1; number <= 62; number++) {
            expected.add(String.format("S%02d", number));
        }
        Set<String> names = new TreeSet<>();
        Set<String> ids = new TreeSet<>();
        for (Scenario scenario : scenarios) {
            assertTrue(names.add(scenario.name()), () -> "twice: " + scenario);
            ids.add(scenario.id());
        }
        assertEquals(expected, ids);
        names.addAll(ids);
        for (Mutant mutant : mutants()) {
            assertTrue(names.containsAll(mutant.killers()), () -> mutant + " names a scenario there is not");
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void scenarioShowsNoSymptom(Scenario scenario) {
        assertTrue(SyncPoint.ENABLED, "run with -Ddaxkv.syncPoints=true");
        scenario.run(new FileOperations());
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void mutantIsKilledByItsScenarios(Mutant mutant) {
        for (Scenario scenario : scenarios) {
            // S62 plays half of the catalogue again: enough that one mutant meets it.
            if (!scenario.id().equals("S62") || mutant.killers().contains("S62")) {
                table.put(mutant, scenario, outcome(mutant, scenario));
            }
        }
        Set<String> survived = new TreeSet<>(mutant.killers());
        survived.removeAll(table.killersOf(mutant));
        assertEquals(Set.of(), survived, () -> mutant + " survives; broken: " + table.brokenFor(mutant));
    }

    /** A scenario that cannot be played with a mutant, because it never comes to a parking place, proves nothing. */
    private static MutantTable.Outcome outcome(Mutant mutant, Scenario scenario) {
        try {
            scenario.run(mutant);
            return MutantTable.Outcome.survived();
        } catch (AssertionError symptom) {
            return MutantTable.Outcome.killed(symptom);
        } catch (RuntimeException broken) {
            return MutantTable.Outcome.notRun(broken);
        }
    }

    @AfterAll
    void printTable() throws IOException {
        System.out.print(table);
        Files.writeString(Path.of("target", "mutants.txt"), table.toString());
    }
}
