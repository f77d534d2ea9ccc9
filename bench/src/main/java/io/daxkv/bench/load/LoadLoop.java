package io.daxkv.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/**
 * Drives a share of the connections from one thread and records each reply's latency.
 *
 * <p>Without a rate a request is due when its connection is idle, and its latency is that of the batch it travels in.
 * With a rate, requests are due at fixed times that do not depend on the server; one that finds no idle connection
 * waits, and the wait counts, since latency runs from when it was due. So a server that stops for a second shows a
 * second's worth of slow requests instead of one (no coordinated omission).
 *
 * <p><b>Threads.</b> {@link #call} runs in one thread; {@link #doneCount} may be read from any.
 */
final class LoadLoop implements Callable<LoadLoop> {
    private static final long LATENCY_MAX_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final int PRECISION_DIGITS = 3;

    private final LoadPlan plan;
    private final InetSocketAddress address;
    private final int connectionCount;
    private final long requestCount;
    private final double intervalNanos;
    private final RequestEncoder encoder;
    private final Histogram latency = new Histogram(LATENCY_MAX_NANOS, PRECISION_DIGITS);
    private final AtomicLong doneCount = new AtomicLong();
    private final List<LoadConnection> connections = new ArrayList<>();
    private long startNanos;
    private long sentCount;
    private long endNanos;
    private int nextConnection;

    LoadLoop(LoadPlan plan, InetSocketAddress address, int index) {
        this.plan = plan;
        this.address = address;
        connectionCount = (int) LoadPlan.share(plan.clientCount(), index, plan.threadCount());
        requestCount = plan.pace().isTimed()
                ? Long.MAX_VALUE
                : LoadPlan.share(plan.pace().requestCount(), index, plan.threadCount());
        intervalNanos = plan.pace().rate() == 0
                ? 0
                : 1e9 * plan.threadCount() / plan.pace().rate();
        encoder = new RequestEncoder(plan.mix(), index);
    }

    @Override
    public LoadLoop call() throws IOException {
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < connectionCount; i++) {
                connections.add(new LoadConnection(address, selector, plan.pipeline(), encoder.sizeMax()));
            }
            startNanos = System.nanoTime();
            while (doneCount.getPlain() < sentCount || hasMore()) {
                long waitNanos = hasMore() ? sendDue() : Long.MAX_VALUE;
                select(selector, waitNanos);
            }
            endNanos = System.nanoTime();
        } finally {
            for (LoadConnection connection : connections) {
                connection.close();
            }
        }
        return this;
    }

    private boolean hasMore() {
        return sentCount < requestCount
                && (!plan.pace().isTimed()
                        || System.nanoTime() - startNanos < plan.pace().durationNanos());
    }

    /** Sends what is due on idle connections; returns the time until something is due again without a reply. */
    private long sendDue() throws IOException {
        for (int tried = 0; tried < connections.size(); tried++) {
            LoadConnection connection = connections.get(nextConnection);
            nextConnection = (nextConnection + 1) % connections.size();
            if (!connection.isIdle()) {
                continue;
            }
            int batch = dueCount();
            if (batch == 0) {
                return dueNanos(sentCount) - System.nanoTime();
            }
            long nowNanos = System.nanoTime();
            for (int i = 0; i < batch; i++) {
                ByteBuffer target = connection.put(intervalNanos == 0 ? nowNanos : dueNanos(sentCount));
                encoder.next(target);
                sentCount++;
            }
            connection.send();
        }
        return Long.MAX_VALUE;
    }

    private int dueCount() {
        long left = Math.min(plan.pipeline(), requestCount - sentCount);
        if (intervalNanos == 0) {
            return (int) left;
        }
        long due = (long) ((System.nanoTime() - startNanos) / intervalNanos) + 1 - sentCount;
        return (int) Math.max(0, Math.min(left, due));
    }

    private long dueNanos(long request) {
        return startNanos + (long) (request * intervalNanos);
    }

    private void select(Selector selector, long waitNanos) throws IOException {
        // The selector counts in ms: what is due sooner than that is waited for awake, or it would be sent late.
        if (waitNanos == Long.MAX_VALUE) {
            selector.select();
        } else if (waitNanos >= TimeUnit.MILLISECONDS.toNanos(1)) {
            selector.select(TimeUnit.NANOSECONDS.toMillis(waitNanos));
        } else {
            selector.selectNow();
        }
        for (var key : selector.selectedKeys()) {
            ((LoadConnection) key.attachment()).ready(this::replied);
        }
        selector.selectedKeys().clear();
    }

    private void replied(long intendedNanos) {
        latency.recordValue(Math.max(0, Math.min(LATENCY_MAX_NANOS, System.nanoTime() - intendedNanos)));
        doneCount.lazySet(doneCount.getPlain() + 1);
    }

    long doneCount() {
        return doneCount.get();
    }

    /** Returns when the last reply came, after {@link #call} has returned. */
    long endNanos() {
        return endNanos;
    }

    long startNanos() {
        return startNanos;
    }

    Histogram latency() {
        return latency;
    }

    long errorCount() {
        return connections.stream().mapToLong(LoadConnection::errorCount).sum();
    }

    long nilCount() {
        return connections.stream().mapToLong(LoadConnection::nilCount).sum();
    }
}
