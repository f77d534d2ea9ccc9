package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The end of a file whose name is gone (T10). Its windows, pins and leases work on; its blocks and its inode slot come
 * back when the last of them closes. A crash before that needs nothing: its inode is free on the medium, and what no
 * block map reaches is free at the next open.
 */
final class FileEviction {
    private final FileParts parts;
    private final AtomicBoolean hasBegun = new AtomicBoolean();

    FileEviction(FileParts parts) {
        this.parts = parts;
    }

    /** Takes the file away from everybody but its windows, pins and leases; its name is durably gone already. */
    void unlink() {
        parts.locks.io.writeLock().lock();
        parts.locks.invalidate.writeLock().lock();
        // An fsync under way ends first: it may still store the size into the inode.
        parts.locks.writeback.lock();
        try {
            parts.inode.markDeleted();
        } finally {
            parts.locks.writeback.unlock();
            parts.locks.invalidate.writeLock().unlock();
            parts.locks.io.writeLock().unlock();
        }
        evictIfUnused();
    }

    /**
     * Gives the blocks and the inode slot of an unlinked file back if nobody can reach them any more. Called with no
     * lock held by whoever took a window, a pin or a lease away; the last one out does it.
     */
    void evictIfUnused() {
        // Nobody opens one of them on a deleted file, so from here on there are only fewer.
        if (parts.inode.isDeleted()
                && parts.windows.isEmpty()
                && parts.pins.isEmpty()
                && hasBegun.compareAndSet(false, true)) {
            evict();
        }
    }

    private void evict() {
        // Whoever still holds one of these began before the file was deleted, and may touch its blocks.
        parts.locks.io.writeLock().lock();
        parts.locks.invalidate.writeLock().lock();
        parts.locks.writeback.lock();
        try {
            List<long[]> runs = new ArrayList<>();
            parts.map.walk(0, BlockMap.INDEX_COUNT, new BlockMap.Visitor() {
                @Override
                public void mapped(long index, long block, int blocks, long wordOffset) {
                    runs.add(new long[] {block, blocks});
                }

                @Override
                public void table(long block) {
                    runs.add(new long[] {block, 1});
                }
            });
            // After the walk: a free table may be another file's at once.
            runs.forEach(run -> parts.core.allocator.free(run[0], run[1]));
        } finally {
            parts.locks.writeback.unlock();
            parts.locks.invalidate.writeLock().unlock();
            parts.locks.io.writeLock().unlock();
        }
        parts.core.files.remove(parts);
        // Last: faults of its windows changed the map's root, which lies in the slot.
        parts.core.freeInodes.add(parts.inode.offset);
    }
}
