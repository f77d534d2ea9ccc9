package io.daxkv.storage.testkit;

import io.daxkv.storage.kv.KvClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until its test moves it, in either direction. Safe for use by many threads. */
public final class ManualClock implements KvClock {
    private final AtomicLong nowMs;

    /** Starts at {@code startMs}, in Unix ms. */
    public ManualClock(long startMs) {
        nowMs = new AtomicLong(startMs);
    }

    /** Starts at a fixed moment of 2023, so that deadlines in a test's output look like deadlines. */
    public ManualClock() {
        this(1_700_000_000_000L);
    }

    @Override
    public long nowMs() {
        return nowMs.get();
    }

    /** Jumps to {@code unixMs}, which may lie in the past. */
    public void set(long unixMs) {
        nowMs.set(unixMs);
    }

    /** Moves on by {@code step}; a negative step is a clock set back. */
    public void advance(Duration step) {
        advanceMs(step.toMillis());
    }

    /** Moves on by {@code stepMs}. */
    public void advanceMs(long stepMs) {
        nowMs.addAndGet(stepMs);
    }
}
