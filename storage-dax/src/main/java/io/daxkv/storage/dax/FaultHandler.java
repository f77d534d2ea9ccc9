package io.daxkv.storage.dax;

/**
 * Gives a window permission for one index: the software page fault. Read faults map a hole to the shared zero block
 * (F1, F2) or a block read-only (F3, F4); write faults allocate (F5) and map for writing (F6, F7, F9), in a synchronous
 * window only what is durably reachable (F10, F11), in a private one a copy (F12, F13). Rows F1..F18 and F20 of the
 * operation table, 4 KiB and 2 MiB.
 *
 * <p>Only the write fault of a PROTECTED window sets DIRTY: the stores of the others mark their lines themselves, after
 * their last byte, so permission to store is not a claim that something is dirty.
 */
class FaultHandler {
    static final int WRITE = 1;
    static final int HUGE = 2;

    /** What became of a fault under one entry lock. */
    private enum Outcome {
        MAPPED,
        /** A huge entry is not possible here (F15): fall back to a single one, no wait. */
        NOT_HUGE,
        /** The size that reaches the page must be durable first (F10). */
        NEEDS_SYNC
    }

    final VolumeCore core;
    final FileLocks locks;
    final MappingTree tree;
    final BlockMap map;
    final WindowSet windows;
    final WritableBlocks blocks;
    final Inode inode;
    private final FilePoison poison;
    final Writeback writeback;
    private final FileEviction eviction;

    FaultHandler(FileParts parts) {
        this.core = parts.core;
        this.locks = parts.locks;
        this.tree = parts.tree;
        this.map = parts.map;
        this.windows = parts.windows;
        this.blocks = parts.blocks;
        this.inode = parts.inode;
        this.poison = parts.poison;
        this.writeback = parts.writeback;
        this.eviction = parts.eviction;
    }

    /** Begins a window: from now on revokes know it. */
    void open(DaxWindow window) {
        if (window.mode() == WindowMode.SYNC) {
            // A write under way may have asked already whether there is such a window, and be about to grow the file.
            locks.io.readLock().lock();
        }
        // Shared, so that a file that is going away either refuses it or lives on for it.
        locks.invalidate.readLock().lock();
        try {
            inode.checkExists();
            windows.add(window);
        } finally {
            locks.invalidate.readLock().unlock();
            if (window.mode() == WindowMode.SYNC) {
                locks.io.readLock().unlock();
            }
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
            windows.revoke(window, 0, BlockMap.INDEX_COUNT);
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
     * @throws WindowPermissionException if the window permits no stores (M12)
     */
    void fault(DaxWindow window, long index, boolean write) {
        if (!write || !window.mode().storesToFile()) {
            faultNow(window, index, write);
            return;
        }
        // Before any lock of the file: what waits here for a thaw must hold nobody else up.
        long ticket = core.gate.beginFault();
        try {
            core.checkTakesStores();
            faultNow(window, index, true);
        } finally {
            core.gate.endFault(ticket);
        }
    }

    private void faultNow(DaxWindow window, long index, boolean write) {
        locks.invalidate.readLock().lock();
        try {
            window.requireOpen();
            if (write) {
                window.requirePermitsStores();
            }
            // The size is tested under the lock a truncate owns: else it could shrink the file and free the block
            // between the test and the mapping (S30).
            if (index >= VolumeLayout.indexCount(inode.size())) {
                throw new BeyondEndOfFileException(
                        "window touched a page beyond the end: index=" + index + ", size=" + inode.size());
            }
            core.reached(SyncPoint.FAULT_AFTER_SIZE_CHECK);
            if (write && window.mode() == WindowMode.PRIVATE) {
                copyPage(window, index);
                return;
            }
            // The entry was let go for the sync: it may be gone or another now, so everything is looked up again (S57).
            while (resolve(window, index, write) == Outcome.NEEDS_SYNC) {
                makeDurable();
            }
            count(write);
        } finally {
            locks.invalidate.readLock().unlock();
        }
    }

    private Outcome resolve(DaxWindow window, long index, boolean write) {
        Outcome outcome = mayBeHuge(window, index, write) ? faultEntry(window, index, write, true) : Outcome.NOT_HUGE;
        return outcome == Outcome.NOT_HUGE ? faultEntry(window, index, write, false) : outcome;
    }

    /** Returns true if 2 MiB around an index lie in the window and the file and are one block, or none for a load. */
    private boolean mayBeHuge(DaxWindow window, long index, boolean write) {
        long end = (index | VolumeLayout.HUGE_BLOCKS - 1) + 1;
        return window.pages.coversHuge(index)
                && end <= VolumeLayout.indexCount(inode.size())
                && (isHuge(map.lookup(index), write) || !write && map.isHugeHole(index));
    }

    /** Resolves with an entry of one size. */
    private Outcome faultEntry(DaxWindow window, long index, boolean write, boolean huge) {
        TreeChunk chunk = tree.makeChunk(index);
        core.reached(SyncPoint.FAULT_BEFORE_ENTRY_LOCK);
        // 1. Lock the entry, then look the block up (M6). The other way round, a write could allocate the block between
        //    the two, revoke nobody, and this fault would map a hole over its data (S05).
        long entry = chunk.grab(index, huge);
        if (entry == TreeChunk.CONFLICT) {
            return Outcome.NOT_HUGE;
        }
        long result = entry;
        try {
            core.reached(SyncPoint.FAULT_AFTER_ENTRY_LOCK);
            if (!huge) {
                entry = blocks.downgrade(chunk, index, entry);
                result = entry;
            }
            long mapping = map.lookup(index);
            core.reached(SyncPoint.FAULT_AFTER_MAP);
            if (huge && (poison.isIn(mapping) || !isHuge(mapping, write) && (write || !map.isHugeHole(index)))) {
                return Outcome.NOT_HUGE;
            }
            poison.checkFault(index, mapping, write);
            if (!write && !MappingEntry.hasData(mapping)) {
                result = installHole(window, chunk, index, huge);
                return Outcome.MAPPED;
            }
            if (write) {
                // 2. A block of its own, with its bytes or zeroes, durably mapped before anybody can store to it (D15),
                //    and no window that still reads what stood here before.
                result = blocks.prepare(index, entry);
            } else {
                // 3. As above: no window goes on reading a hole that is none (M4, F4).
                if (MappingEntry.isHole(entry)) {
                    windows.revoke(huge ? chunk.firstIndex : index, huge ? VolumeLayout.HUGE_BLOCKS : 1);
                }
                if (!MappingEntry.hasBlock(entry)) {
                    result = huge ? mapping : MappingEntry.single(mapping, index);
                }
            }
            return grant(window, chunk, index, result, (write ? WRITE : 0) | (huge ? HUGE : 0));
        } finally {
            chunk.put(index, result);
        }
    }

    /** Returns true if a mapping may be a 2 MiB entry: an unwritten one becomes one when it is written. */
    private boolean isHuge(long mapping, boolean write) {
        return blocks.isHugeEntry(mapping) && (write || MappingEntry.hasData(mapping));
    }

    /** Maps the zero block; returns the entry that stands for it. */
    private long installHole(DaxWindow window, TreeChunk chunk, long index, boolean huge) {
        install(window, chunk, index, VolumeLayout.ZERO_BLOCK, huge ? HUGE : 0);
        if (!MappingEntry.hasData(map.lookup(index))) {
            return MappingEntry.ofHole(huge);
        }
        // A 2 MiB unwritten block is written under the lock of another of its indexes. Either its revoke found the
        // translation just made, or the map says so here: the access has to fault again.
        windows.revoke(huge ? chunk.firstIndex : index, huge ? VolumeLayout.HUGE_BLOCKS : 1);
        return MappingEntry.empty(huge);
    }

    /** Gives permission to an index or the 2 MiB around it, with the entry locked. */
    private Outcome grant(DaxWindow window, TreeChunk chunk, long index, long entry, int how) {
        boolean huge = (how & HUGE) != 0 && MappingEntry.isHuge(entry);
        long first = huge ? chunk.firstIndex : index;
        int count = huge ? VolumeLayout.HUGE_BLOCKS : 1;
        if ((how & WRITE) != 0) {
            if (window.mode() == WindowMode.SYNC && needsSync(first + count)) {
                return Outcome.NEEDS_SYNC;
            }
            if (window.mode() == WindowMode.PROTECTED) {
                // 4. Dirty, then writable, both before the entry is let go: a write-back in between would clean a page
                //    that is about to be stored to without another fault (D2, D3, S12).
                markDirty(chunk, first, count);
                core.reached(SyncPoint.FAULT_AFTER_MARK);
            }
        }
        // 5. Permission, still under the entry lock: a revoke or protect that waits for it then finds it.
        install(window, chunk, first, MappingEntry.blockAt(entry, first), how & WRITE | (huge ? HUGE : 0));
        return Outcome.MAPPED;
    }

    void install(DaxWindow window, TreeChunk chunk, long index, long block, int how) {
        core.reached(SyncPoint.FAULT_BEFORE_PTE);
        if (block == VolumeLayout.ZERO_BLOCK) {
            core.counters.holeFaults.increment();
        }
        if ((how & HUGE) == 0) {
            window.pages.map(chunk, index, block, (how & WRITE) != 0);
        } else {
            core.counters.hugeFaults.increment();
            if (block == VolumeLayout.ZERO_BLOCK) {
                window.pages.mapHugeHole(chunk, index);
            } else {
                window.pages.mapHuge(chunk, index, block, (how & WRITE) != 0);
            }
        }
        core.reached(SyncPoint.FAULT_AFTER_PTE);
    }

    /** Marks every line of a range inside one entry dirty. */
    void markDirty(TreeChunk chunk, long first, int count) {
        for (long index = first; index < first + count; index++) {
            chunk.mark(index, LineMask.ALL);
        }
    }

    /**
     * Returns true if a crash could leave a size that cuts off what a page before {@code end} shows now (D15); a file
     * without a name has no size to leave.
     */
    boolean needsSync(long end) {
        return !inode.isDeleted() && Math.min(inode.size(), VolumeLayout.offsetOf(end)) > inode.durableSize();
    }

    /** The sync fault: no entry is held, or the write-back would wait for it; the size cannot be cut meanwhile. */
    void makeDurable() {
        core.counters.syncFaults.increment();
        core.reached(SyncPoint.FAULT_BEFORE_SYNC_FAULT);
        writeback.fsyncSize();
        core.reached(SyncPoint.FAULT_AFTER_SYNC_FAULT);
    }

    /** Copies a page for a private window; the entry lock keeps its block from being given away meanwhile (S38). */
    private void copyPage(DaxWindow window, long index) {
        TreeChunk chunk = tree.makeChunk(index);
        core.reached(SyncPoint.FAULT_BEFORE_ENTRY_LOCK);
        long entry = chunk.grab(index, false);
        try {
            core.reached(SyncPoint.FAULT_AFTER_ENTRY_LOCK);
            long mapping = map.lookup(index);
            core.reached(SyncPoint.FAULT_AFTER_MAP);
            poison.checkFault(index, mapping, false);
            window.copyPage(
                    index,
                    MappingEntry.hasData(mapping) ? MappingEntry.blockAt(mapping, index) : VolumeLayout.ZERO_BLOCK);
            core.counters.copyFaults.increment();
        } finally {
            chunk.put(index, entry);
        }
    }

    private void count(boolean write) {
        if (write) {
            core.counters.writeFaults.increment();
        } else {
            core.counters.readFaults.increment();
        }
    }
}
