package io.daxkv.bench.load;

import io.daxkv.bench.child.ServerChoice;
import io.daxkv.bench.child.ServerLaunch;
import io.daxkv.bench.child.ServerProcess;
import io.daxkv.bench.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code load} subcommand: throughput and latency of any RESP server, or the JDK's class files through ours. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = {
            "Drives a RESP server and measures throughput and latency.",
            "Without --port it starts its own daxkv server.",
            "With --dataset=jdk it stores every class file of the running JDK, reads all back, compares checksums,"
                    + " kills the server it started, restarts it and compares again; exit code 1 on any difference."
        })
public final class LoadCommand implements Callable<Integer> {
    private static final Duration READY_TIMEOUT = Duration.ofMinutes(5);
    private static final int DIFFERENCES_FOUND = 1;

    /** What the requests are. */
    public enum Workload {
        SET(1),
        GET(0),
        /** As {@code --ratio} says. */
        MIXED(Double.NaN);

        private final double setShare;

        Workload(double setShare) {
            this.setShare = setShare;
        }
    }

    /** Real input to store instead of made-up keys. */
    public enum Dataset {
        JDK
    }

    @Spec
    private CommandSpec spec;

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Default: ${DEFAULT-VALUE}.")
    private String host;

    @Option(names = "--port", description = "Port of a running server. Default: start one.")
    private Integer port;

    @Option(names = "--clients", defaultValue = "50", description = "Connections. Default: ${DEFAULT-VALUE}.")
    private int clients;

    @Option(
            names = "--threads",
            defaultValue = "1",
            description = "Threads that drive them. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(names = "--requests", defaultValue = "100000", description = "Requests in all. Default: ${DEFAULT-VALUE}.")
    private long requests;

    @Option(names = "--duration", defaultValue = "0", description = "Seconds to send for, instead of --requests.")
    private double durationSeconds;

    @Option(
            names = "--pipeline",
            defaultValue = "1",
            description = "Requests a connection sends before it waits. Default: ${DEFAULT-VALUE}.")
    private int pipeline;

    @Option(names = "--keys", defaultValue = "100000", description = "Different keys. Default: ${DEFAULT-VALUE}.")
    private int keys;

    @Option(names = "--value-size", defaultValue = "100", description = "Bytes. Default: ${DEFAULT-VALUE}.")
    private int valueSize;

    @Option(names = "--workload", defaultValue = "mixed", description = "set, get or mixed. Default: mixed.")
    private Workload workload;

    @Option(
            names = "--ratio",
            defaultValue = "1:10",
            description = "SET:GET of the mixed workload. Default: ${DEFAULT-VALUE}.")
    private String ratio;

    @Option(
            names = "--rate",
            defaultValue = "0",
            description = "Requests a second, sent at fixed times; latency counts from those (no coordinated omission)."
                    + " Default: as fast as replies come.")
    private long rate;

    @Option(names = "--seed", defaultValue = "1", description = "Of keys and kinds. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--dataset", description = "Real input instead: jdk.")
    private Dataset dataset;

    @Option(names = "--limit", defaultValue = "0", description = "Entries of the dataset; 0 = all.")
    private int limit;

    @Option(
            names = "--kill",
            description = "Afterwards kills the server started here, as kill -9 does, and measures its restart.")
    private boolean killAfter;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures as JSON, too.")
    private Path json;

    @Mixin
    private ServerChoice server = new ServerChoice();

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        // Before a server is started for nothing.
        LoadPlan plan = plan();
        if (port != null) {
            return run(plan, new InetSocketAddress(host, port), null, null);
        }
        ServerLaunch launch = server.launch();
        try (ServerProcess process = ServerProcess.start(launch)) {
            process.awaitReady(READY_TIMEOUT);
            out().println("server: " + process.readyLine());
            return run(plan, new InetSocketAddress("127.0.0.1", process.port()), process, launch);
        } finally {
            server.cleanUp();
        }
    }

    private int run(LoadPlan plan, InetSocketAddress address, ServerProcess process, ServerLaunch launch)
            throws IOException, InterruptedException {
        if (dataset == Dataset.JDK) {
            JdkRun run = new JdkRun(new JdkDataset(limit), out());
            Report report = run.run(address, process, launch);
            finish(report);
            return run.differenceCount() == 0 ? 0 : DIFFERENCES_FOUND;
        }
        LoadRun run = new LoadRun(plan, address);
        if (plan.mix().setShare() < 1) {
            run.preload();
        }
        LoadRun.Result result = run.measure();
        Report report = LoadReport.of(plan, workload.name().toLowerCase(Locale.ROOT), result);
        if (killAfter && process != null) {
            process.kill();
            restart(launch, report);
        }
        finish(report);
        return result.errorCount() == 0 ? 0 : DIFFERENCES_FOUND;
    }

    private void restart(ServerLaunch launch, Report report) {
        try (ServerProcess restarted = ServerProcess.start(launch)) {
            Duration took = restarted.awaitReady(READY_TIMEOUT);
            report.add("restarted", restarted.readyLine())
                    .add("restart", took.toMillis(), "ms, with the JVM's own start")
                    .add("recovery", restarted.recoveredMs(), "ms of it");
        }
    }

    private LoadPlan plan() {
        double share = workload == Workload.MIXED ? mixedShare() : workload.setShare;
        return new LoadPlan(
                clients,
                Math.min(threads, clients),
                pipeline,
                new LoadPlan.Pace(requests, (long) (durationSeconds * 1e9), rate),
                new LoadPlan.RequestMix(keys, valueSize, share, seed));
    }

    private double mixedShare() {
        String[] parts = ratio.split(":");
        try {
            double sets = Double.parseDouble(parts[0]);
            return sets / (sets + Double.parseDouble(parts[1]));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new ParameterException(spec.commandLine(), "ratio is not SET:GET: value=" + ratio, e);
        }
    }

    private void check() {
        if (clients < 1 || threads < 1 || pipeline < 1 || keys < 1 || valueSize < 0 || requests < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "clients, threads, pipeline, keys and requests must be at least 1: clients=" + clients
                            + ", threads=" + threads + ", pipeline=" + pipeline + ", keys=" + keys + ", requests="
                            + requests);
        }
    }

    private void finish(Report report) throws IOException {
        report.print(out());
        if (json != null) {
            report.write(json);
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
