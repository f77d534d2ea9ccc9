package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One interleaving of the race catalogue. Its steps play on a fresh {@link Stage} and throw an {@link AssertionError}
 * on the symptom.
 *
 * @param name the id of the catalogue, and after a dot which variant of it
 * @param origin where somebody got it wrong
 * @param steps what happens, and what must hold
 */
record Scenario(String name, String origin, Consumer<Stage> steps) {

    /** All of them, in order. */
    static List<Scenario> catalogue() {
        List<Scenario> all = new ArrayList<>();
        all.addAll(HoleRaces.ALL);
        all.addAll(DirtyRaces.ALL);
        all.addAll(LayoutRaces.ALL);
        all.addAll(OrderRaces.ALL);
        all.addAll(RecursionRaces.ALL);
        all.addAll(MediaRaces.ALL);
        return all;
    }

    /** Returns the catalogue's number, such as S03b. */
    String id() {
        int dot = name.indexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }

    /** Plays the scenario with these operations; throws if the symptom shows or an invariant is broken. */
    void run(FileOperations operations) {
        try (Actors actors = new Actors()) {
            actors.play(() -> {
                Stage stage = new Stage(operations, actors);
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
