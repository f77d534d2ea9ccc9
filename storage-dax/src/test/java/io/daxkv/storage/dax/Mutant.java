package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A faulty strategy: something a real DAX layer did once, or would do were a line of ours to move. Switched on in tests
 * only, by replacing an operation of a file, and named as the table of mutants names it.
 */
abstract class Mutant extends FileOperations {
    private final String name;
    private final Set<String> killers;

    /**
     * @param name what it does wrong
     * @param killers the scenarios that must catch it, by id
     */
    Mutant(String name, String... killers) {
        this.name = name;
        this.killers = new TreeSet<>(List.of(killers));
    }

    /** All of them, in order. */
    static List<Mutant> all() {
        List<Mutant> all = new ArrayList<>();
        all.addAll(HoleMutants.all());
        all.addAll(DirtyMutants.all());
        all.addAll(ProtectionMutants.all());
        all.addAll(LayoutMutants.all());
        all.addAll(CopyMutants.all());
        all.addAll(WakeMutants.all());
        return all;
    }

    Set<String> killers() {
        return killers;
    }

    @Override
    public String toString() {
        return name;
    }
}
