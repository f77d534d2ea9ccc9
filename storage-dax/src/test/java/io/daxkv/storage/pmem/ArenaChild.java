package io.daxkv.storage.pmem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A second process for arena tests: does one thing with an arena and prints how it went as {@code simple class name:
 * message}, or {@code ok}.
 */
final class ArenaChild {
    private ArenaChild() {}

    /** Takes {@code create|open}, the file and the size. */
    public static void main(String[] arguments) {
        Path file = Path.of(arguments[1]);
        try {
            PmemArena arena = arguments[0].equals("create")
                    ? PmemArena.create(file, Long.parseLong(arguments[2]), PersistenceMode.VOLATILE)
                    : PmemArena.open(file, PersistenceMode.VOLATILE);
            arena.close();
            System.out.println("ok");
        } catch (PmemException e) {
            System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    /**
     * Runs {@link #main} in a new process.
     *
     * @param shellPrefix shell commands before it, such as {@code umask 0;}
     * @return the last line it printed
     */
    static String run(String shellPrefix, String action, Path file, long size)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", shellPrefix + " exec \"$0\" \"$@\""));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", classPath()));
        command.addAll(List.of(ArenaChild.class.getName(), action, file.toString(), Long.toString(size)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.strip().lines().reduce("", (first, second) -> second);
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
