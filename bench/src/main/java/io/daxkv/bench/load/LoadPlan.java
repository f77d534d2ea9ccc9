package io.daxkv.bench.load;

/**
 * What to send, and how.
 *
 * @param clientCount connections
 * @param threadCount threads that drive them
 * @param pipeline requests a connection sends before it waits for their replies
 * @param pace how many, for how long, how fast
 * @param mix what the requests are
 */
public record LoadPlan(int clientCount, int threadCount, int pipeline, Pace pace, RequestMix mix) {

    /**
     * How many, for how long, how fast.
     *
     * @param requestCount requests in all; ignored if {@code durationNanos} is not 0
     * @param durationNanos how long to send; 0 = until {@code requestCount}
     * @param rate requests a second in all, sent at fixed times whatever the server does; 0 = as fast as replies come
     */
    public record Pace(long requestCount, long durationNanos, long rate) {
        boolean isTimed() {
            return durationNanos > 0;
        }
    }

    /**
     * What the requests are.
     *
     * @param keyCount different keys, each as likely as any other
     * @param valueSize bytes of a value
     * @param setShare of the requests that are SET, 0 to 1; the rest are GET
     * @param seed of keys and kinds; each loop adds its number
     */
    public record RequestMix(int keyCount, int valueSize, double setShare, long seed) {}

    /** Returns the share of {@code total} that falls to part {@code index} of {@code parts}. */
    static long share(long total, int index, int parts) {
        return total / parts + (index < total % parts ? 1 : 0);
    }
}
