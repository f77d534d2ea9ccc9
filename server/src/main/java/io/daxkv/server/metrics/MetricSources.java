package io.daxkv.server.metrics;

import io.daxkv.storage.kv.KvStore;
import io.daxkv.storage.pmem.PersistCounters;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Where the numbers come from. Everything here may be read by any thread.
 *
 * @param store the store's own counters
 * @param persist what durability cost
 * @param loops counters of the event loops
 * @param commands names of the commands, by row
 * @param connections open, accepted and rejected connections
 * @param promise what the server promises on this medium
 */
public record MetricSources(
        KvStore store,
        PersistCounters persist,
        List<LoopCounters> loops,
        List<String> commands,
        ConnectionCounts connections,
        Promise promise) {

    /** Numbers of connections: open now, and since the start. */
    public record ConnectionCounts(LongSupplier open, LongSupplier accepted, LongSupplier rejected) {}

    /** The medium, when replies leave, and whether what was acknowledged survives power loss. */
    public record Promise(String medium, String durability, boolean survivesPowerLoss) {}
}
