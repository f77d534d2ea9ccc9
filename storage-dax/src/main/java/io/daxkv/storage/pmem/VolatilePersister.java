package io.daxkv.storage.pmem;

/** Makes nothing durable and counts what it would have cost: for media that lose everything with the power. */
final class VolatilePersister implements Persister {
    private final PersistCounters counters;
    private final ThreadLocal<FlushedRanges> flushed = ThreadLocal.withInitial(FlushedRanges::new);

    VolatilePersister(PersistCounters counters) {
        this.counters = counters;
    }

    @Override
    public void flush(long offset, long length) {
        flushed.get().add(offset, length);
    }

    @Override
    public void drain() {
        flushed.get().clear(counters);
        counters.drained();
    }
}
