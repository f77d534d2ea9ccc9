package io.daxkv.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * Shows the counters of a server in Prometheus' text form. Meters only read: nothing is done for them until somebody
 * scrapes.
 *
 * <p><b>Threads.</b> Safe for use by many threads.
 */
public final class StoreMetrics implements AutoCloseable {
    /** Classes of run times shown: 1 us to 34 s. */
    private static final int NANOS_CLASS_FIRST = 10;

    private static final int NANOS_CLASS_LAST = 35;

    /** Classes of run sizes shown: 1 to 128 requests, the most a run has by default. */
    private static final int SIZE_CLASS_LAST = 8;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final MetricSources sources;

    public StoreMetrics(MetricSources sources) {
        this.sources = sources;
        commands();
        runs();
        connections();
        store();
        log();
        persistence();
    }

    /** Returns all numbers as a scraper wants them. */
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        registry.close();
    }

    private void commands() {
        for (int i = 0; i < sources.commands().size(); i++) {
            int row = i;
            FunctionCounter.builder(MetricNames.COMMANDS, sources, s -> sum(loop -> loop.callCount(row)))
                    .description("Requests by command")
                    .tag("command", sources.commands().get(i))
                    .register(registry);
        }
        loops(MetricNames.COMMANDS_UNKNOWN, "Requests for commands that do not exist", LoopCounters::unknownCount);
        loops(MetricNames.COMMAND_ERRORS, "Requests answered with an error", LoopCounters::errorCount);
        loops(MetricNames.PROTOCOL_ERRORS, "Connections closed for a protocol error", LoopCounters::protocolErrorCount);
        loops(MetricNames.NETWORK_RECEIVED, "Bytes received", LoopCounters::receivedByteCount);
        loops(MetricNames.NETWORK_SENT, "Bytes sent", LoopCounters::sentByteCount);
    }

    private void runs() {
        loops(MetricNames.RUN_NANOS, "Time in which requests ran, ns", LoopCounters::runNanos);
        for (int i = NANOS_CLASS_FIRST; i <= NANOS_CLASS_LAST; i++) {
            bucket(MetricNames.RUNS_BY_NANOS, "Runs of requests by time, ns", i, LoopCounters::runsByNanos);
        }
        bucket(
                MetricNames.RUNS_BY_NANOS,
                "Runs of requests by time, ns",
                LoopCounters.CLASS_COUNT,
                LoopCounters::runsByNanos);
        for (int i = 0; i <= SIZE_CLASS_LAST; i++) {
            bucket(MetricNames.RUNS_BY_SIZE, "Runs of requests by size", i, LoopCounters::runsBySize);
        }
        bucket(
                MetricNames.RUNS_BY_SIZE,
                "Runs of requests by size",
                LoopCounters.CLASS_COUNT,
                LoopCounters::runsBySize);
    }

    private void connections() {
        gauge(
                MetricNames.CONNECTIONS,
                "Open connections",
                s -> s.connections().open().getAsLong());
        counter(
                MetricNames.CONNECTIONS_ACCEPTED,
                "Connections accepted",
                s -> s.connections().accepted().getAsLong());
        counter(
                MetricNames.CONNECTIONS_REJECTED,
                "Connections turned away",
                s -> s.connections().rejected().getAsLong());
    }

    private void store() {
        gauge(MetricNames.KEYS, "Keys", s -> s.store().keyCount());
        gauge(MetricNames.KEYS_EXPIRING, "Keys with a deadline", s -> s.store().expiringKeyCount());
        counter(
                MetricNames.KEYS_EXPIRED,
                "Keys buried after their deadline",
                s -> s.store().counters().expiredKeyCount());
        bytes("live", s -> s.store().counters().liveByteCount());
        bytes("dead", s -> s.store().counters().deadByteCount());
        bytes("free", s -> s.store().counters().freeByteCount());
        counter(
                MetricNames.CLEANED_SEGMENTS,
                "Log segments freed by cleaning",
                s -> s.store().counters().cleanedSegmentCount());
        counter(
                MetricNames.CLEANED_BYTES,
                "Bytes moved by cleaning",
                s -> s.store().counters().cleanedByteCount());
        gauge(
                MetricNames.RECOVERED_RECORDS,
                "Records read at the start",
                s -> s.store().counters().recoveredRecordCount());
        gauge(
                MetricNames.RECOVERY_SECONDS,
                "Time of recovery at the start",
                s -> s.store().counters().recoveryNanos() / 1e9);
    }

    private void log() {
        gauge(
                MetricNames.LSN_APPENDED,
                "LSN of the newest append",
                s -> s.store().appendedLsn());
        gauge(
                MetricNames.LSN_DURABLE,
                "LSN up to which everything survives",
                s -> s.store().durableLsn());
        counter(MetricNames.COMMITS, "Group commits", s -> s.store().counters().commitCount());
        counter(
                MetricNames.COMMITTED_RECORDS,
                "Records made durable",
                s -> s.store().counters().committedRecordCount());
        counter(
                MetricNames.APPENDED_BYTES,
                "Bytes of records appended",
                s -> s.store().counters().appendedByteCount());
        counter(
                MetricNames.PADDING_BYTES,
                "Bytes left empty between batches",
                s -> s.store().counters().paddingByteCount());
    }

    private void persistence() {
        counter(
                MetricNames.FLUSHED_LINES,
                "Cache lines flushed",
                s -> s.persist().flushedLineCount());
        counter(MetricNames.FLUSHED_BYTES, "Bytes flushed", s -> s.persist().flushedByteCount());
        counter(
                MetricNames.REDUNDANT_LINES,
                "Clean lines flushed",
                s -> s.persist().redundantLineCount());
        counter(MetricNames.DRAINS, "Drains", s -> s.persist().drainCount());
        Gauge.builder(MetricNames.STORE_DURABLE, sources, s -> s.promise().survivesPowerLoss() ? 1 : 0)
                .description("1 if an acknowledged write survives power loss")
                .tag("medium", sources.promise().medium())
                .tag("durability", sources.promise().durability())
                .register(registry);
    }

    private void loops(String name, String description, ToLongFunction<LoopCounters> value) {
        counter(name, description, s -> sum(value));
    }

    /** Registers one cumulative class: how many runs lie below its upper end. */
    private void bucket(String name, String description, int last, ClassCount count) {
        String end = last == LoopCounters.CLASS_COUNT ? "+Inf" : Long.toString((1L << last) - 1);
        FunctionCounter.builder(name, sources, s -> sum(loop -> below(loop, last, count)))
                .description(description)
                .tag("le", end)
                .register(registry);
    }

    private static long below(LoopCounters loop, int last, ClassCount count) {
        long sum = 0;
        for (int i = 0; i <= Math.min(last, LoopCounters.CLASS_COUNT - 1); i++) {
            sum += count.of(loop, i);
        }
        return sum;
    }

    private long sum(ToLongFunction<LoopCounters> value) {
        return sources.loops().stream().mapToLong(value).sum();
    }

    private void counter(String name, String description, ToDoubleFunction<MetricSources> value) {
        FunctionCounter.builder(name, sources, value).description(description).register(registry);
    }

    private void gauge(String name, String description, ToDoubleFunction<MetricSources> value) {
        Gauge.builder(name, sources, value).description(description).register(registry);
    }

    private void bytes(String state, ToDoubleFunction<MetricSources> value) {
        Gauge.builder(MetricNames.STORE_BYTES, sources, value)
                .description("Bytes of the store by state")
                .tag("state", state)
                .register(registry);
    }

    /** Picks one class of one histogram of a loop. */
    @FunctionalInterface
    private interface ClassCount {
        long of(LoopCounters loop, int index);
    }
}
