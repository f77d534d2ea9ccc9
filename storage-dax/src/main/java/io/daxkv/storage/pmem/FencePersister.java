package io.daxkv.storage.pmem;

import java.lang.invoke.VarHandle;

/**
 * For platforms whose caches are inside the persistence domain: a store is durable once it has left the store buffer,
 * so a flush has nothing to do and a drain is a fence.
 */
final class FencePersister implements Persister {
    private final PersistCounters counters;
    private final ThreadLocal<FlushedRanges> flushed = ThreadLocal.withInitial(FlushedRanges::new);

    FencePersister(PersistCounters counters) {
        this.counters = counters;
    }

    @Override
    public void flush(long offset, long length) {
        flushed.get().add(offset, length);
    }

    @Override
    public void drain() {
        // A full fence, not a store fence: on x86 the JIT gives the latter no instruction, and only an instruction
        // empties the store buffer.
        VarHandle.fullFence();
        flushed.get().clear(counters);
        counters.drained();
    }
}
