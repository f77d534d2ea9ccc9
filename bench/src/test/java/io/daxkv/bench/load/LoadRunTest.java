package io.daxkv.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The load generator sends what the plan says, and at a fixed rate it does not hide a server that stops: a stall makes
 * every request that was due meanwhile slow, not just the one that met it.
 *
 * <p>Method: a server that stalls once for 400 ms. Without a rate one connection sees one slow reply; at 1000 requests
 * a second about 400 are late, by 200 ms on average.
 */
class LoadRunTest {
    private static final long STALL_MS = 400;
    private static final long REQUESTS = 1_000;
    private static final LoadPlan.RequestMix GETS = new LoadPlan.RequestMix(100, 10, 0, 1);

    private static LoadRun.Result run(long rate, int clients, int threads, int pipeline)
            throws IOException, InterruptedException {
        try (StallingServer server = new StallingServer(REQUESTS / 2, STALL_MS)) {
            LoadPlan plan = new LoadPlan(clients, threads, pipeline, new LoadPlan.Pace(REQUESTS, 0, rate), GETS);
            return new LoadRun(plan, server.address()).measure();
        }
    }

    private static long countSlowerThanMs(LoadRun.Result result, long ms) {
        return result.latency().getCountBetweenValues(TimeUnit.MILLISECONDS.toNanos(ms), Long.MAX_VALUE);
    }

    @Test
    void everyRequestIsSentOnce() throws IOException, InterruptedException {
        LoadRun.Result result = run(0, 7, 3, 16);

        assertEquals(REQUESTS, result.requestCount());
        assertEquals(REQUESTS, result.latency().getTotalCount());
        assertEquals(0, result.errorCount());
    }

    @Test
    void stallIsHardlySeenWithoutARate() throws IOException, InterruptedException {
        long late = countSlowerThanMs(run(0, 1, 1, 1), STALL_MS / 2);
        assertTrue(late >= 1 && late < STALL_MS / 10, "late=" + late);
    }

    @Test
    void stallIsSeenByAllThatWereDueAtAFixedRate() throws IOException, InterruptedException {
        LoadRun.Result result = run(1_000, 1, 1, 1);

        long late = countSlowerThanMs(result, STALL_MS / 2);
        assertTrue(late >= STALL_MS / 4, "late=" + late);
        assertEquals(REQUESTS, result.requestCount());
    }
}
