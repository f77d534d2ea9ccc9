package io.daxkv.server;

import io.daxkv.server.command.ServerView.Durability;
import io.daxkv.storage.pmem.PersistenceMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Option;

/**
 * The options of {@code serve}. Each default is the one of {@link ServerOptions#defaults()}, and {@code --help} shows
 * it.
 */
public final class ServeArguments {
    private static final String DEFAULT = " (default: ${DEFAULT-VALUE})";

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "address to listen on" + DEFAULT)
    private String bind;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "6379",
            description = "RESP port, 0 picks a free one" + DEFAULT)
    private int port;

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            defaultValue = "9121",
            description = "HTTP port for metrics and health on loopback, 0 picks a free one, -1 is none" + DEFAULT)
    private int adminPort;

    @Option(
            names = "--protected-mode",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "turn away clients from other machines, since there is no password yet" + DEFAULT)
    private boolean isProtected;

    @Option(
            names = "--file",
            paramLabel = "PATH",
            defaultValue = "data/daxkv.pmem",
            description = "file of the store, made if absent" + DEFAULT)
    private Path file;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "1g",
            description = "size of a new file; k, m, g, t are powers of 1024" + DEFAULT)
    private String size;

    @Option(
            names = "--durability",
            paramLabel = "WHEN",
            defaultValue = "always",
            description = "when replies to writes leave: always (durable first), interval, none" + DEFAULT)
    private String durability;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            defaultValue = "100ms",
            description = "how often --durability=interval commits, 1ms to 1s" + DEFAULT)
    private String interval;

    @Option(
            names = "--persistence",
            paramLabel = "HOW",
            defaultValue = "auto",
            description = "what the medium must give: auto, sync, clwb-emulated, page, volatile" + DEFAULT)
    private String persistence;

    @Option(
            names = "--loops",
            paramLabel = "COUNT",
            defaultValue = "0",
            description = "event loops, 0 is one for each core" + DEFAULT)
    private int loops;

    @Option(
            names = "--max-clients",
            paramLabel = "COUNT",
            defaultValue = "10000",
            description = "connections" + DEFAULT)
    private int maxClients;

    @Option(
            names = "--max-value",
            paramLabel = "SIZE",
            defaultValue = "64m",
            description = "largest value, up to 64m" + DEFAULT)
    private String maxValue;

    /**
     * Returns what was asked for.
     *
     * @throws IllegalArgumentException if a value makes no sense; the message says which
     */
    ServerOptions toOptions() {
        checkPort("--port", port, 0);
        checkPort("--admin-port", adminPort, -1);
        if (loops < 0) {
            throw new IllegalArgumentException("--loops must not be negative: loops=" + loops);
        }
        int loopCount = loops == 0 ? Runtime.getRuntime().availableProcessors() : loops;
        ServerLimits limits = ServerLimits.defaults()
                .withBulkSizeMax((int) Math.min(Integer.MAX_VALUE, Quantities.size("--max-value", maxValue)))
                .withClientCountMax(maxClients);
        Duration every = Quantities.duration("--interval", interval);
        if (every.compareTo(Duration.ofMillis(1)) < 0 || every.compareTo(Duration.ofSeconds(1)) > 0) {
            throw new IllegalArgumentException("--interval out of range: interval=" + interval + ", min=1ms, max=1s");
        }
        return new ServerOptions(
                bind,
                port,
                adminPort,
                isProtected,
                loopCount,
                file,
                Quantities.size("--size", size),
                PersistenceMode.parse(persistence),
                durability(),
                every,
                limits);
    }

    private Durability durability() {
        try {
            return Durability.valueOf(durability.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "unknown durability: durability=" + durability + ", known=always|interval|none", e);
        }
    }

    private static void checkPort(String option, int port, int min) {
        if (port < min || port > 65_535) {
            throw new IllegalArgumentException(option + " out of range: port=" + port + ", min=" + min + ", max=65535");
        }
    }
}
