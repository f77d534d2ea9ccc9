package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The layer shows none of the races of {@link Scenario}, and each of the faulty strategies of {@link Mutant} shows the
 * ones it is known for: a catalogue that catches no mutant would prove nothing. Needs {@code -Ddaxkv.syncPoints=true},
 * which the build sets.
 */
@Timeout(60)
class RaceCatalogueTest {

    @ParameterizedTest
    @EnumSource(Scenario.class)
    void scenarioShowsNoSymptom(Scenario scenario) {
        assertTrue(SyncPoint.ENABLED, "run with -Ddaxkv.syncPoints=true");
        scenario.run(new FileOperations());
    }

    @ParameterizedTest
    @EnumSource(Mutant.class)
    void mutantIsKilledByItsScenarios(Mutant mutant) {
        Set<Scenario> survived = EnumSet.noneOf(Scenario.class);
        for (Scenario scenario : mutant.killers()) {
            if (!kills(scenario, mutant)) {
                survived.add(scenario);
            }
        }
        System.out.printf("mutant %-20s killed by %s%n", mutant, mutant.killers());
        assertTrue(survived.isEmpty(), () -> mutant + " survives " + survived);
    }

    private static boolean kills(Scenario scenario, Mutant mutant) {
        try {
            scenario.run(mutant.operations());
            return false;
        } catch (AssertionError symptom) {
            return true;
        }
    }
}
