package io.daxkv.storage.dax;

/**
 * Gives the memory of a file's clean entries back (T11): windows fault once more, nothing else is lost. The kernel once
 * removed clean entries and left their translations, which nobody could find any more (S07); here the windows go first.
 */
class CleanEntries {
    final VolumeCore core;
    final FileLocks locks;
    final MappingTree tree;
    final WindowSet windows;
    private final FileLeases leases;

    CleanEntries(FileParts parts) {
        this.core = parts.core;
        this.locks = parts.locks;
        this.tree = parts.tree;
        this.windows = parts.windows;
        this.leases = parts.pins.leases;
    }

    /** Removes every entry without dirt, and the chunks that leaves empty; returns how many entries. */
    long drop() {
        // All of them: no write, fault or write-back holds a chunk or an entry meanwhile, so whole chunks may go.
        locks.io.writeLock().lock();
        locks.invalidate.writeLock().lock();
        locks.writeback.lock();
        try {
            // The end of a lease marks what was leased without any of the locks above.
            synchronized (leases) {
                return dropOwned();
            }
        } finally {
            locks.writeback.unlock();
            locks.invalidate.writeLock().unlock();
            locks.io.writeLock().unlock();
        }
    }

    private long dropOwned() {
        long dropped = 0;
        for (TreeChunk chunk = tree.nextChunk(0); chunk != null; ) {
            core.reached(SyncPoint.INV_BEFORE_UNMAP);
            // 1. No window translates anything of the 2 MiB, and every store admitted before has marked its lines:
            //    what is clean now stays clean (M3).
            unmap(chunk.firstIndex, VolumeLayout.HUGE_BLOCKS);
            core.reached(SyncPoint.INV_AFTER_UNMAP);
            // 2. What is dirty stays, entry and marks (D1).
            dropped += chunk.dropClean();
            core.reached(SyncPoint.INV_AFTER_REMOVE);
            // 3. A window that translates here again makes a new chunk, and marks that one.
            if (!chunk.hasEntries() && !chunk.isDirty()) {
                tree.remove(chunk);
            }
            chunk = tree.nextChunk(chunk.firstIndex + VolumeLayout.HUGE_BLOCKS);
        }
        return dropped;
    }

    void unmap(long first, long count) {
        windows.revoke(first, count);
    }
}
