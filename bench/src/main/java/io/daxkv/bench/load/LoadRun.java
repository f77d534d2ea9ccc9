package io.daxkv.bench.load;

import io.daxkv.bench.report.Progress;
import io.daxkv.bench.wire.Reply;
import io.daxkv.bench.wire.RespClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;

/** One measurement: all loops started together, watched, and their figures added up. */
final class LoadRun {
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(60);
    private static final long WATCH_MS = 200;
    private static final int PRELOAD_BATCH = 500;

    /**
     * What was measured.
     *
     * @param requestCount replies received
     * @param errorCount of them errors
     * @param nilCount of them nil: keys that were not there
     * @param elapsedNanos from the first request to the last reply
     * @param latency nanoseconds from when a request was due to its reply
     */
    record Result(long requestCount, long errorCount, long nilCount, long elapsedNanos, Histogram latency) {
        double requestsPerSecond() {
            return requestCount * 1e9 / Math.max(1, elapsedNanos);
        }
    }

    private final LoadPlan plan;
    private final InetSocketAddress address;

    LoadRun(LoadPlan plan, InetSocketAddress address) {
        this.plan = plan;
        this.address = address;
    }

    /** Stores every key once, so that a GET finds something. */
    void preload() throws IOException {
        RequestEncoder encoder = new RequestEncoder(plan.mix(), plan.threadCount());
        ByteBuffer one = ByteBuffer.allocate(encoder.sizeMax());
        try (RespClient client = RespClient.connect(address.getHostString(), address.getPort(), REPLY_TIMEOUT);
                Progress progress = new Progress("preload", plan.mix().keyCount())) {
            for (int key = 0; key < plan.mix().keyCount(); key += PRELOAD_BATCH) {
                int end = Math.min(plan.mix().keyCount(), key + PRELOAD_BATCH);
                for (int i = key; i < end; i++) {
                    encoder.set(one.clear(), i);
                    client.writer().raw(one.flip());
                }
                client.send();
                for (int i = key; i < end; i++) {
                    if (client.read() instanceof Reply.Failure failure) {
                        throw new IOException("preload refused: key=" + i + ", reply=" + failure.text());
                    }
                }
                progress.at(end, "");
            }
        }
    }

    /** Sends the plan's requests and returns what it took. */
    Result measure() throws IOException, InterruptedException {
        List<LoadLoop> loops = new ArrayList<>();
        for (int i = 0; i < plan.threadCount(); i++) {
            loops.add(new LoadLoop(plan, address, i));
        }
        ExecutorService threads = Executors.newFixedThreadPool(plan.threadCount());
        try {
            List<Future<LoadLoop>> futures = new ArrayList<>();
            for (LoadLoop loop : loops) {
                futures.add(threads.submit(loop));
            }
            watch(loops, futures);
            return result(loops);
        } finally {
            threads.shutdownNow();
        }
    }

    private void watch(List<LoadLoop> loops, List<Future<LoadLoop>> futures) throws IOException, InterruptedException {
        boolean isTimed = plan.pace().isTimed();
        long total = isTimed
                ? TimeUnit.NANOSECONDS.toMillis(plan.pace().durationNanos())
                : plan.pace().requestCount();
        long startNanos = System.nanoTime();
        try (Progress progress = new Progress("load", total)) {
            for (Future<LoadLoop> future : futures) {
                while (!isDone(future)) {
                    long done = loops.stream().mapToLong(LoadLoop::doneCount).sum();
                    long elapsedMs = Math.max(1, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
                    progress.at(isTimed ? elapsedMs : done, done * 1000 / elapsedMs + " requests/s");
                }
            }
            progress.at(total, "");
        }
    }

    private static boolean isDone(Future<LoadLoop> future) throws IOException, InterruptedException {
        try {
            future.get(WATCH_MS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IOException("load failed: " + e.getCause(), e.getCause());
        }
    }

    private static Result result(List<LoadLoop> loops) {
        Histogram latency = loops.get(0).latency().copy();
        loops.stream().skip(1).forEach(loop -> latency.add(loop.latency()));
        long start = loops.stream().mapToLong(LoadLoop::startNanos).min().orElseThrow();
        long end = loops.stream().mapToLong(LoadLoop::endNanos).max().orElseThrow();
        return new Result(
                loops.stream().mapToLong(LoadLoop::doneCount).sum(),
                loops.stream().mapToLong(LoadLoop::errorCount).sum(),
                loops.stream().mapToLong(LoadLoop::nilCount).sum(),
                end - start,
                latency);
    }
}
