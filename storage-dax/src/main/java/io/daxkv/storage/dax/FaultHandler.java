package io.daxkv.storage.dax;

/**
 * Gives a window permission for one index: the software page fault. Read faults map a hole to the shared zero block
 * (F1, F2) or a block read-only (F3, F4); write faults allocate (F5) and map for writing (F6, F7, F9). Rows F1..F9 of
 * the operation table, 4 KiB and 2 MiB.
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
    final Inode inode;
    private final FilePoison poison;
    private final FileEviction eviction;

    FaultHandler(FileParts parts) {
        this.core = parts.core;
        this.locks = parts.locks;
        this.tree = parts.tree;
        this.map = parts.map;
        this.windows = parts.windows;
        this.inode = parts.inode;
        this.poison = parts.poison;
        this.eviction = parts.eviction;
    }

    /** Begins a window: from now on revokes know it. */
    void open(DaxWindow window) {
        // Shared, so that a file that is going away either refuses it or lives on for it.
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
        eviction.evictIfUnused();
    }

    /**
     * Resolves a fault. On return the window had the permission at least for an instant; the access tries again.
     *
     * @throws BeyondEndOfFileException if the page lies wholly beyond the file's end (M10)
     * @throws NoSpaceException if a hole would need a block and there is none; the entry is left unlocked (S43)
     */
    void fault(DaxWindow window, long index, boolean write) {
        if (!write) {
            resolve(window, index, false);
            return;
        }
        // Before any lock of the file: what waits here for a thaw must hold nobody else up.
        long ticket = core.gate.beginFault();
        try {
            core.checkTakesStores();
            resolve(window, index, true);
        } finally {
            core.gate.endFault(ticket);
        }
    }

    private void resolve(DaxWindow window, long index, boolean write) {
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
            boolean huge = window.pages.coversHuge(index) && MappingEntry.isHuge(map.lookup(index));
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
            if (huge && (!MappingEntry.isHuge(mapping) || poison.isIn(mapping))) {
                return false;
            }
            poison.checkFault(index, mapping);
            if (mapping == MappingEntry.NONE && write) {
                // 2. A hole gets a zeroed block, durably mapped before anybody can store to it (D15).
                map.mapHoles(index, 1);
                mapping = map.lookup(index);
            }
            if (mapping == MappingEntry.NONE) {
                result = MappingEntry.ofHole();
                install(window, chunk, index, VolumeLayout.ZERO_BLOCK, 0);
                return true;
            }
            // 3. Windows that read the hole forget the zero block before anybody maps the new one (M4, F4). An EMPTY
            //    entry was made by this fault; no window can map it.
            if (MappingEntry.isHole(entry)) {
                windows.revoke(index, 1);
            }
            if (!MappingEntry.hasBlock(entry)) {
                result = huge ? mapping : MappingEntry.ofBlock(MappingEntry.blockAt(mapping, index), false);
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
