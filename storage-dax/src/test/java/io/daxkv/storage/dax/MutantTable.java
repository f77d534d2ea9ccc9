package io.daxkv.storage.dax;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which scenario caught which mutant: a row for each mutant, a column for each id of the catalogue. */
final class MutantTable {
    private final Set<String> ids = new TreeSet<>();
    private final Map<Mutant, Map<Scenario, Outcome>> rows = new LinkedHashMap<>();

    /** What a scenario made of a mutant. */
    record Outcome(char symbol, Throwable cause) {
        static Outcome killed(Throwable symptom) {
            return new Outcome('K', symptom);
        }

        static Outcome survived() {
            return new Outcome('.', null);
        }

        static Outcome notRun(Throwable cause) {
            return new Outcome(' ', cause);
        }
    }

    MutantTable(List<Scenario> scenarios) {
        scenarios.forEach(scenario -> ids.add(scenario.id()));
    }

    void put(Mutant mutant, Scenario scenario, Outcome outcome) {
        rows.computeIfAbsent(mutant, row -> new LinkedHashMap<>()).put(scenario, outcome);
    }

    /** Returns the ids, and the names of the variants, that caught a mutant. */
    Set<String> killersOf(Mutant mutant) {
        Set<String> killers = new TreeSet<>();
        rows.get(mutant).forEach((scenario, outcome) -> {
            if (outcome.symbol == 'K') {
                killers.add(scenario.id());
                killers.add(scenario.name());
            }
        });
        return killers;
    }

    /** Returns why scenarios could not be played with a mutant. */
    String brokenFor(Mutant mutant) {
        StringBuilder text = new StringBuilder();
        rows.get(mutant).forEach((scenario, outcome) -> {
            if (outcome.symbol == ' ') {
                text.append(scenario).append(": ").append(outcome.cause).append("; ");
            }
        });
        return text.toString();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("mutant x scenario: K killed, . survived, blank cannot be played\n");
        for (int line = 1; line <= 3; line++) {
            text.append(" ".repeat(24));
            for (String id : ids) {
                text.append(id.length() > line ? id.charAt(line) : ' ');
            }
            text.append('\n');
        }
        rows.forEach((mutant, row) -> {
            text.append(String.format("%-24s", mutant));
            ids.forEach(id -> text.append(symbol(row, id)));
            text.append('\n');
        });
        return text.toString();
    }

    private static char symbol(Map<Scenario, Outcome> row, String id) {
        char symbol = ' ';
        for (Map.Entry<Scenario, Outcome> cell : row.entrySet()) {
            char found = cell.getValue().symbol;
            if (cell.getKey().id().equals(id) && (found == 'K' || symbol == ' ')) {
                symbol = found;
            }
        }
        return symbol;
    }
}
