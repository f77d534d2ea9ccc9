package io.daxkv.server;

import io.daxkv.server.command.CommandTable;
import io.daxkv.server.metrics.LoopCounters;
import io.daxkv.server.net.Connections;
import io.daxkv.server.net.RespServer;
import io.daxkv.storage.kv.KvStore;
import io.daxkv.storage.pmem.PersistCounters;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The text of INFO. Names that Redis has mean here what they mean there; what is ours has names of its own.
 *
 * <p><b>Threads.</b> Safe for use by many threads; numbers of one report may be of slightly different moments.
 */
final class InfoReport {
    private static final List<String> SECTIONS =
            List.of("server", "clients", "memory", "persistence", "stats", "replication", "commandstats", "keyspace");
    private static final String NO_DEFAULT = "commandstats";

    private final ServerFacts facts;
    private final KvStore store;
    private final PersistCounters persist;
    private final Connections connections;
    private final CommandTable table;
    private final List<LoopCounters> loops;

    /** Requests counted before the latest reset, which the counters for metrics do not know. */
    private volatile long requestsAtReset;

    InfoReport(
            ServerFacts facts, StoreFile file, Connections connections, CommandTable table, List<LoopCounters> loops) {
        this.facts = facts;
        this.store = file.store();
        this.persist = file.arena().memory().counters();
        this.connections = connections;
        this.table = table;
        this.loops = loops;
    }

    /** Returns one section, the usual ones for {@code default}, or every one for {@code all} and {@code everything}. */
    String text(String section) {
        StringBuilder text = new StringBuilder();
        boolean isAll = section.equals("all") || section.equals("everything");
        for (String name : SECTIONS) {
            if (isAll || section.equals(name) || (section.equals("default") && !name.equals(NO_DEFAULT))) {
                append(text, name);
            }
        }
        return text.toString();
    }

    void resetStats() {
        requestsAtReset = requestCount();
    }

    private void append(StringBuilder text, String section) {
        if (text.length() > 0) {
            text.append("\r\n");
        }
        text.append("# ")
                .append(Character.toUpperCase(section.charAt(0)))
                .append(section, 1, section.length())
                .append("\r\n");
        switch (section) {
            case "server" -> server(text);
            case "clients" -> clients(text);
            case "memory" -> memory(text);
            case "persistence" -> persistence(text);
            case "stats" -> stats(text);
            case "replication" -> replication(text);
            case "commandstats" -> commandStats(text);
            default -> keyspace(text);
        }
    }

    private void server(StringBuilder text) {
        long uptimeSeconds = Math.max(0, store.nowMs() - facts.startMs()) / 1000;
        line(text, "redis_version", ServerFacts.REDIS_VERSION);
        line(text, "redis_mode", "standalone");
        line(text, "server_name", "daxkv");
        line(text, "daxkv_version", ServerFacts.version());
        line(text, "os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        line(text, "multiplexing_api", RespServer.transport());
        line(text, "java_version", Runtime.version());
        line(text, "process_id", ProcessHandle.current().pid());
        line(text, "tcp_port", facts.port());
        line(text, "admin_port", facts.adminPort());
        line(text, "uptime_in_seconds", uptimeSeconds);
        line(text, "uptime_in_days", uptimeSeconds / 86_400);
    }

    private void clients(StringBuilder text) {
        line(text, "connected_clients", connections.count());
        line(text, "maxclients", facts.options().limits().clientCountMax());
        line(text, "blocked_clients", 0);
    }

    private void memory(StringBuilder text) {
        Runtime runtime = Runtime.getRuntime();
        line(text, "used_memory", runtime.totalMemory() - runtime.freeMemory());
        line(text, "maxmemory", 0);
        line(text, "maxmemory_policy", "noeviction");
    }

    private void persistence(StringBuilder text) {
        line(text, "loading", 0);
        line(text, "rdb_changes_since_last_save", Math.max(0, store.appendedLsn() - store.durableLsn()));
        line(text, "aof_enabled", 1);
        line(text, "aof_last_write_status", "ok");
        line(text, "medium", facts.mediumName());
        line(text, "medium_description", facts.medium().description());
        line(text, "medium_survives_power_loss", facts.medium().survivesPowerLoss() ? "yes" : "no");
        line(text, "durability", facts.durabilityName());
        line(text, "durable", facts.isDurable() ? "yes" : "no");
        line(text, "appended_lsn", store.appendedLsn());
        line(text, "durable_lsn", store.durableLsn());
        line(text, "commits", store.counters().commitCount());
        line(text, "committed_records", store.counters().committedRecordCount());
        line(text, "flushed_lines", persist.flushedLineCount());
        line(text, "flushed_bytes", persist.flushedByteCount());
        line(text, "redundant_lines", persist.redundantLineCount());
        line(text, "drains", persist.drainCount());
        line(text, "recovered_records", store.counters().recoveredRecordCount());
        line(text, "recovery_ms", store.counters().recoveryNanos() / 1_000_000);
        line(text, "live_bytes", store.counters().liveByteCount());
        line(text, "dead_bytes", store.counters().deadByteCount());
        line(text, "free_bytes", store.counters().freeByteCount());
    }

    private void stats(StringBuilder text) {
        line(text, "total_connections_received", connections.acceptedCount());
        line(text, "rejected_connections", connections.rejectedCount());
        line(text, "total_commands_processed", requestCount() - requestsAtReset);
        line(text, "total_net_input_bytes", sum(LoopCounters::receivedByteCount));
        line(text, "total_net_output_bytes", sum(LoopCounters::sentByteCount));
        line(text, "total_error_replies", sum(LoopCounters::errorCount));
        line(text, "expired_keys", store.counters().expiredKeyCount());
        line(text, "evicted_keys", 0);
    }

    private void replication(StringBuilder text) {
        line(text, "role", "master");
        line(text, "connected_slaves", 0);
    }

    private void commandStats(StringBuilder text) {
        for (int i = 0; i < table.rows().size(); i++) {
            int row = i;
            long calls = sum(loop -> loop.callCount(row));
            if (calls > 0) {
                line(text, "cmdstat_" + table.row(i).name(), "calls=" + calls);
            }
        }
    }

    private void keyspace(StringBuilder text) {
        long keys = store.keyCount();
        if (keys > 0) {
            line(text, "db0", "keys=" + keys + ",expires=" + store.expiringKeyCount() + ",avg_ttl=0");
        }
    }

    private long requestCount() {
        long sum = sum(LoopCounters::unknownCount);
        for (int i = 0; i < table.rows().size(); i++) {
            int row = i;
            sum += sum(loop -> loop.callCount(row));
        }
        return sum;
    }

    private long sum(ToLongFunction<LoopCounters> value) {
        return loops.stream().mapToLong(value).sum();
    }

    private static void line(StringBuilder text, String name, Object value) {
        text.append(name).append(':').append(value).append("\r\n");
    }
}
