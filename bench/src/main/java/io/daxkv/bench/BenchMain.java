package io.daxkv.bench;

import io.daxkv.bench.load.LoadCommand;
import io.daxkv.bench.micro.MicroCommand;
import io.daxkv.bench.verify.DurabilityCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmark's command line. Exit codes: 0 all well, 1 a loss or a difference was found, 2 usage, 70 it failed. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures RESP servers and checks what they promise.",
        subcommands = {LoadCommand.class, DurabilityCommand.class, MicroCommand.class})
public final class BenchMain {
    private static final int FAILED = 70;

    private BenchMain() {}

    /** Runs one subcommand and ends the process. */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** Runs one subcommand and returns its exit code. */
    public static int run(String... args) {
        return commandLine().execute(args);
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new BenchMain()).setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println(command.getCommandName() + ": " + failure);
            return FAILED;
        });
        return line;
    }
}
