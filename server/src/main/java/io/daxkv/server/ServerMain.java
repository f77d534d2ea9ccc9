package io.daxkv.server;

import io.daxkv.storage.dax.VolumeCorruptException;
import io.daxkv.storage.kv.KvException;
import io.daxkv.storage.pmem.ArenaFileException;
import io.daxkv.storage.pmem.ArenaLockedException;
import io.daxkv.storage.pmem.MediumRefusedException;
import io.daxkv.storage.pmem.PersistFailedException;
import io.daxkv.storage.pmem.PmemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;

/** The command line: {@code serve}, which is meant if nothing is said, and {@code check}. */
@Command(
        name = "daxkv-server",
        mixinStandardHelpOptions = true,
        versionProvider = ServerMain.Version.class,
        sortOptions = false,
        description = "A persistent key-value store that acknowledges a write only when it is durable.",
        subcommands = {ServeCommand.class, CheckCommand.class})
public final class ServerMain implements Callable<Integer> {

    @Mixin
    private ServeArguments arguments;

    @Override
    public Integer call() throws Exception {
        return ServeCommand.serve(arguments);
    }

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs the command line and returns the exit code. */
    public static int run(String... arguments) {
        CommandLine line = new CommandLine(new ServerMain());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((e, failed, parsed) -> explain(e));
        line.setParameterExceptionHandler((e, given) -> {
            System.err.println("daxkv: " + e.getMessage());
            e.getCommandLine().usage(System.err);
            return ExitCode.USAGE;
        });
        return line.execute(arguments);
    }

    /** Prints what an operator can act on, without a stack unless it is a bug. */
    private static int explain(Exception e) {
        int code = exitCode(e);
        boolean isExpected =
                e instanceof PmemException || e instanceof IOException || e instanceof UncheckedIOException;
        if (code == ExitCode.INTERNAL && !isExpected) {
            LoggerFactory.getLogger(ServerMain.class).error("failed, and this is a bug: code={}", code, e);
        } else {
            System.err.println("daxkv: " + e.getMessage()
                    + (e.getCause() == null ? "" : ": " + e.getCause().getMessage()));
        }
        return code;
    }

    static int exitCode(Throwable e) {
        if (e instanceof StartRefusedException refused) {
            return refused.exitCode();
        }
        if (e instanceof ArenaLockedException) {
            return ExitCode.LOCKED;
        }
        if (e instanceof MediumRefusedException || e instanceof IllegalArgumentException) {
            return ExitCode.USAGE;
        }
        if (e instanceof ArenaFileException || e instanceof VolumeCorruptException || e instanceof KvException) {
            return ExitCode.ODD_FILE;
        }
        return e instanceof PersistFailedException ? ExitCode.WRITE_BACK_FAILED : ExitCode.INTERNAL;
    }

    /** Says what {@code --version} says. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "daxkv " + ServerFacts.version() + " (commands of Redis " + ServerFacts.REDIS_VERSION + ")"
            };
        }
    }
}
