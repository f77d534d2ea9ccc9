package io.daxkv.storage.dax;

import java.util.HashMap;
import java.util.Map;

/** Counts how the entries of a run's files changed from one operation to the next. */
final class ModelTransitions {
    private static final String[] NAMES = {
        "none", "ZERO 4K", "ZERO 2M", "BLOCK 4K", "BLOCK 2M", "none", "none", "DIRTY 4K", "DIRTY 2M"
    };
    private static final int DIRTY = 4;

    private final ModelCoverage coverage;
    private final Map<ModelFile, byte[]> states = new HashMap<>();

    ModelTransitions(ModelCoverage coverage) {
        this.coverage = coverage;
    }

    void look(ModelFile[] files, int sizeMax) {
        for (ModelFile file : files) {
            if (file != null) {
                byte[] known = states.computeIfAbsent(file, key -> new byte[sizeMax / VolumeLayout.BLOCK_SIZE + 1]);
                look(file.file.parts().tree, known);
            }
        }
    }

    void forget() {
        states.clear();
    }

    private void look(MappingTree tree, byte[] known) {
        for (int index = 0; index < known.length; index++) {
            TreeChunk chunk = tree.chunk(index);
            byte state = chunk == null ? 0 : stateOf(chunk, index);
            if (state != known[index]) {
                coverage.count(NAMES[known[index]] + " -> " + NAMES[state]);
                known[index] = state;
            }
        }
    }

    private static byte stateOf(TreeChunk chunk, int index) {
        long entry = chunk.entryAt(index);
        if (entry == MappingEntry.NONE) {
            return 0;
        }
        int size = MappingEntry.isHuge(entry) ? 1 : 0;
        if (MappingEntry.isHole(entry)) {
            return (byte) (1 + size);
        }
        return (byte) (3 + size + (chunk.isDirty(index) ? DIRTY : 0));
    }
}
