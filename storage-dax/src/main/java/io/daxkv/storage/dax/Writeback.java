package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.CacheLine;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * fsync: writes back exactly the dirty lines of a range, whichever path made them dirty, with one drain.
 *
 * <p>A tracked window is never write-protected: it marks each store's lines after their last byte, so a store that
 * lands during write-back marks its line again and the next fsync finds it (S13, S16, S24). A PROTECTED window, like
 * the kernel, tells of a store only by a fault, so its permission is taken away before the lines are.
 */
class Writeback {
    final VolumeCore core;
    final ReentrantLock lock;
    final MappingTree tree;
    final WindowSet windows;
    final Inode inode;
    private final FileLeases leases;

    /** What the running fsync took away: chunk, index and lines of each entry it wrote back. Guarded by the lock. */
    private TreeChunk[] takenChunks = new TreeChunk[16];

    private long[] takenIndexes = new long[16];
    private long[] takenLines = new long[16];
    private int takenCount;

    Writeback(FileParts parts) {
        this(parts, parts.locks.writeback);
    }

    Writeback(FileParts parts, ReentrantLock lock) {
        this.core = parts.core;
        this.lock = lock;
        this.tree = parts.tree;
        this.windows = parts.windows;
        this.inode = parts.inode;
        this.leases = parts.pins.leases;
    }

    /**
     * Makes every store and write to indexes {@code [first, end)} that happened before the call durable, and the size.
     */
    void fsync(long first, long end) {
        lock.lock();
        try {
            // Read once. What a write appends from here on is the next fsync's: this one would never end behind a
            // steady appender (S17), and a size read later would promise bytes that this one did not write back (D6).
            fsync(first, end, inode.size());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes the size larger. If a synchronous window is open, durably so before anybody sees it: its pages are writable
     * already, and behind a size that a crash takes back their bytes would be lost (D15). Else at the next fsync.
     */
    void grow(long newSize) {
        if (windows.has(WindowMode.SYNC)) {
            growDurably(newSize);
        } else {
            inode.setSize(newSize);
        }
    }

    /** Makes the size larger, durably, and before it what it makes readable. */
    void growDurably(long newSize) {
        // An fsync that began earlier would make the smaller size durable again.
        lock.lock();
        try {
            fsync(BlockMap.INDEX_COUNT, 0, newSize);
            inode.setSize(newSize);
        } finally {
            lock.unlock();
        }
    }

    private void fsync(long first, long end, long size) {
        long durableSize = inode.durableSize();
        // A size that grew promises the bytes up to it, so they become durable before it, asked for or not.
        boolean grew = size != durableSize;
        long sizeEnd = VolumeLayout.indexCount(size);
        writeBack(
                grew ? Math.min(first, VolumeLayout.indexOf(Math.min(size, durableSize))) : first,
                grew ? sizeEnd : Math.min(end, sizeEnd));
        inode.persistSize(size);
    }

    /** Makes the size durable, and before it whatever it makes readable that is not durable yet. */
    void fsyncSize() {
        fsync(BlockMap.INDEX_COUNT, 0);
    }

    /**
     * Makes the bytes of indexes {@code [first, end)} durable, without the size.
     *
     * <p>The steps are ordered; each comment says what breaks if its step moves.
     */
    void writeBack(long first, long end) {
        lock.lock();
        boolean isDurable = false;
        try {
            core.checkTakesStores();
            // 0. Whatever was stored through a raw lease, unseen, is in the snapshot.
            leases.mark(first, end);
            // 1. Snapshot, chunk by chunk: TOWRITE := DIRTY. What gets dirty from there on is the next fsync's, or this
            //    one would never end under a steady writer (S17, D9).
            // 2. Take each snapshot entry's lines and flush them.
            flushTagged(first, end);
            core.reached(SyncPoint.SYNC_BEFORE_FENCE);
            // 3. One drain for all, even for none: lines of a write-back that was cut short may still be on their way
            //    (S20, D12).
            core.drain();
            core.reached(SyncPoint.SYNC_AFTER_FENCE);
            isDurable = true;
        } finally {
            // 4. DIRTY goes last. A mark that went before the drain would let a second fsync find nothing to do and
            //    return before the first one's lines are durable (S15, D4).
            release(isDurable);
            lock.unlock();
        }
    }

    void flushTagged(long first, long end) {
        for (TreeChunk chunk = tree.nextDirtyChunk(first);
                chunk != null && chunk.firstIndex < end;
                chunk = tree.nextDirtyChunk(chunk.firstIndex + VolumeLayout.HUGE_BLOCKS)) {
            if (chunk.tag(first, end)) {
                core.reached(SyncPoint.SYNC_AFTER_TAG);
                for (long index = chunk.nextToWrite(Math.max(first, chunk.firstIndex)); index >= 0; ) {
                    writeBackOne(chunk, index);
                    index = isLast(index) ? -1 : chunk.nextToWrite(index + 1);
                }
            } else {
                // A punch takes dirt away without looking up here; else every fsync would look at this chunk.
                tree.clearIfClean(chunk);
            }
        }
    }

    /**
     * Flushes the dirty lines of one entry; skips it if whoever held it took its mark away (Y4, Y5): what is dirty
     * there now got dirty after the snapshot.
     */
    void writeBackOne(TreeChunk chunk, long index) {
        long entry = lockEntry(chunk, index);
        if (entry == MappingEntry.NONE) {
            chunk.clearToWrite(index);
            return;
        }
        try {
            core.reached(SyncPoint.SYNC_AFTER_ENTRY_LOCK);
            if (!chunk.isToWrite(index)) {
                return;
            }
            // Looked at with the entry locked: a PROTECTED window opened later has to fault for it, after us.
            if (!windows.has(WindowMode.PROTECTED)) {
                flushIndex(chunk, index, entry);
            } else if (!MappingEntry.isHuge(entry)) {
                protect(index, 1);
                flushIndex(chunk, index, entry);
            } else {
                // The whole entry: a huge translation goes with all its 512 pages, and protecting it once is enough for
                // all of them that are in the snapshot.
                protect(chunk.firstIndex, VolumeLayout.HUGE_BLOCKS);
                for (long at = index; at >= 0; at = chunk.nextToWrite(at)) {
                    flushIndex(chunk, at, entry);
                }
            }
            core.reached(SyncPoint.SYNC_AFTER_FLUSH);
        } finally {
            chunk.put(index, entry);
        }
    }

    /** Waits for an entry, locks it and returns it as it is now, which may not be what it was before the wait (L5). */
    long lockEntry(TreeChunk chunk, long index) {
        return chunk.lockIfPresent(index);
    }

    /**
     * Makes the next store to a range through any PROTECTED window fault, before its lines are taken: a store let
     * through later would neither mark them again nor be flushed (S13, D10).
     */
    void protect(long first, long count) {
        windows.protect(first, count);
        core.reached(SyncPoint.SYNC_AFTER_PROTECT);
    }

    /** Flushes one index's lines. Its entry is locked: a punch cannot give the block away meanwhile. */
    private void flushIndex(TreeChunk chunk, long index, long entry) {
        chunk.clearToWrite(index);
        core.reached(SyncPoint.SYNC_AFTER_CLEAR_T);
        long lines = chunk.takeMask(index);
        take(chunk, index, lines);
        core.reached(SyncPoint.SYNC_AFTER_SWAP);
        if (lines != LineMask.NONE) {
            flush(VolumeLayout.offsetOf(MappingEntry.blockAt(entry, index)), lines);
        }
    }

    void flush(long blockOffset, long lines) {
        for (long rest = lines; rest != LineMask.NONE; ) {
            int line = LineMask.firstLine(rest);
            int count = LineMask.runLength(rest, line);
            core.pmem.flush(blockOffset + (long) line * CacheLine.SIZE, (long) count * CacheLine.SIZE);
            core.reached(SyncPoint.SYNC_MID_FLUSH);
            rest = LineMask.without(rest, line, count);
        }
    }

    /**
     * Clears DIRTY of what is durable now; gives the lines back if it is not, so that the marks tell the truth (D14).
     */
    private void release(boolean durable) {
        for (int i = 0; i < takenCount; i++) {
            if (durable) {
                takenChunks[i].clearDirty(takenIndexes[i]);
                if (i + 1 == takenCount || takenChunks[i + 1] != takenChunks[i]) {
                    tree.clearIfClean(takenChunks[i]);
                }
            } else if (takenLines[i] != LineMask.NONE) {
                takenChunks[i].mark(takenIndexes[i], takenLines[i]);
            }
            takenChunks[i] = null;
        }
        takenCount = 0;
    }

    private void take(TreeChunk chunk, long index, long lines) {
        if (takenCount == takenIndexes.length) {
            takenChunks = Arrays.copyOf(takenChunks, takenCount * 2);
            takenIndexes = Arrays.copyOf(takenIndexes, takenCount * 2);
            takenLines = Arrays.copyOf(takenLines, takenCount * 2);
        }
        takenChunks[takenCount] = chunk;
        takenIndexes[takenCount] = index;
        takenLines[takenCount++] = lines;
    }

    private static boolean isLast(long index) {
        return (index & VolumeLayout.HUGE_BLOCKS - 1) == VolumeLayout.HUGE_BLOCKS - 1;
    }
}
