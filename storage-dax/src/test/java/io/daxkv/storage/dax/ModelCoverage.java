package io.daxkv.storage.dax;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what runs met: operations, sync points, rows of the operation table, entry transitions. Many threads. */
final class ModelCoverage {
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    void count(String what) {
        counts.computeIfAbsent(what, key -> new LongAdder()).increment();
    }

    void count(SyncPoint point) {
        count(point.name());
    }

    long countOf(String what) {
        LongAdder count = counts.get(what);
        return count == null ? 0 : count.sum();
    }
}
