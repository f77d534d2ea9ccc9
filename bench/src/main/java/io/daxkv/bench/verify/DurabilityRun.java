package io.daxkv.bench.verify;

import io.daxkv.bench.child.ServerFailedException;
import io.daxkv.bench.child.ServerLaunch;
import io.daxkv.bench.child.ServerProcess;
import io.daxkv.bench.report.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Kills a server again and again and judges what is left. One cycle: start, sweep, write, kill; in some, a second kill
 * while the server recovers. A last start and sweep judge the last kill.
 *
 * <p><b>Threads.</b> {@link #run} runs in one thread, with one more for each client.
 */
final class DurabilityRun {
    private static final Duration READY_TIMEOUT = Duration.ofMinutes(2);
    private static final int KILL_MS_MIN = 5;

    /**
     * How hard to try.
     *
     * @param cycleCount kills, second kills not counted
     * @param clientCount connections that write, each in its own thread
     * @param keyCount value keys of each client; counters and pairs are a tenth as many
     * @param writeMsMax longest time from the start of the writes to the kill
     * @param doubleKillEvery a second kill, in recovery, each so many cycles; 0 = never
     * @param seed of every random choice; the kill's exact place in the server's work is the machine's
     */
    record Plan(int cycleCount, int clientCount, int keyCount, int writeMsMax, int doubleKillEvery, long seed) {}

    private final Plan plan;
    private final ServerLaunch launch;
    private final SplittableRandom random;
    private final Findings findings = new Findings();
    private final Sweep sweep = new Sweep(findings);
    private final List<ClientHistory> clients = new ArrayList<>();
    private final List<Long> restartMs = new ArrayList<>();
    private final List<Long> recoveredMs = new ArrayList<>();
    private int doneCount;
    private int doubleKillCount;
    private String readyLine = "";

    DurabilityRun(Plan plan, ServerLaunch launch) {
        this.plan = plan;
        this.launch = launch;
        this.random = new SplittableRandom(plan.seed());
        for (int i = 0; i < plan.clientCount(); i++) {
            clients.add(new ClientHistory(i, plan.keyCount()));
        }
    }

    /** Runs all cycles; stops early at the first cycle with a finding, since what follows would be judged by ruins. */
    void run() throws IOException, InterruptedException {
        try (Progress progress = new Progress("durability", plan.cycleCount())) {
            while (doneCount < plan.cycleCount() && findings.total() == 0) {
                cycle();
                doneCount++;
                progress.at(doneCount, ackedWriteCount() + " acknowledged, " + findings.total() + " findings");
            }
            if (ackedWriteCount() == 0) {
                throw new ServerFailedException("nothing was acknowledged, so nothing was judged", null);
            }
            if (findings.total() == 0) {
                try (ServerProcess server = start()) {
                    sweep.run(server.port(), clients);
                }
            }
        }
    }

    private void cycle() throws IOException, InterruptedException {
        try (ServerProcess server = start()) {
            sweep.run(server.port(), clients);
            List<Thread> writers = startWriters(server.port());
            int writeMs = KILL_MS_MIN + random.nextInt(Math.max(1, plan.writeMsMax() - KILL_MS_MIN));
            if (server.endsWithin(Duration.ofMillis(writeMs))) {
                throw new ServerFailedException("server ended by itself under load\n" + server.output(), null);
            }
            server.kill();
            for (Thread writer : writers) {
                writer.join();
            }
        }
        if (plan.doubleKillEvery() > 0 && (doneCount + 1) % plan.doubleKillEvery() == 0) {
            killInRecovery();
        }
    }

    private ServerProcess start() {
        ServerProcess server = ServerProcess.start(launch);
        Duration took = server.awaitReady(READY_TIMEOUT);
        restartMs.add(took.toMillis());
        recoveredMs.add(server.recoveredMs());
        readyLine = server.readyLine();
        return server;
    }

    private List<Thread> startWriters(int port) {
        List<Thread> writers = new ArrayList<>();
        for (ClientHistory client : clients) {
            Thread writer =
                    new Thread(new WriterClient(port, client, clients, random.nextLong(), findings), "bench-writer");
            writers.add(writer);
            writer.start();
        }
        return writers;
    }

    /** Somewhere between the start of the process and a little after it should have been ready. */
    private void killInRecovery() throws InterruptedException {
        long usualMs = restartMs.get(restartMs.size() - 1);
        try (ServerProcess server = ServerProcess.start(launch)) {
            server.endsWithin(Duration.ofMillis(usualMs / 3 + random.nextLong(usualMs)));
            server.kill();
            doubleKillCount++;
        }
    }

    Findings findings() {
        return findings;
    }

    int doneCount() {
        return doneCount;
    }

    int doubleKillCount() {
        return doubleKillCount;
    }

    long ackedWriteCount() {
        return clients.stream().mapToLong(ClientHistory::ackedWriteCount).sum();
    }

    long unknownCount() {
        return clients.stream().mapToLong(ClientHistory::unknownCount).sum();
    }

    /** Returns the reads that were checked while the server ran. */
    long liveReadCount() {
        return clients.stream().mapToLong(ClientHistory::readCount).sum();
    }

    long sweepReadCount() {
        return sweep.readCount();
    }

    String readyLine() {
        return readyLine;
    }

    /** Returns the times from the start of a process to its ready line, after a kill, sorted, in ms. */
    List<Long> restartMs() {
        return restartMs.stream().skip(1).sorted().toList();
    }

    /** Returns the part of {@link #restartMs} that is the store's own recovery, sorted, in ms. */
    List<Long> recoveredMs() {
        return recoveredMs.stream().skip(1).sorted().toList();
    }

    /** Returns the seconds since {@code startNanos}. */
    static double secondsSince(long startNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos) / 1000.0;
    }
}
