package io.daxkv.storage.dax;

import java.util.List;

/**
 * Changes that take blocks away: truncate and punch. Rows T1..T3 of the operation table.
 *
 * <p>Entries are dropped only for indexes whose data is being destroyed; dirt elsewhere in the file is none of its
 * business (S03, S03b).
 */
class Truncation {
    final VolumeCore core;
    final FileLocks locks;
    final MappingTree tree;
    final BlockMap map;
    final WindowSet windows;
    final Inode inode;
    final FilePins pins;
    final FilePoison poison;
    final IoPath io;
    final Writeback writeback;

    Truncation(FileParts parts, IoPath io, Writeback writeback) {
        this.core = parts.core;
        this.locks = parts.locks;
        this.tree = parts.tree;
        this.map = parts.map;
        this.windows = parts.windows;
        this.inode = parts.inode;
        this.pins = parts.pins;
        this.poison = parts.poison;
        this.io = io;
        this.writeback = writeback;
    }

    /** Turns a range into a hole, durably; bytes of blocks it covers in part are zeroed, durable at the next fsync. */
    void punchHole(long offset, long length) {
        locks.io.writeLock().lock();
        locks.invalidate.writeLock().lock();
        try {
            core.checkTakesStores();
            inode.checkExists();
            core.reached(SyncPoint.LAYOUT_AFTER_LOCK);
            long end = Math.addExact(offset, length);
            long first = VolumeLayout.indexCount(offset);
            long last = VolumeLayout.indexOf(end);
            poison.checkEdges(offset, end);
            if (first > last) {
                io.zero(offset, length);
                return;
            }
            if (first < last) {
                // Before anything else: it may let the invalidate lock go for a while (L8).
                pins.awaitUnpinned(first, last - first);
                // Then, with the edges, since that is all a full volume can refuse: nothing is zeroed or forgotten
                // then.
                map.split(first, last);
            }
            prepareEdges(offset, end);
            io.zero(offset, VolumeLayout.offsetOf(first) - offset);
            io.zero(VolumeLayout.offsetOf(last), end - VolumeLayout.offsetOf(last));
            free(first, last - first);
        } finally {
            locks.invalidate.writeLock().unlock();
            locks.io.writeLock().unlock();
        }
    }

    /** Makes the blocks at both ends of a range, if it covers them in part, ready for zeroes. */
    void prepareEdges(long offset, long end) {
        if ((offset & VolumeLayout.BLOCK_SIZE - 1) != 0) {
            io.prepareEdge(offset);
        }
        if ((end & VolumeLayout.BLOCK_SIZE - 1) != 0) {
            io.prepareEdge(end);
        }
    }

    /** Makes the file {@code newSize} bytes long, durably; bytes cut off are gone, bytes added read as zero. */
    void truncate(long newSize) {
        locks.io.writeLock().lock();
        locks.invalidate.writeLock().lock();
        try {
            core.checkTakesStores();
            inode.checkExists();
            poison.checkTail(newSize);
            if (newSize > inode.size()) {
                extend(newSize);
            } else {
                cut(newSize);
            }
        } finally {
            locks.invalidate.writeLock().unlock();
            locks.io.writeLock().unlock();
        }
    }

    /**
     * Frees blocks beyond the end, at open: a crash leaves them there when a growing write or preallocation had mapped
     * them and its size was not durable yet. Kept, their bytes would show when the file grows. Blocks allocated beyond
     * the end on purpose look the same and go too.
     */
    void dropBeyondEnd() {
        long first = VolumeLayout.indexCount(inode.size());
        if (isMappedFrom(first)) {
            long kept = keepWhatCannotBeSplit(first);
            free(first + kept, BlockMap.INDEX_COUNT - first - kept);
        }
    }

    private boolean isMappedFrom(long first) {
        boolean[] any = {false};
        map.walk(first, BlockMap.INDEX_COUNT, (index, block, count, word) -> any[0] = true);
        return any[0];
    }

    /**
     * Zeroes, durably, the rest of a 2 MiB block that lies across {@code first} if the volume is too full to split it;
     * returns how many indexes that is. A full volume must open.
     */
    private long keepWhatCannotBeSplit(long first) {
        try {
            map.split(first, BlockMap.INDEX_COUNT);
            return 0;
        } catch (NoSpaceException e) {
            long count = VolumeLayout.HUGE_BLOCKS - (first & VolumeLayout.HUGE_BLOCKS - 1);
            // None of these is shared: only blocks before an end are.
            if (MappingEntry.hasData(map.lookup(first))) {
                long offset = VolumeLayout.offsetOf(MappingEntry.blockAt(map.lookup(first), first));
                core.pmem.zero(offset, VolumeLayout.offsetOf(count));
                core.flushAndDrain(offset, VolumeLayout.offsetOf(count));
            }
            return count;
        }
    }

    /** Moves the end up, durably; what lies between reads as zero, whatever a window left behind the old end (S33). */
    void extend(long newSize) {
        io.zeroTail(newSize);
        // The zeroes, these and those of writes nobody synced yet, before the size that makes them readable.
        writeback.growDurably(newSize);
    }

    /** Moves the end down, or nowhere. */
    private void cut(long newSize) {
        long first = VolumeLayout.indexCount(newSize);
        // Also what was allocated beyond the end; and a hole must go from the windows like a block (M10).
        long last = isMappedFrom(first) ? BlockMap.INDEX_COUNT : Math.max(first, VolumeLayout.indexCount(inode.size()));
        poison.checkZero(newSize, VolumeLayout.offsetOf(first) - newSize);
        // 1. Before anything changes: the wait, since it may let the invalidate lock go for a while (L8), then what a
        //    full volume can refuse.
        if (first < last) {
            pins.awaitUnpinned(first, last - first);
        }
        map.split(first, last);
        // 2. Zeroes behind the new end, then the size, both durable: zeroes later, and a crash could leave the cut-off
        //    bytes for the next extension to show again (S33); blocks freed sooner, and it could leave a size that
        //    promises bytes that are gone.
        io.zero(newSize, VolumeLayout.offsetOf(first) - newSize);
        inode.setSize(newSize);
        writeback.fsyncSize();
        // 3. The blocks; and the private copies of pages that are no more.
        free(first, last - first);
        windows.dropCopies(first, BlockMap.INDEX_COUNT - first);
    }

    private void free(long first, long count) {
        if (count == 0) {
            return;
        }
        destroy(first, count);
        forget(first, count);
    }

    /** Lets go of a range whose bytes are being destroyed, of which nothing may be read from now on. */
    void destroy(long first, long count) {
        // 1. No window reaches the blocks, and no store admitted before is still on its way (M2, S25). A 2 MiB mapping
        //    goes whole, or its other pages would keep pointing into it.
        long from = first & -VolumeLayout.HUGE_BLOCKS;
        long to = first + count + VolumeLayout.HUGE_BLOCKS - 1 & -VolumeLayout.HUGE_BLOCKS;
        windows.revoke(from, to - from);
        core.reached(SyncPoint.LAYOUT_AFTER_REVOKE);
        // 2. Entries and marks of exactly this range; faults wait at the invalidate lock, write-backs at the entry's.
        tree.destroy(first, count);
        core.reached(SyncPoint.LAYOUT_AFTER_DELETE);
    }

    /**
     * Lets go of a range whose bytes stay: durable on return, and no window, entry or mark knows of it, nor of the rest
     * of the 2 MiB it meets. The caller owns the io and the invalidate lock, so it stays so.
     */
    void settle(long first, long count) {
        long from = first & -VolumeLayout.HUGE_BLOCKS;
        long to = Math.min(
                BlockMap.INDEX_COUNT, first + count + VolumeLayout.HUGE_BLOCKS - 1 & -VolumeLayout.HUGE_BLOCKS);
        // 1. No store is under way any more, so what is dirty now is all there will be.
        windows.revoke(from, to - from);
        core.reached(SyncPoint.LAYOUT_AFTER_REVOKE);
        // 2. Written back before it is forgotten: nobody else would ever write it back (S03b).
        writeback.writeBack(from, to);
        tree.dropClean(from, to - from);
        core.reached(SyncPoint.LAYOUT_AFTER_DELETE);
    }

    /** Gives up the file's part in blocks that its map, durably, names no more. */
    void release(List<long[]> runs) {
        runs.forEach(run -> pins.release(run[0], run[1]));
    }

    /** Unmaps a range and gives its blocks back. */
    void forget(long first, long count) {
        // 3. The map forgets the blocks, durably.
        List<long[]> freed = map.unmap(first, count);
        core.reached(SyncPoint.LAYOUT_BEFORE_FREE);
        // 4. Only now may another file get them: sooner, a crash could find them owned twice. Pinned ones later still.
        release(freed);
    }
}
