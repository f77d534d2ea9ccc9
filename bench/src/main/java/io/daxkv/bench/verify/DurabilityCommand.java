package io.daxkv.bench.verify;

import io.daxkv.bench.child.ServerChoice;
import io.daxkv.bench.child.ServerFailedException;
import io.daxkv.bench.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The {@code durability} subcommand: tries to break the promise of an acknowledgement by killing the server. */
@Command(
        name = "durability",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a server, writes from several clients, kills it at random moments, restarts it and checks that"
                    + " every acknowledged write is there and nothing is torn or resurrected.",
            "Exit code 1 if anything is found, or if the server does not come back."
        })
public final class DurabilityCommand implements Callable<Integer> {
    /** What this method can and cannot show; printed with every result. */
    static final String LIMITS =
            "A kill shows what the server appended before it acknowledged. It does not show what it"
                    + " flushed: stored bytes outlive the process in the page cache; only a power cut, or the"
                    + " recorder of the storage tests, judges flushing.";

    private static final int FOUND = 1;
    private static final double RULE_OF_THREE = 3.0;

    @Spec
    private CommandSpec spec;

    @Option(names = "--cycles", defaultValue = "20", description = "Kills. Default: ${DEFAULT-VALUE}.")
    private int cycles;

    @Option(names = "--clients", defaultValue = "4", description = "Writing connections. Default: ${DEFAULT-VALUE}.")
    private int clients;

    @Option(names = "--keys", defaultValue = "200", description = "Keys of each client. Default: ${DEFAULT-VALUE}.")
    private int keys;

    @Option(
            names = "--write-ms",
            defaultValue = "1000",
            description = "Longest time from the first write to the kill. Default: ${DEFAULT-VALUE}.")
    private int writeMs;

    @Option(
            names = "--double-kill-every",
            defaultValue = "5",
            description = "Also kill the recovering server each so many cycles; 0 = never. Default: ${DEFAULT-VALUE}.")
    private int doubleKillEvery;

    @Option(names = "--seed", description = "Of every random choice. Default: another one each time, printed.")
    private Long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures as JSON, too.")
    private Path json;

    @Mixin
    private ServerChoice server = new ServerChoice();

    @Override
    public Integer call() throws IOException, InterruptedException {
        long startNanos = System.nanoTime();
        long chosenSeed = seed != null ? seed : System.nanoTime();
        PrintWriter out = spec.commandLine().getOut();
        out.println("durability: seed=" + chosenSeed + " (repeat with --seed " + chosenSeed + ")");
        out.flush();
        DurabilityRun run = new DurabilityRun(
                new DurabilityRun.Plan(cycles, clients, keys, writeMs, doubleKillEvery, chosenSeed), server.launch());
        String failure = null;
        try {
            run.run();
        } catch (ServerFailedException e) {
            failure = e.getMessage();
        } finally {
            server.cleanUp();
        }
        Report report = report(run, chosenSeed, DurabilityRun.secondsSince(startNanos));
        report.add("server_failure", failure == null ? "none" : failure);
        run.findings().examples().forEach(out::println);
        report.print(out);
        out.println(LIMITS);
        out.flush();
        if (json != null) {
            report.write(json);
        }
        return failure == null && run.findings().total() == 0 ? 0 : FOUND;
    }

    private static Report report(DurabilityRun run, long seed, double seconds) {
        Report report = new Report("durability: kill -9 and look")
                .add("server", run.readyLine())
                .add("seed", seed)
                .add("cycles", run.doneCount())
                .add("kills_in_recovery", run.doubleKillCount())
                .add("acknowledged_writes_verified", run.ackedWriteCount())
                .add("unknown_writes", run.unknownCount())
                .add("reads_verified_live", run.liveReadCount())
                .add("reads_verified_after_restart", run.sweepReadCount());
        for (Findings.Kind kind : Findings.Kind.values()) {
            report.add(kind.name().toLowerCase(Locale.ROOT), run.findings().count(kind));
        }
        addTimes(report, "restart", run.restartMs(), "ms, with the JVM's own start");
        addTimes(report, "recovery", run.recoveredMs(), "ms of it");
        if (run.findings().total() == 0 && run.doneCount() > 0) {
            report.add(
                    "loss_per_kill_below",
                    String.format(Locale.ROOT, "%.2f %%", 100 * Math.min(1, RULE_OF_THREE / run.doneCount())),
                    "at 95 % confidence (rule of three)");
        }
        return report.add("took", seconds, "s");
    }

    private static void addTimes(Report report, String name, List<Long> sorted, String unit) {
        if (!sorted.isEmpty()) {
            report.add(name + "_p50", sorted.get(sorted.size() / 2), unit)
                    .add(name + "_max", sorted.get(sorted.size() - 1), unit);
        }
    }
}
