package io.daxkv.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher works from any directory and says clearly what is wrong before it builds anything. Not covered: the
 * build, which would be this build inside itself.
 */
class LauncherTest {
    private static final int USAGE = 64;

    @TempDir
    private Path directory;

    private record Outcome(int exit, String output) {}

    private Outcome run(Path launcher, Map<String, String> environment, String... words)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder();
        builder.command().add(launcher.toString());
        builder.command().addAll(java.util.List.of(words));
        builder.directory(directory.toFile())
                .redirectErrorStream(true)
                .environment()
                .putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    private static Path launcher() {
        return Path.of(System.getProperty("daxkv.root", "..")).toAbsolutePath().resolve("daxkv");
    }

    @Test
    void helpListsTheCommandsAlsoThroughALink() throws IOException, InterruptedException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), launcher());

        for (Path path : new Path[] {launcher(), link}) {
            Outcome help = run(path, Map.of(), "--help");
            assertEquals(0, help.exit(), help.output());
            for (String command : new String[] {"serve", "check", "bench"}) {
                assertTrue(help.output().contains("\n  " + command + " "), help.output());
            }
        }
    }

    @Test
    void unknownCommandIsAUsageError() throws IOException, InterruptedException {
        Outcome outcome = run(launcher(), Map.of(), "fly");

        assertEquals(USAGE, outcome.exit());
        assertTrue(outcome.output().contains("no such command: command=fly"), outcome.output());
    }

    @Test
    void oldJavaIsNamed() throws IOException, InterruptedException {
        Path java = Files.createDirectories(directory.resolve("jdk/bin")).resolve("java");
        Files.createFile(java, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.writeString(directory.resolve("jdk/release"), "JAVA_VERSION=\"11.0.2\"\n");

        Outcome outcome =
                run(launcher(), Map.of("JAVA_HOME", directory.resolve("jdk").toString()), "serve");

        assertEquals(USAGE, outcome.exit());
        assertTrue(outcome.output().contains("Java is too old: version=11, needed=17"), outcome.output());
    }

    @Test
    void homeWithoutJavaIsNamed() throws IOException, InterruptedException {
        Outcome outcome = run(launcher(), Map.of("JAVA_HOME", directory.toString()), "serve");

        assertEquals(USAGE, outcome.exit());
        assertTrue(outcome.output().contains("JAVA_HOME holds no Java: JAVA_HOME=" + directory), outcome.output());
    }
}
