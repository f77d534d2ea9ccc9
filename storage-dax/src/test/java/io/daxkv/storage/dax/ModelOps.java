package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The table of all operations of the model test: a row each, written where the operation is. */
final class ModelOps {
    private final List<ModelOp.Kind> kinds = new ArrayList<>();
    private final int weightSum;

    ModelOps() {
        kinds.addAll(ModelIoOps.rows());
        kinds.addAll(ModelWindowOps.rows());
        kinds.addAll(ModelLayoutOps.rows());
        kinds.addAll(ModelRemapOps.rows());
        kinds.addAll(ModelBufferOps.rows());
        kinds.addAll(ModelHoldOps.rows());
        kinds.addAll(ModelVolumeOps.rows());
        weightSum = kinds.stream().mapToInt(ModelOp.Kind::weight).sum();
    }

    List<ModelOp.Kind> kinds() {
        return kinds;
    }

    ModelOp.Kind named(String name) {
        return kinds.stream()
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such operation: name=" + name));
    }

    ModelOp.Kind draw(RandomGenerator random) {
        int left = random.nextInt(weightSum);
        for (ModelOp.Kind kind : kinds) {
            left -= kind.weight();
            if (left < 0) {
                return kind;
            }
        }
        throw new AssertionError("weights do not sum up");
    }
}
