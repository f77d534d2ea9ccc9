package io.daxkv.storage.pmem;

/**
 * Makes stores to one mapped range durable; one implementation per {@link PersistGranularity}. The contract is that of
 * {@link Pmem}: a drain covers the calling thread's flushes, a failed one is final for all threads. Offsets arrive
 * checked. Implementations count into the {@link PersistCounters} they are given, a thread's flushes when it drains.
 *
 * <p>The split into flush and drain follows libpmem2, {@code src/libpmem2/persist.c}.
 */
interface Persister {
    /** Starts writing back {@code [offset, offset + length)}; {@code length} is at least 1. */
    void flush(long offset, long length);

    /** Waits until every range this thread has flushed is in the persistence domain. */
    void drain();
}
