package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The pins of one file (T16), and how its layout changes wait for them: with the io lock owned and the invalidate lock
 * let go, so that faults of other pages go on (L8), and no longer than the age cap. Blocks freed under a pin are
 * withheld from the allocator until the last pin that holds them closes.
 *
 * <p><b>Threads.</b> Safe for many threads. Its lock is taken after an entry lock, before the allocator's.
 *
 * <p>The kernel's {@code dax_layout_busy_page} and the page count it looks at.
 */
class FilePins {
    final VolumeCore core;
    private final Inode inode;
    private final BlockMap map;
    private final FileLocks locks;
    private final FilePoison poison;
    private final FileEviction eviction;
    final FileLeases leases;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition fewerPins = lock.newCondition();
    private final List<DaxPin> pins = new ArrayList<>();
    /** Runs (block, count) that the file gave back under a pin. */
    private final List<long[]> withheld = new ArrayList<>();

    FilePins(FileParts parts) {
        this.core = parts.core;
        this.inode = parts.inode;
        this.map = parts.map;
        this.locks = parts.locks;
        this.poison = parts.poison;
        this.eviction = parts.eviction;
        this.leases = new FileLeases(parts, this);
    }

    /** Pins a range that lies inside the file. */
    DaxPin pin(long offset, long length) {
        // Shared, so that no layout change is between its wait for pins and the freeing of the blocks.
        locks.invalidate.readLock().lock();
        try {
            inode.checkExists();
            inode.checkInside(offset, length);
            poison.checkLost(VolumeLayout.indexOf(offset), VolumeLayout.indexCount(offset + length), true);
            lock.lock();
            try {
                // Looked up under this lock: whoever replaces a block without owning the invalidate lock changes the
                // map first and then comes to release(), which either sees this pin or went before the lookup.
                DaxPin pin = new DaxPin(this, core, inode.name, offset, runs(offset, length));
                pins.add(pin);
                return pin;
            } finally {
                lock.unlock();
            }
        } finally {
            locks.invalidate.readLock().unlock();
        }
    }

    /** Ends a pin: layout changes that wait look again, blocks withheld for it alone are free. */
    void close(DaxPin pin) {
        lock.lock();
        try {
            if (!pins.remove(pin)) {
                return;
            }
            pin.markClosed();
            List<long[]> runs = new ArrayList<>(withheld);
            withheld.clear();
            runs.forEach(run -> freeOrWithhold(run[0], run[1]));
            fewerPins.signalAll();
        } finally {
            lock.unlock();
        }
        eviction.evictIfUnused();
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return pins.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns when no pin holds a block of indexes {@code [first, first + count)} any more, or those that do are too
     * old to be waited for, or have been waited for as long. Called with the io and the invalidate lock owned (once)
     * and nothing else; the latter is let go while it waits, so whatever the caller looked up under it before is stale
     * afterwards. On return no new pin of the range can be taken until the caller lets the invalidate lock go.
     */
    void awaitUnpinned(long first, long count) {
        awaitPins(first, count);
        leases.detach(first, count);
    }

    /**
     * As {@link #awaitUnpinned}, for blocks that are to move or to be shared and keep their bytes: what a lease stores
     * raw would be written back at the wrong place, or land in another file.
     *
     * @throws RangeLeasedException if the range is leased and stayed so; nothing changed then
     */
    void awaitUnleased(long first, long count) {
        if (!leases.covers(first, count)) {
            return;
        }
        awaitPins(first, count);
        leases.checkNone(first, count);
    }

    private void awaitPins(long first, long count) {
        long began = core.options.nanoClock().getAsLong();
        while (remainingNanos(first, count, began) > 0) {
            // Faults share the invalidate lock: owned for as long as a slow reader likes, it would stop all of them.
            locks.invalidate.writeLock().unlock();
            try {
                core.reached(SyncPoint.LAYOUT_BEFORE_WAIT_PIN);
                await(first, count, began);
                core.reached(SyncPoint.LAYOUT_AFTER_WAIT_PIN);
            } finally {
                locks.invalidate.writeLock().lock();
            }
            // Around again: a new pin may have been taken in between.
            core.checkTakesStores();
        }
    }

    /**
     * Gives back {@code count} blocks from {@code block} on which the file's map does not reach any more, durably; what
     * a pin holds, when it closes. The only way a file's data blocks become free.
     */
    void release(long block, long count) {
        lock.lock();
        try {
            freeOrWithhold(block, count);
        } finally {
            lock.unlock();
        }
    }

    /** Returns true if a pin holds one of {@code count} blocks from {@code block} on. */
    boolean holds(long block, long count) {
        lock.lock();
        try {
            for (long at = block; at < block + count && !pins.isEmpty(); at++) {
                if (isHeld(at)) {
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Makes waiting layout changes look at the clock again; for clocks that a test moves by hand. */
    void lookAgain() {
        lock.lock();
        try {
            fewerPins.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the runs (block, count) withheld. For the invariant checker. */
    List<long[]> withheld() {
        lock.lock();
        try {
            return new ArrayList<>(withheld);
        } finally {
            lock.unlock();
        }
    }

    private void freeOrWithhold(long block, long count) {
        if (pins.isEmpty()) {
            core.allocator.free(block, count);
            return;
        }
        for (long start = block, end = block + count; start < end; ) {
            boolean held = isHeld(start);
            long stop = start + 1;
            while (stop < end && isHeld(stop) == held) {
                stop++;
            }
            if (held) {
                withheld.add(new long[] {start, stop - start});
            } else {
                core.allocator.free(start, stop - start);
            }
            start = stop;
        }
    }

    private boolean isHeld(long block) {
        for (DaxPin pin : pins) {
            if (pin.holds(block)) {
                return true;
            }
        }
        return false;
    }

    private void await(long first, long count, long began) {
        boolean wasInterrupted = false;
        lock.lock();
        try {
            for (long nanos = remaining(first, count, began); nanos > 0; nanos = remaining(first, count, began)) {
                try {
                    awaitSignal(nanos);
                } catch (InterruptedException e) {
                    // A layout change is not given up half-way; the thread hears of it afterwards.
                    wasInterrupted = true;
                }
            }
        } finally {
            lock.unlock();
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void awaitSignal(long nanos) throws InterruptedException {
        if (core.options.pinAgeMaxNanos() == Long.MAX_VALUE) {
            fewerPins.await();
        } else if (fewerPins.awaitNanos(nanos) <= 0) {
            // The cap has passed, unless the clock was given by a test and stands still: then we are here again.
            Thread.onSpinWait();
        }
    }

    private long remainingNanos(long first, long count, long began) {
        lock.lock();
        try {
            return remaining(first, count, began);
        } finally {
            lock.unlock();
        }
    }

    /** Returns how long a layout change that began at {@code began} has to wait yet, 0 if not at all. */
    private long remaining(long first, long count, long began) {
        long now = core.options.nanoClock().getAsLong();
        long cap = core.options.pinAgeMaxNanos();
        long longest = 0;
        for (DaxPin pin : pins) {
            if (pin.covers(first, count)) {
                // Younger pins than the wait do not prolong it: readers that keep coming could starve it.
                longest = Math.max(longest, cap - Math.max(now - pin.bornNanos(), now - began));
            }
        }
        return longest;
    }

    private List<PinnedRun> runs(long offset, long length) {
        List<PinnedRun> runs = new ArrayList<>();
        for (long at = offset, end = offset + length; at < end; ) {
            long index = VolumeLayout.indexOf(at);
            long mapping = map.lookup(index);
            long blocks = MappingEntry.isHuge(mapping)
                    ? VolumeLayout.HUGE_BLOCKS - (index & VolumeLayout.HUGE_BLOCKS - 1)
                    : 1;
            long piece = Math.min(end, VolumeLayout.offsetOf(index + blocks)) - at;
            long address = MappingEntry.hasData(mapping)
                    ? VolumeLayout.offsetOf(MappingEntry.blockAt(mapping, index)) + (at & VolumeLayout.BLOCK_SIZE - 1)
                    : PinnedRun.HOLE;
            append(runs, new PinnedRun(at - offset, address, piece));
            at += piece;
        }
        return List.copyOf(runs);
    }

    private static void append(List<PinnedRun> runs, PinnedRun run) {
        int last = runs.size() - 1;
        if (last >= 0 && runs.get(last).isFollowedBy(run)) {
            runs.set(last, runs.get(last).with(run));
        } else {
            runs.add(run);
        }
    }
}
