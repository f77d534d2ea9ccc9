package io.daxkv.storage.dax;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The operations of one model run, as text that can be edited and run again.
 *
 * <pre>
 *   profile SMALL
 *   0 create file=0
 *   skip 1 write file=0 offset=4090 length=12
 *   2 fsync file=0           # a comment
 * </pre>
 */
record ModelLog(ModelProfile profile, List<ModelOp> ops) {
    private static final String PROFILE = "profile ";

    ModelLog {
        ops = List.copyOf(ops);
    }

    static ModelLog load(Path path) throws IOException {
        return parse(Files.readAllLines(path), new ModelOps());
    }

    static ModelLog parse(List<String> lines, ModelOps table) {
        ModelProfile profile = null;
        List<ModelOp> ops = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith(PROFILE)) {
                profile = ModelProfile.named(line.substring(PROFILE.length()).strip());
            } else {
                ModelOp op = ModelOp.parse(line, table);
                if (op != null) {
                    ops.add(op);
                }
            }
        }
        if (profile == null) {
            throw new IllegalArgumentException("log names no profile: lines=" + lines.size());
        }
        return new ModelLog(profile, ops);
    }

    void save(Path path) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        Files.write(path, (Iterable<String>) lines()::iterator);
    }

    Stream<String> lines() {
        return Stream.concat(Stream.of(PROFILE + profile.name()), ops.stream().map(ModelOp::toString));
    }

    /** Runs the operations; returns what went wrong, or null. */
    Throwable failure(FileOperations operations) {
        return failure(operations, new ModelCoverage());
    }

    Throwable failure(FileOperations operations, ModelCoverage coverage) {
        try {
            ModelRun run = new ModelRun(profile, operations, coverage);
            ops.forEach(run::run);
            run.finish();
            return null;
        } catch (RuntimeException | AssertionError e) {
            return e;
        }
    }

    ModelLog with(List<ModelOp> otherOps) {
        return new ModelLog(profile, otherOps);
    }
}
