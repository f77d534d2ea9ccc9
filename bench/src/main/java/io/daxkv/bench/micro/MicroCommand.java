package io.daxkv.bench.micro;

import io.daxkv.bench.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The {@code micro} subcommand: the JMH benchmarks of the layers. */
@Command(
        name = "micro",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the JMH benchmarks of the layers, each in a process of its own.",
            "Shown are the mean and the best iteration: on a machine that others use, the best is the cost and the rest"
                    + " is company."
        })
public final class MicroCommand implements Callable<Integer> {
    private static final String ALL = "io\\.daxkv\\.bench\\.micro\\..*";

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "PATTERN", description = "Runs only benchmarks whose name has this in it.")
    private String pattern;

    @Option(names = "--forks", defaultValue = "1", description = "Processes each. Default: ${DEFAULT-VALUE}.")
    private int forks;

    @Option(names = "--warmups", defaultValue = "5", description = "Iterations before. Default: ${DEFAULT-VALUE}.")
    private int warmups;

    @Option(names = "--iterations", defaultValue = "5", description = "Iterations. Default: ${DEFAULT-VALUE}.")
    private int iterations;

    @Option(names = "--ms", defaultValue = "500", description = "Length of one. Default: ${DEFAULT-VALUE}.")
    private int iterationMs;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures as JSON, too.")
    private Path json;

    @Override
    public Integer call() throws RunnerException, IOException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(pattern == null ? ALL : ALL + pattern + ".*")
                        .forks(forks)
                        .warmupIterations(warmups)
                        .warmupTime(TimeValue.milliseconds(iterationMs))
                        .measurementIterations(iterations)
                        .measurementTime(TimeValue.milliseconds(iterationMs))
                        .jvmArgs(jvmArguments())
                        .shouldFailOnError(true)
                        .build())
                .run();
        Report report = report(results);
        report.print(spec.commandLine().getOut());
        if (json != null) {
            report.write(json);
        }
        return 0;
    }

    /** The forks get the store's own options, which this process' manifest cannot hand down. */
    private static String[] jvmArguments() {
        Path root = Path.of(System.getProperty("daxkv.root", "."));
        List<String> arguments = new ArrayList<>();
        for (String name : List.of("jvm.options", "server-jvm.options")) {
            if (Files.exists(root.resolve(name))) {
                arguments.add("@" + root.resolve(name));
            }
        }
        return arguments.toArray(String[]::new);
    }

    private static Report report(Collection<RunResult> results) {
        Report report = new Report("micro: mean (best)");
        Map<String, Double> floors = new TreeMap<>();
        for (RunResult run : results) {
            Result<?> primary = run.getPrimaryResult();
            boolean isTime = run.getParams().getMode() == Mode.AverageTime;
            double best = isTime
                    ? primary.getStatistics().getMin()
                    : primary.getStatistics().getMax();
            floors.put(primary.getLabel(), best);
            report.add(
                    nameOf(run),
                    String.format(Locale.ROOT, "%.2f (%.2f)", primary.getScore(), best),
                    isTime ? "ns" : primary.getScoreUnit());
            counters(report, run);
        }
        if (floors.containsKey("windowStore") && floors.containsKey("rawStore")) {
            report.add("window_store_beyond_raw", floors.get("windowStore") - floors.get("rawStore"), "ns, floors");
        }
        return report;
    }

    private static void counters(Report report, RunResult run) {
        if (!run.getSecondaryResults().containsKey("batches")) {
            return;
        }
        double batches = counter(run, "batches");
        for (String name : List.of("dirtiedLines", "flushedLines", "redundantLines", "drains")) {
            if (run.getSecondaryResults().containsKey(name)) {
                report.add(name + "_per_batch", counter(run, name) / batches, "of " + nameOf(run));
            }
        }
    }

    /** Returns a benchmark's name with its parameters, if it has some. */
    private static String nameOf(RunResult run) {
        StringBuilder name = new StringBuilder(run.getPrimaryResult().getLabel());
        for (String key : run.getParams().getParamsKeys()) {
            name.append('_').append(key).append('_').append(run.getParams().getParam(key));
        }
        return name.toString();
    }

    private static double counter(RunResult run, String name) {
        Result<?> result = run.getSecondaryResults().get(name);
        return result.getScore();
    }
}
