package io.daxkv.storage.dax;

/**
 * Gives a window permission for one index: the software page fault. Read faults map a hole to the shared zero block
 * (F1, F2) or a block read-only (F3, F4); write faults allocate (F5) and map for writing (F6, F7, F9). Rows F1..F9 and
 * F20 of the operation table, 4 KiB and 2 MiB.
 *
 * <p>No write fault sets DIRTY: a tracked window marks the lines of each store itself, after its last byte, so
 * permission to store is not a claim that something is dirty.
 */
class FaultHandler {
    static final int WRITE = 1;
    static final int HUGE = 2;

    final VolumeCore core;
    final FileLocks locks;
    final MappingTree tree;
    final BlockMap map;
    final WindowSet windows;
    final WritableBlocks blocks;
    final Inode inode;

    FaultHandler(FileParts parts) {
        this.core = parts.core;
        this.locks = parts.locks;
        this.tree = parts.tree;
        this.map = parts.map;
        this.windows = parts.windows;
        this.blocks = parts.blocks;
        this.inode = parts.inode;
    }

    /** Begins a window: from now on revokes know it. */
    void open(DaxWindow window) {
        // Shared, so that a file that is going away either refuses it or closes it.
        locks.invalidate.readLock().lock();
        try {
            inode.checkExists();
            windows.add(window);
        } finally {
            locks.invalidate.readLock().unlock();
        }
    }

    /**
     * Ends a window: no fault of it runs or will run, no store of it is under way, and revokes need not ask it again.
     */
    void close(DaxWindow window) {
        // Owned, so that a fault cannot give a window permission after it left the set that revokes go through.
        locks.invalidate.writeLock().lock();
        try {
            window.markClosed();
            if (window.pages.revoke(0, BlockMap.INDEX_COUNT)) {
                core.epochs.quiesce();
            }
            windows.remove(window);
        } finally {
            locks.invalidate.writeLock().unlock();
        }
    }

    /**
     * Resolves a fault. On return the window had the permission at least for an instant; the access tries again.
     *
     * @throws BeyondEndOfFileException if the page lies wholly beyond the file's end (M10)
     * @throws NoSpaceException if a hole would need a block and there is none; the entry is left unlocked (S43)
     */
    void fault(DaxWindow window, long index, boolean write) {
        if (write) {
            core.checkTakesStores();
        }
        locks.invalidate.readLock().lock();
        try {
            if (window.isClosed()) {
                throw new WindowClosedException("window is closed: file=" + inode.name + ", offset=" + window.offset());
            }
            // The size is tested under the lock a truncate owns: else it could shrink the file and free the block
            // between the test and the mapping (S30).
            if (index >= VolumeLayout.indexCount(inode.size())) {
                throw new BeyondEndOfFileException(
                        "window touched a page beyond the end: index=" + index + ", size=" + inode.size());
            }
            core.reached(SyncPoint.FAULT_AFTER_SIZE_CHECK);
            // 2 MiB only wholly inside the file: a translation beyond the end would let stores there through (M10).
            boolean huge = (index | VolumeLayout.HUGE_BLOCKS - 1) < VolumeLayout.indexCount(inode.size())
                    && window.pages.coversHuge(index)
                    && isHuge(map.lookup(index), write);
            if (!huge || !faultEntry(window, index, write, true)) {
                faultEntry(window, index, write, false);
            }
        } finally {
            locks.invalidate.readLock().unlock();
        }
    }

    /**
     * Resolves with an entry of one size; returns false if a huge one is not possible here (F15: fall back, no wait).
     */
    private boolean faultEntry(DaxWindow window, long index, boolean write, boolean huge) {
        TreeChunk chunk = tree.makeChunk(index);
        core.reached(SyncPoint.FAULT_BEFORE_ENTRY_LOCK);
        // 1. Lock the entry, then look the block up (M6). The other way round, a write could allocate the block between
        //    the two, revoke nobody, and this fault would map a hole over its data (S05).
        long entry = chunk.grab(index, huge);
        if (entry == TreeChunk.CONFLICT) {
            return false;
        }
        long result = entry;
        try {
            core.reached(SyncPoint.FAULT_AFTER_ENTRY_LOCK);
            long mapping = map.lookup(index);
            core.reached(SyncPoint.FAULT_AFTER_MAP);
            if (huge && !isHuge(mapping, write)) {
                return false;
            }
            if (write) {
                // 2. A block of its own, with its bytes or zeroes, durably mapped before anybody can store to it (D15),
                //    and no window that still reads what stood here before.
                result = blocks.prepare(index, entry);
            } else if (!MappingEntry.hasData(mapping)) {
                result = MappingEntry.ofHole();
                install(window, chunk, index, VolumeLayout.ZERO_BLOCK, 0);
                if (MappingEntry.hasData(map.lookup(index))) {
                    // A 2 MiB unwritten block is written under the lock of another of its indexes. Either its revoke
                    // found the translation just made, or the map says so here.
                    windows.revoke(index, 1);
                }
                return true;
            } else {
                // 3. As above: no window goes on reading a hole that is none (M4, F4).
                if (MappingEntry.isHole(entry)) {
                    windows.revoke(index, 1);
                }
                if (!MappingEntry.hasBlock(entry)) {
                    result = huge ? mapping : MappingEntry.single(mapping, index);
                }
            }
            // 4. Permission, still under the entry lock: a revoke that waits for it then finds it.
            boolean mapsHuge = huge && MappingEntry.isHuge(result);
            long start = mapsHuge ? index & -VolumeLayout.HUGE_BLOCKS : index;
            install(
                    window,
                    chunk,
                    start,
                    MappingEntry.blockAt(result, start),
                    (write ? WRITE : 0) | (mapsHuge ? HUGE : 0));
            return true;
        } finally {
            chunk.put(index, result);
        }
    }

    /** Returns true if a mapping may be a 2 MiB entry: an unwritten one becomes one when it is written. */
    private boolean isHuge(long mapping, boolean write) {
        return blocks.isHugeEntry(mapping) && (write || MappingEntry.hasData(mapping));
    }

    void install(DaxWindow window, TreeChunk chunk, long index, long block, int how) {
        core.reached(SyncPoint.FAULT_BEFORE_PTE);
        if ((how & HUGE) != 0) {
            window.pages.mapHuge(chunk, index, block, (how & WRITE) != 0);
        } else {
            window.pages.map(chunk, index, block, (how & WRITE) != 0);
        }
        core.reached(SyncPoint.FAULT_AFTER_PTE);
    }
}
