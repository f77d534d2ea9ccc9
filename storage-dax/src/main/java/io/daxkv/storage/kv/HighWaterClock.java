package io.daxkv.storage.kv;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The store's "now": the clock's, but never before a time that a durable record or header has already been judged by.
 * So a clock that jumps back, even over a restart, revives no expired key.
 *
 * <p><b>Threads.</b> Safe for use by many threads.
 */
final class HighWaterClock {
    private final KvClock clock;
    private final AtomicLong highWaterMs = new AtomicLong();

    HighWaterClock(KvClock clock) {
        this.clock = clock;
    }

    long nowMs() {
        return Math.max(clock.nowMs(), highWaterMs.get());
    }

    /** Remembers that time has been at {@code ms}. */
    void raise(long ms) {
        if (ms > highWaterMs.get()) {
            highWaterMs.accumulateAndGet(ms, Math::max);
        }
    }
}
