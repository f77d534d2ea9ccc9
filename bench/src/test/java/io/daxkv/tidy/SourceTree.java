package io.daxkv.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The files of the project, as they lie in the working tree; build output and hidden directories are not among them.
 */
final class SourceTree {
    private static final Set<String> SKIPPED = Set.of("target", "data", ".git", ".idea", ".m2");

    private final Path root;
    private final Set<String> paths = new TreeSet<>();

    SourceTree(Path root) {
        this.root = root;
        collect(root);
    }

    /** Opens the tree that the build names by the system property {@code daxkv.root}. */
    static SourceTree ofBuild() {
        return new SourceTree(
                Path.of(System.getProperty("daxkv.root", "..")).toAbsolutePath().normalize());
    }

    /** Returns every file's path from the root, with slashes. */
    Set<String> paths() {
        return paths;
    }

    boolean exists(String path) {
        return Files.exists(root.resolve(path));
    }

    String read(String path) {
        try {
            return Files.readString(root.resolve(path), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read: path=" + path, e);
        }
    }

    List<JavaSource> javaSources() {
        return paths.stream()
                .filter(path -> path.endsWith(".java"))
                .map(path -> JavaSource.of(path, read(path)))
                .toList();
    }

    private void collect(Path directory) {
        try (Stream<Path> children = Files.list(directory)) {
            for (Path child : children.toList()) {
                if (!Files.isDirectory(child)) {
                    paths.add(root.relativize(child).toString().replace('\\', '/'));
                } else if (!SKIPPED.contains(child.getFileName().toString())) {
                    collect(child);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list: directory=" + directory, e);
        }
    }
}
