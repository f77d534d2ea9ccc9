package io.daxkv.bench.child;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How to start a server on one file.
 *
 * @param mainClass its main class, on this process's own class path
 * @param file where it keeps its data
 * @param options what else goes on its command line
 */
public record ServerLaunch(String mainClass, Path file, List<String> options) {
    /** The server of this project. */
    public static final String DAXKV = "io.daxkv.server.ServerMain";

    /** Environment variable with the JVM options of the server, instead of those in the file. */
    private static final String JAVA_OPTIONS_VARIABLE = "DAXKV_JAVA_OPTS";

    private static final String ADMIN_PORT = "--admin-port";

    public ServerLaunch {
        options = List.copyOf(options);
    }

    /** Returns the command line: on a free port; without an admin port unless the options have one. */
    List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Path root = Path.of(System.getProperty("daxkv.root", "."));
        addFile(command, root.resolve("jvm.options"));
        String tuning = System.getenv(JAVA_OPTIONS_VARIABLE);
        if (tuning == null) {
            addFile(command, root.resolve("server-jvm.options"));
        } else if (!tuning.isBlank()) {
            command.addAll(List.of(tuning.trim().split("\\s+")));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass, "serve"));
        command.addAll(List.of("--port", "0", "--file", file.toString()));
        if (!options.contains(ADMIN_PORT)) {
            command.addAll(List.of(ADMIN_PORT, "-1"));
        }
        command.addAll(options);
        return command;
    }

    private static void addFile(List<String> command, Path arguments) {
        if (Files.exists(arguments)) {
            command.add("@" + arguments);
        }
    }
}
