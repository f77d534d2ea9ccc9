package io.daxkv.bench.child;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that say which server a benchmark starts, shared by the subcommands that start one. */
public final class ServerChoice {
    @Option(
            names = "--file",
            paramLabel = "PATH",
            description = "The server's data file. Default: a new file in a temporary directory, deleted afterwards.")
    private Path file;

    @Option(names = "--size", defaultValue = "1g", description = "The data file's size. Default: ${DEFAULT-VALUE}.")
    private String size;

    @Option(
            names = "--durability",
            defaultValue = "always",
            description = "always, interval or none. Default: ${DEFAULT-VALUE}.")
    private String durability;

    @Option(
            names = "--persistence",
            defaultValue = "auto",
            description = "auto, sync, clwb-emulated, page or volatile. Default: ${DEFAULT-VALUE}.")
    private String persistence;

    @Option(
            names = "--server-option",
            paramLabel = "OPTION",
            description = "One more option for the server, e.g. --server-option=--loops=1. Repeatable.")
    private List<String> more = new ArrayList<>();

    @Option(
            names = "--server-main",
            paramLabel = "CLASS",
            defaultValue = ServerLaunch.DAXKV,
            description = "Main class of the server. Default: ${DEFAULT-VALUE}.")
    private String mainClass;

    private Path directory;

    /** Returns how to start the chosen server; makes the temporary directory if no file was named. */
    public synchronized ServerLaunch launch() throws IOException {
        if (file == null && directory == null) {
            directory = Files.createTempDirectory("daxkv-bench");
            Runtime.getRuntime().addShutdownHook(new Thread(this::cleanUp, "bench-cleanup"));
        }
        Path chosen = file != null ? file : directory.resolve("bench.pmem");
        List<String> options =
                new ArrayList<>(List.of("--size", size, "--durability", durability, "--persistence", persistence));
        options.addAll(more);
        return new ServerLaunch(mainClass, chosen, options);
    }

    /** Deletes the temporary directory, if there is one; happens by itself if this process is interrupted. */
    public synchronized void cleanUp() {
        if (directory == null) {
            return;
        }
        try (var files = Files.list(directory)) {
            for (Path path : files.toList()) {
                Files.delete(path);
            }
            Files.delete(directory);
            directory = null;
        } catch (IOException e) {
            System.err.println("temporary files stay: directory=" + directory + ", cause=" + e);
        }
    }
}
