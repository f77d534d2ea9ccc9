package io.daxkv.bench.load;

import io.daxkv.bench.report.Report;
import org.HdrHistogram.Histogram;

/** The figures of a load run. */
final class LoadReport {
    private static final double NANOS_PER_MS = 1e6;

    private LoadReport() {}

    static Report of(LoadPlan plan, String workload, LoadRun.Result result) {
        Histogram latency = result.latency();
        Report report = new Report("load: " + workload)
                .add("clients", plan.clientCount())
                .add("threads", plan.threadCount())
                .add("pipeline", plan.pipeline())
                .add("value_size", plan.mix().valueSize(), "bytes")
                .add("keys", plan.mix().keyCount())
                .add("set_share", plan.mix().setShare())
                .add(
                        "intended_rate",
                        plan.pace().rate() == 0
                                ? "as fast as replies come"
                                : plan.pace().rate() + " requests/s")
                .add("requests", result.requestCount())
                .add("errors", result.errorCount())
                .add("nil_replies", result.nilCount())
                .add("elapsed", result.elapsedNanos() / 1e9, "s")
                .add("throughput", result.requestsPerSecond(), "requests/s")
                .add("latency_mean", latency.getMean() / NANOS_PER_MS, "ms");
        for (double percentile : new double[] {50, 90, 99, 99.9, 99.99}) {
            String name = "latency_p" + (percentile == (int) percentile ? (int) percentile + "" : percentile + "");
            report.add(name, latency.getValueAtPercentile(percentile) / NANOS_PER_MS, "ms");
        }
        return report.add("latency_max", latency.getMaxValue() / NANOS_PER_MS, "ms");
    }
}
