package io.daxkv.bench.load;

import io.daxkv.bench.child.ServerLaunch;
import io.daxkv.bench.child.ServerProcess;
import io.daxkv.bench.report.Progress;
import io.daxkv.bench.report.Report;
import io.daxkv.bench.wire.Reply;
import io.daxkv.bench.wire.RespClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;

/**
 * Stores the dataset, reads it back, kills the server, starts it again on the same file and reads it back once more.
 * Every value is compared with the JDK's own bytes by length and CRC32C, and byte by byte where those agree.
 */
final class JdkRun {
    private static final int BATCH = 64;
    private static final int SHOWN_DIFFERENCES = 10;
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration READY_TIMEOUT = Duration.ofMinutes(5);

    private final JdkDataset data;
    private final PrintWriter out;
    private long differenceCount;
    private long storedByteCount;

    JdkRun(JdkDataset data, PrintWriter out) {
        this.data = data;
        this.out = out;
    }

    long differenceCount() {
        return differenceCount;
    }

    /** Runs it all; {@code process} is null for a server somebody else started, which is not killed. */
    Report run(InetSocketAddress address, ServerProcess process, ServerLaunch launch) throws IOException {
        long startNanos = System.nanoTime();
        store(address);
        long storedNanos = System.nanoTime();
        long before = verify(address, "verify before kill");
        long readNanos = System.nanoTime();
        Report report = new Report("load: every class file of " + System.getProperty("java.vm.version"))
                .add("entries", data.size())
                .add("bytes", storedByteCount)
                .add("store", (storedNanos - startNanos) / 1e9, "s")
                .add("read_back", (readNanos - storedNanos) / 1e9, "s")
                .add("verified_before_kill", before);
        if (process == null) {
            out.println("The server was not started here, so it is not killed: nothing was checked after a restart.");
            return report.add("verified_after_restart", "not checked").add("differences", differenceCount);
        }
        process.kill();
        try (ServerProcess restarted = ServerProcess.start(launch)) {
            Duration restart = restarted.awaitReady(READY_TIMEOUT);
            out.println("server after kill -9: " + restarted.readyLine());
            long after = verify(new InetSocketAddress("127.0.0.1", restarted.port()), "verify after kill");
            return report.add("verified_after_restart", after)
                    .add("restart", restart.toMillis(), "ms, with the JVM's own start")
                    .add("recovery", restarted.recoveredMs(), "ms of it")
                    .add("differences", differenceCount);
        }
    }

    private void store(InetSocketAddress address) throws IOException {
        try (RespClient client = connect(address);
                Progress progress = new Progress("store", data.size())) {
            for (int start = 0; start < data.size(); start += BATCH) {
                int end = Math.min(data.size(), start + BATCH);
                for (int i = start; i < end; i++) {
                    byte[] value = data.value(i);
                    storedByteCount += value.length;
                    client.writer().command(3).word("SET").word(data.key(i)).word(value);
                }
                client.send();
                for (int i = start; i < end; i++) {
                    if (client.read() instanceof Reply.Failure failure) {
                        throw new IOException("store refused: key=" + data.key(i) + ", reply=" + failure.text());
                    }
                }
                progress.at(end, storedByteCount / 1_000_000 + " MB");
            }
        }
    }

    private long verify(InetSocketAddress address, String task) throws IOException {
        long same = 0;
        try (RespClient client = connect(address);
                Progress progress = new Progress(task, data.size())) {
            for (int start = 0; start < data.size(); start += BATCH) {
                int end = Math.min(data.size(), start + BATCH);
                for (int i = start; i < end; i++) {
                    client.writer().words("GET", data.key(i));
                }
                client.send();
                for (int i = start; i < end; i++) {
                    same += isSame(i, client.read(), task) ? 1 : 0;
                }
                progress.at(end, differenceCount + " differences");
            }
        }
        return same;
    }

    private boolean isSame(int index, Reply reply, String task) throws IOException {
        byte[] wanted = data.value(index);
        byte[] found = reply instanceof Reply.Bulk bulk ? bulk.bytes() : null;
        if (found != null
                && JdkDataset.checksum(found) == JdkDataset.checksum(wanted)
                && Arrays.equals(found, wanted)) {
            return true;
        }
        if (differenceCount++ < SHOWN_DIFFERENCES) {
            out.println(task + ": differs: key=" + data.key(index) + ", wanted=" + wanted.length + " bytes, found="
                    + (found == null ? reply.toString() : found.length + " bytes"));
        }
        return false;
    }

    private static RespClient connect(InetSocketAddress address) throws IOException {
        return RespClient.connect(address.getHostString(), address.getPort(), REPLY_TIMEOUT);
    }
}
