package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One interleaving of the race catalogue. Its steps play on a fresh {@link Stage} and throw an {@link AssertionError}
 * on the symptom.
 *
 * @param name the id of the catalogue, after a dot which variant of it, and {@link #PROTECTED} or nothing
 * @param origin where somebody got it wrong
 * @param steps what happens, and what must hold
 */
record Scenario(String name, String origin, Consumer<Stage> steps) {
    /** Ends the name of a scenario whose windows are write-protected, as the kernel's are. */
    static final String PROTECTED = "/P";

    /** All of them, in order. */
    static List<Scenario> catalogue() {
        List<Scenario> all = new ArrayList<>(untilLayout());
        all.addAll(forBothModes(LayoutRaces.ALL));
        all.addAll(forBothModes(CloneRaces.ALL));
        all.addAll(OrderRaces.ALL);
        all.addAll(RecursionRaces.ALL);
        all.addAll(MediaRaces.ALL);
        return all;
    }

    /** S01 to S29. */
    static List<Scenario> untilLayout() {
        List<Scenario> all = new ArrayList<>();
        all.addAll(forBothModes(HoleRaces.ALL));
        all.addAll(forBothModes(DirtyRaces.ALL));
        all.addAll(PageRaces.ALL);
        return all;
    }

    /** Each scenario with a window that tracks its stores by line, and with one that is write-protected, by page. */
    private static List<Scenario> forBothModes(List<Scenario> scenarios) {
        List<Scenario> all = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            all.add(scenario);
            if (!scenario.name.contains("/")) {
                all.add(new Scenario(scenario.name + PROTECTED, scenario.origin, scenario.steps));
            }
        }
        return all;
    }

    /** Returns the catalogue's number, such as S03b. */
    String id() {
        return name.split("[./]")[0];
    }

    /** Plays the scenario with these operations; throws if the symptom shows or an invariant is broken. */
    void run(FileOperations operations) {
        run(operations, false);
    }

    /** As {@link #run(FileOperations)}; if {@code cachesPersist}, on a medium where a flush does nothing. */
    void run(FileOperations operations, boolean cachesPersist) {
        WindowMode mode = name.endsWith(PROTECTED) ? WindowMode.PROTECTED : WindowMode.TRACKED;
        try (Actors actors = new Actors()) {
            actors.play(() -> {
                Stage stage = new Stage(new Stage.Setup(operations, mode, cachesPersist), actors);
                steps.accept(stage);
                stage.checkInvariants();
            });
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
