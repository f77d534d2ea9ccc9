package io.daxkv.storage.dax;

import java.util.concurrent.atomic.LongAdder;

/**
 * What a volume's windows had to ask the layer for since it was opened: faults by kind, and permission taken away.
 * Counted on slow paths only; a load or store with permission counts nothing. Live, readable by any thread.
 */
public final class DaxCounters {
    final LongAdder readFaults = new LongAdder();
    final LongAdder writeFaults = new LongAdder();
    final LongAdder hugeFaults = new LongAdder();
    final LongAdder holeFaults = new LongAdder();
    final LongAdder copyFaults = new LongAdder();
    final LongAdder sharedCopies = new LongAdder();
    final LongAdder syncFaults = new LongAdder();
    final LongAdder protects = new LongAdder();
    final LongAdder revokes = new LongAdder();
    final LongAdder quiesces = new LongAdder();

    DaxCounters() {}

    /** Returns the faults of loads that were given a translation. */
    public long readFaultCount() {
        return readFaults.sum();
    }

    /** Returns the faults of stores that were given a translation, those of private windows not among them. */
    public long writeFaultCount() {
        return writeFaults.sum();
    }

    /** Returns how many of the read and write faults were answered for 2 MiB at once. */
    public long hugeFaultCount() {
        return hugeFaults.sum();
    }

    /** Returns how many of the read faults were answered with the zero block. */
    public long holeFaultCount() {
        return holeFaults.sum();
    }

    /** Returns the pages that private windows copied. */
    public long copyFaultCount() {
        return copyFaults.sum();
    }

    /** Returns the shared blocks that a store or write copied before it changed them. */
    public long sharedCopyCount() {
        return sharedCopies.sum();
    }

    /** Returns how often a synchronous window's fault had to make a size durable. */
    public long syncFaultCount() {
        return syncFaults.sum();
    }

    /** Returns how often write-back took the permission to store to an entry away. */
    public long protectCount() {
        return protects.sum();
    }

    /** Returns how often a range was taken away from all windows of a file. */
    public long revokeCount() {
        return revokes.sum();
    }

    /** Returns how often somebody waited for stores under way. */
    public long quiesceCount() {
        return quiesces.sum();
    }
}
