package io.daxkv.storage.kv;

import java.time.Duration;
import java.util.Objects;

/**
 * How a store is run.
 *
 * @param durability when a write is made durable
 * @param interval how often a commit happens under {@link Durability#INTERVAL}; 1 ms to 1 s
 * @param segmentSize bytes of one log segment, a multiple of 2 MiB; 0 = chosen from the volume's size
 * @param clock where "now" comes from
 */
public record KvOptions(Durability durability, Duration interval, long segmentSize, KvClock clock) {

    /** When an append becomes durable. */
    public enum Durability {
        /** Before its reply. */
        ALWAYS,
        /** At the next tick. */
        INTERVAL,
        /** When the medium pleases; structure survives, recent writes may not. */
        NONE
    }

    public KvOptions {
        Objects.requireNonNull(durability);
        Objects.requireNonNull(interval);
        Objects.requireNonNull(clock);
    }

    /** Returns the defaults: durable before the reply, on the system's clock. */
    public static KvOptions defaults() {
        return new KvOptions(Durability.ALWAYS, Duration.ofMillis(100), 0, KvClock.SYSTEM);
    }

    public KvOptions withDurability(Durability newDurability) {
        return new KvOptions(newDurability, interval, segmentSize, clock);
    }

    public KvOptions withSegmentSize(long newSegmentSize) {
        return new KvOptions(durability, interval, newSegmentSize, clock);
    }

    public KvOptions withClock(KvClock newClock) {
        return new KvOptions(durability, interval, segmentSize, newClock);
    }
}
