package io.daxkv.server.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What one event loop counts: requests by command, errors, and the time and size of its runs in powers of two. Plain
 * additions to arrays of its own, a few nanoseconds; time is taken once a run, not once a request.
 *
 * <p><b>Threads.</b> Written by its event loop only; any thread may read and sees recent values.
 */
public final class LoopCounters {
    /** Number of power-of-two classes of a histogram: class i holds values below 2^i. */
    public static final int CLASS_COUNT = 48;

    private static final int RECEIVED_BYTES = 0;
    private static final int SENT_BYTES = 1;
    private static final int RUN_NANOS = 2;
    private static final int UNKNOWN = 3;
    private static final int ERRORS = 4;
    private static final int PROTOCOL_ERRORS = 5;
    private static final int TOTAL_COUNT = 6;

    private final AtomicLongArray calls;
    private final AtomicLongArray totals = new AtomicLongArray(TOTAL_COUNT);
    private final AtomicLongArray runNanos = new AtomicLongArray(CLASS_COUNT);
    private final AtomicLongArray runSizes = new AtomicLongArray(CLASS_COUNT);

    public LoopCounters(int commandCount) {
        calls = new AtomicLongArray(commandCount);
    }

    /** Counts one request; {@code command} is its row, negative if it has none. */
    public void request(int command, boolean isError) {
        if (command >= 0) {
            add(calls, command, 1);
        } else {
            add(totals, UNKNOWN, 1);
        }
        if (isError) {
            add(totals, ERRORS, 1);
        }
    }

    /** Counts one run of requests that were received together. */
    public void run(int requestCount, long nanos) {
        add(totals, RUN_NANOS, nanos);
        add(runNanos, classOf(nanos), 1);
        add(runSizes, classOf(requestCount), 1);
    }

    public void received(long bytes) {
        add(totals, RECEIVED_BYTES, bytes);
    }

    public void sent(long bytes) {
        add(totals, SENT_BYTES, bytes);
    }

    public void protocolError() {
        add(totals, PROTOCOL_ERRORS, 1);
    }

    public long callCount(int command) {
        return calls.getOpaque(command);
    }

    public long unknownCount() {
        return totals.getOpaque(UNKNOWN);
    }

    public long errorCount() {
        return totals.getOpaque(ERRORS);
    }

    public long protocolErrorCount() {
        return totals.getOpaque(PROTOCOL_ERRORS);
    }

    public long receivedByteCount() {
        return totals.getOpaque(RECEIVED_BYTES);
    }

    public long sentByteCount() {
        return totals.getOpaque(SENT_BYTES);
    }

    public long runNanos() {
        return totals.getOpaque(RUN_NANOS);
    }

    /** Returns how many runs took less than 2^{@code index} ns, and not less than half of it. */
    public long runsByNanos(int index) {
        return runNanos.getOpaque(index);
    }

    /** Returns how many runs had fewer than 2^{@code index} requests, and not fewer than half of it. */
    public long runsBySize(int index) {
        return runSizes.getOpaque(index);
    }

    static int classOf(long value) {
        return Math.min(CLASS_COUNT - 1, Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, value)));
    }

    private static void add(AtomicLongArray array, int index, long amount) {
        // One writer: an atomic add would pay for a race that cannot happen.
        array.setOpaque(index, array.getPlain(index) + amount);
    }
}
