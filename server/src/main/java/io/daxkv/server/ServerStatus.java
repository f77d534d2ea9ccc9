package io.daxkv.server;

import io.daxkv.server.command.CommandTable;
import io.daxkv.server.command.ServerView;
import io.daxkv.server.net.Connection;
import io.daxkv.server.net.Connections;
import io.daxkv.storage.kv.KvClock;
import java.util.Map;
import java.util.TreeMap;

/** The running server as its commands see it. What is known only once it listens is set by {@link #started}. */
final class ServerStatus implements ServerView {
    private final ServerOptions options;
    private final boolean survivesPowerLoss;
    private final CommandTable table;
    private final Connections connections;
    private final KvClock clock;
    private final Runnable shutdown;
    private volatile InfoReport report;
    private volatile Map<String, String> config = Map.of();

    ServerStatus(
            ServerOptions options,
            boolean survivesPowerLoss,
            CommandTable table,
            Connections connections,
            KvClock clock,
            Runnable shutdown) {
        this.options = options;
        this.survivesPowerLoss = survivesPowerLoss;
        this.table = table;
        this.connections = connections;
        this.clock = clock;
        this.shutdown = shutdown;
    }

    /** Makes INFO and CONFIG work; before the first request. */
    void started(ServerFacts facts, InfoReport newReport) {
        report = newReport;
        config = configOf(facts);
    }

    @Override
    public Durability durability() {
        return options.durability();
    }

    @Override
    public boolean survivesPowerLoss() {
        return survivesPowerLoss;
    }

    @Override
    public ServerLimits limits() {
        return options.limits();
    }

    @Override
    public CommandTable table() {
        return table;
    }

    @Override
    public String version() {
        return ServerFacts.REDIS_VERSION;
    }

    @Override
    public String info(String section) {
        return report.text(section);
    }

    @Override
    public Map<String, String> config() {
        return config;
    }

    @Override
    public String clientList() {
        StringBuilder text = new StringBuilder();
        long nowMs = clock.nowMs();
        for (Connection connection : connections.open()) {
            text.append(connection.describe(nowMs)).append('\n');
        }
        return text.toString();
    }

    @Override
    public void resetStats() {
        report.resetStats();
    }

    @Override
    public void shutdown() {
        shutdown.run();
    }

    private static Map<String, String> configOf(ServerFacts facts) {
        ServerOptions options = facts.options();
        Map<String, String> config = new TreeMap<>();
        config.put("appendfsync", redisPolicy(options.durability()));
        config.put("appendonly", "yes");
        config.put("bind", options.bind());
        config.put("databases", "1");
        config.put("durability", facts.durabilityName());
        config.put("durability-interval-ms", Long.toString(options.interval().toMillis()));
        config.put("file", options.file().toString());
        config.put("maxclients", Integer.toString(options.limits().clientCountMax()));
        config.put("maxmemory", "0");
        config.put("maxmemory-policy", "noeviction");
        config.put("persistence", options.persistence().toString());
        config.put("port", Integer.toString(facts.port()));
        config.put("proto-max-bulk-len", Integer.toString(options.limits().bulkSizeMax()));
        config.put("protected-mode", options.isProtected() ? "yes" : "no");
        config.put("save", "");
        config.put("tcp-keepalive", "300");
        config.put("timeout", "0");
        return config;
    }

    /** Returns the word of Redis that promises no more than we do. */
    private static String redisPolicy(Durability durability) {
        return switch (durability) {
            case ALWAYS -> "always";
            case INTERVAL -> "everysec";
            case NONE -> "no";
        };
    }
}
