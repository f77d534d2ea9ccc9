package io.daxkv.storage.pmem;

import net.openhft.posix.PosixAPI;

/**
 * For ordinary files: a flush remembers its range, a drain has the kernel write all dirty pages from the lowest flushed
 * byte to the highest to the device, in one call. One call, because each costs a device flush whatever it covers; and
 * msync rather than a channel's force, because an interrupt would close the channel and end the store.
 *
 * <p><b>Failure.</b> Final. The kernel marks pages clean after a failed write-back and reports the failure once; the
 * next call would succeed and lie. So after the first failure no drain of any thread calls the kernel again.
 */
final class PagePersister implements Persister {
    private static final int MS_SYNC = 4;

    private final PosixAPI posix = Posix.API;
    private final long address;
    private final PersistCounters counters;
    private final ThreadLocal<FlushedRanges> flushed = ThreadLocal.withInitial(FlushedRanges::new);
    private volatile String failure;

    /** @param address where offset 0 is mapped, on a page boundary */
    PagePersister(long address, PersistCounters counters) {
        this.address = address;
        this.counters = counters;
    }

    @Override
    public void flush(long offset, long length) {
        flushed.get().add(offset, length);
    }

    @Override
    public void drain() {
        // 1. Nobody passes once a drain has failed, not even a thread with nothing flushed: it may be about to
        //    acknowledge what another thread flushed for it.
        failIfFailed();
        FlushedRanges mine = flushed.get();
        if (!mine.isEmpty()) {
            long start = mine.start() & -ArenaFile.PAGE_SIZE;
            // 2. The error number lives in the thread until its next system call: read it at once.
            if (posix.msync(address + start, mine.end() - start, MS_SYNC) != 0) {
                failure = "write-back failed: call=msync, offset=" + start + ", length=" + (mine.end() - start)
                        + ", cause=" + posix.lastErrorStr();
            }
            mine.clear(counters);
        }
        counters.drained();
        // 3. Again, after the call: another thread's failure may have consumed the only report the kernel gives.
        failIfFailed();
    }

    private void failIfFailed() {
        if (failure != null) {
            throw new PersistFailedException(failure, null);
        }
    }
}
