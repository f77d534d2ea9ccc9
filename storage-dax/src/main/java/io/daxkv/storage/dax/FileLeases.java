package io.daxkv.storage.dax;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The raw leases of one file. Their stores are seen by nobody, so they count as made at every moment: each write-back
 * first marks every line of every leased block, and the end of a lease marks them once more.
 *
 * <p><b>Threads.</b> Safe for many threads. Its monitor is taken after the write-back lock, before an entry lock.
 */
final class FileLeases {
    private final FileParts parts;
    private final VolumeCore core;
    private final Inode inode;
    private final FileLocks locks;
    private final MappingTree tree;
    private final FilePoison poison;
    private final FilePins pins;

    /** Each lease with the indexes, from its first on, that a layout change took from it. */
    private final Map<RawLease, BitSet> leases = new LinkedHashMap<>();

    private volatile boolean isEmpty = true;

    FileLeases(FileParts parts, FilePins pins) {
        this.parts = parts;
        this.core = parts.core;
        this.inode = parts.inode;
        this.locks = parts.locks;
        this.tree = parts.tree;
        this.poison = parts.poison;
        this.pins = pins;
    }

    /** Leases a range that lies inside the file; {@code io} gives its holes blocks. */
    RawLease lease(IoPath io, long offset, long length) {
        if (length == 0) {
            throw new IllegalArgumentException("lease of nothing: offset=" + offset);
        }
        locks.io.writeLock().lock();
        try {
            core.checkTakesStores();
            inode.checkExists();
            // Before anything is allocated for it.
            inode.checkInside(offset, length);
            long first = VolumeLayout.indexOf(offset);
            poison.checkLost(first, VolumeLayout.indexCount(offset + length), false);
            io.allocate(first, VolumeLayout.indexCount(offset + length) - first);
            RawLease lease = new RawLease(this, core, pins.pin(offset, length));
            synchronized (this) {
                leases.put(lease, new BitSet());
                isEmpty = false;
            }
            return lease;
        } finally {
            locks.io.writeLock().unlock();
        }
    }

    void close(RawLease lease) {
        // As every mark: whoever swaps the block map holds this lock, so that no table goes away under a lookup.
        locks.writeback.lock();
        try {
            forget(lease);
        } finally {
            locks.writeback.unlock();
        }
        pins.close(lease.pin());
    }

    private synchronized void forget(RawLease lease) {
        BitSet lost = leases.get(lease);
        if (lost != null) {
            // Before it is forgotten: an fsync that comes in between would not know of its stores.
            mark(lease, lost, 0, BlockMap.INDEX_COUNT);
            leases.remove(lease);
            isEmpty = leases.isEmpty();
        }
    }

    /**
     * Marks every line that is leased in indexes {@code [first, end)} dirty; called before a write-back's snapshot,
     * under its lock.
     */
    void mark(long first, long end) {
        if (isEmpty) {
            return;
        }
        synchronized (this) {
            leases.forEach((lease, lost) -> mark(lease, lost, first, end));
        }
    }

    /**
     * Forgets the leased indexes of {@code [first, first + count)}, whose data is about to be destroyed: a mark set
     * later would bring an entry of a freed block back. Called with the invalidate lock owned.
     */
    synchronized void detach(long first, long count) {
        leases.forEach((lease, lost) -> {
            long start = firstIndex(lease);
            long from = Math.max(first, start);
            long to = Math.min(first + count, endIndex(lease));
            if (from < to) {
                lost.set((int) (from - start), (int) (to - start));
            }
        });
    }

    /** Returns true if a raw store may land in what is behind indexes {@code [first, first + count)}. */
    boolean covers(long first, long count) {
        return !isEmpty && find(first, count) != null;
    }

    /**
     * Refuses to share or move blocks of indexes {@code [first, first + count)} into which a raw store may land: it
     * would change what the new owner has, or be made durable at the old place. Called with the io lock owned, so no
     * lease comes in between.
     */
    void checkNone(long first, long count) {
        RawLease lease = find(first, count);
        if (lease != null) {
            throw new RangeLeasedException("range is leased, close the lease first: file=" + inode.name + ", offset="
                    + lease.offset() + ", length=" + lease.length());
        }
    }

    private synchronized RawLease find(long first, long count) {
        for (Map.Entry<RawLease, BitSet> entry : leases.entrySet()) {
            long start = firstIndex(entry.getKey());
            long from = Math.max(first, start);
            long to = Math.min(first + count, endIndex(entry.getKey()));
            if (from < to && entry.getValue().nextClearBit((int) (from - start)) < to - start) {
                return entry.getKey();
            }
        }
        return null;
    }

    private void mark(RawLease lease, BitSet lost, long first, long end) {
        long start = firstIndex(lease);
        long to = Math.min(end, endIndex(lease));
        for (long index = Math.max(first, start); index < to; index++) {
            if (!lost.get((int) (index - start))) {
                tree.install(index, parts.blocks.entryFor(index));
                tree.makeChunk(index).mark(index, LineMask.ALL);
            }
        }
    }

    private static long firstIndex(RawLease lease) {
        return VolumeLayout.indexOf(lease.offset());
    }

    private static long endIndex(RawLease lease) {
        return VolumeLayout.indexCount(lease.offset() + lease.length());
    }
}
