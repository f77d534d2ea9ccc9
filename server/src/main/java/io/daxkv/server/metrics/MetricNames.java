package io.daxkv.server.metrics;

/** Names of the meters, in the library's dotted form; dashboards know them as {@code daxkv_..._total} and the like. */
final class MetricNames {
    static final String COMMANDS = "daxkv.commands";
    static final String COMMANDS_UNKNOWN = "daxkv.commands.unknown";
    static final String COMMAND_ERRORS = "daxkv.command.errors";
    static final String PROTOCOL_ERRORS = "daxkv.protocol.errors";
    static final String NETWORK_RECEIVED = "daxkv.network.received.bytes";
    static final String NETWORK_SENT = "daxkv.network.sent.bytes";
    static final String RUN_NANOS = "daxkv.run.nanos";
    static final String RUNS_BY_NANOS = "daxkv.runs.by.nanos";
    static final String RUNS_BY_SIZE = "daxkv.runs.by.size";
    static final String CONNECTIONS = "daxkv.connections";
    static final String CONNECTIONS_ACCEPTED = "daxkv.connections.accepted";
    static final String CONNECTIONS_REJECTED = "daxkv.connections.rejected";
    static final String KEYS = "daxkv.keys";
    static final String KEYS_EXPIRING = "daxkv.keys.expiring";
    static final String KEYS_EXPIRED = "daxkv.keys.expired";
    static final String LSN_APPENDED = "daxkv.lsn.appended";
    static final String LSN_DURABLE = "daxkv.lsn.durable";
    static final String COMMITS = "daxkv.commits";
    static final String COMMITTED_RECORDS = "daxkv.committed.records";
    static final String APPENDED_BYTES = "daxkv.appended.bytes";
    static final String PADDING_BYTES = "daxkv.padding.bytes";
    static final String CLEANED_SEGMENTS = "daxkv.cleaned.segments";
    static final String CLEANED_BYTES = "daxkv.cleaned.bytes";
    static final String RECOVERED_RECORDS = "daxkv.recovered.records";
    static final String RECOVERY_SECONDS = "daxkv.recovery.seconds";
    static final String STORE_BYTES = "daxkv.store.bytes";
    static final String FLUSHED_LINES = "daxkv.persist.flushed.lines";
    static final String FLUSHED_BYTES = "daxkv.persist.flushed.bytes";
    static final String REDUNDANT_LINES = "daxkv.persist.redundant.lines";
    static final String DRAINS = "daxkv.persist.drains";
    static final String STORE_DURABLE = "daxkv.store.durable";

    private MetricNames() {}
}
