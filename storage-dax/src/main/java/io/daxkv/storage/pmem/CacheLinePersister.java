package io.daxkv.storage.pmem;

/**
 * For persistent memory behind volatile caches: writes each line back by name and waits with one fence, however many
 * lines that is. Cannot fail: a bad module shows itself at the next load.
 */
final class CacheLinePersister implements Persister {
    private final long address;
    private final PersistCounters counters;
    private final ThreadLocal<FlushedRanges> flushed = ThreadLocal.withInitial(FlushedRanges::new);

    /** @param address where offset 0 is mapped, on a line boundary */
    CacheLinePersister(long address, PersistCounters counters) {
        this.address = address;
        this.counters = counters;
    }

    @Override
    public void flush(long offset, long length) {
        long end = address + offset + length;
        CacheWriteback.begin();
        for (long line = address + CacheLine.floor(offset); line < end; line += CacheLine.SIZE) {
            CacheWriteback.writeBack(line);
        }
        flushed.get().add(offset, length);
    }

    @Override
    public void drain() {
        CacheWriteback.await();
        flushed.get().clear(counters);
        counters.drained();
    }
}
