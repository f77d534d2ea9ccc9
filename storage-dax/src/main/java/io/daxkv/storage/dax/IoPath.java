package io.daxkv.storage.dax;

import java.nio.ByteBuffer;

/**
 * Reads and writes by copy. A write is tracked exactly as a store through a window is: its lines are marked in the same
 * tree after the last byte, and the same fsync makes it durable (D11). Linux marks nothing here and relies on a
 * cache-bypassing copy. Rows I1..I11 of the operation table.
 */
class IoPath {
    final VolumeCore core;
    final FileLocks locks;
    final MappingTree tree;
    final BlockMap map;
    final WindowSet windows;
    final WritableBlocks blocks;
    final Inode inode;
    final FilePoison poison;
    final Writeback writeback;

    IoPath(FileParts parts) {
        this.core = parts.core;
        this.locks = parts.locks;
        this.tree = parts.tree;
        this.map = parts.map;
        this.windows = parts.windows;
        this.blocks = parts.blocks;
        this.inode = parts.inode;
        this.poison = parts.poison;
        this.writeback = parts.writeback;
    }

    /** Copies up to {@code target.remaining()} bytes; returns how many, -1 at or past the end. Holes read as zero. */
    int read(long offset, ByteBuffer target) {
        locks.io.readLock().lock();
        try {
            inode.checkExists();
            long size = inode.size();
            if (offset >= size) {
                return -1;
            }
            int count = poison.checkRead(offset, (int) Math.min(target.remaining(), size - offset));
            for (int done = 0; done < count; ) {
                int piece = pieceLength(offset + done, count - done);
                long before = blocks.stamp();
                long address = addressOf(offset + done);
                core.reached(SyncPoint.IO_BEFORE_READ);
                core.pmem.get(
                        address < 0 ? VolumeLayout.offsetOf(VolumeLayout.ZERO_BLOCK) : address,
                        target,
                        target.position() + done,
                        piece);
                // Else a fault copied a block away meanwhile, and these may be the other owner's bytes.
                done += blocks.isStill(before) ? piece : 0;
            }
            target.position(target.position() + count);
            return count;
        } finally {
            locks.io.readLock().unlock();
        }
    }

    /** Copies the whole of {@code source}; visible on return to every window, durable at the next fsync. */
    void write(long offset, ByteBuffer source) {
        locks.io.writeLock().lock();
        try {
            core.checkTakesStores();
            inode.checkExists();
            core.reached(SyncPoint.IO_AFTER_LOCK);
            int count = source.remaining();
            if (count == 0) {
                return;
            }
            poison.checkWrite(offset, count);
            zeroTail(offset);
            allocate(
                    VolumeLayout.indexOf(offset),
                    VolumeLayout.indexCount(offset + count) - VolumeLayout.indexOf(offset));
            core.reached(SyncPoint.IO_BEFORE_COPY);
            int start = source.position();
            try {
                copy(offset, source, count);
                core.reached(SyncPoint.IO_BEFORE_SIZE);
            } finally {
                settle(offset, source.position() - start, count);
            }
        } finally {
            locks.io.writeLock().unlock();
        }
    }

    /**
     * Gives every index of a range a written block of its own, and the windows that read what stood there the news:
     * allocation first, then revoke, then copy (M5). Revoked before it, a fault could map the hole again in between
     * (S02); after the copy, a store made meanwhile could lose its entry (S01).
     */
    void allocate(long first, long count) {
        core.reached(SyncPoint.IO_BEFORE_MAP);
        boolean isNew = map.mapHoles(first, count);
        core.reached(SyncPoint.IO_AFTER_ALLOC);
        if (isNew && tree.removeHoles(first, count)) {
            windows.revoke(first, count);
        }
        blocks.prepareAll(first, count);
        core.reached(SyncPoint.IO_AFTER_REVOKE);
    }

    /** Moves the end to what was copied, {@code done} of {@code count} bytes; a copy that failed leaves less. */
    private void settle(long offset, int done, int count) {
        long end = Math.max(inode.size(), done == 0 ? 0 : offset + done);
        if (done < count) {
            // The blocks behind the end stay mapped; what the copy left in them must not show when the file grows.
            for (long at = end, last = offset + count; at < last; ) {
                int piece = pieceLength(at, VolumeLayout.BLOCK_SIZE);
                zero(at, piece);
                at += piece;
            }
        }
        // Last: a load beyond the end faults until the bytes are there.
        if (end > inode.size()) {
            writeback.grow(end);
        }
    }

    /** Copies and marks, piece by piece; no lock of the fault path is held, so the source may be anything (L3). */
    void copy(long offset, ByteBuffer source, int count) {
        for (int done = 0; done < count; ) {
            int piece = pieceLength(offset + done, count - done);
            long lost = poison.beginOverwrite(offset + done, piece);
            copyPiece(offset + done, source, piece);
            if (lost >= 0) {
                poison.endOverwrite(lost);
            }
            done += piece;
            core.reached(SyncPoint.IO_MID_COPY);
        }
        core.reached(SyncPoint.IO_AFTER_MARK);
    }

    void copyPiece(long offset, ByteBuffer source, int piece) {
        tree.install(VolumeLayout.indexOf(offset), blocks.entryFor(VolumeLayout.indexOf(offset)));
        try {
            core.pmem.put(addressOf(offset), source, source.position(), piece);
            core.reached(SyncPoint.IO_AFTER_COPY);
        } finally {
            // After the last byte, even of a copy that failed half-way (S22, S23): a mark set before it could be
            // cleaned away by an fsync that saw only the first bytes.
            tree.mark(offset, piece);
        }
        source.position(source.position() + piece);
    }

    /**
     * Zeroes what windows may have stored between the old end and the end of its block, before the size moves past it.
     */
    void zeroTail(long newEnd) {
        long size = inode.size();
        long length = Math.min(newEnd, VolumeLayout.offsetOf(VolumeLayout.indexCount(size))) - size;
        if (length > 0) {
            zero(size, length);
        }
    }

    /** Stores tracked zeroes over a range inside one block, if it has data there (D13). */
    void zero(long offset, long length) {
        if (length > 0 && prepareEdge(offset)) {
            tree.install(VolumeLayout.indexOf(offset), blocks.entryFor(VolumeLayout.indexOf(offset)));
            core.pmem.zero(addressOf(offset), length);
            tree.mark(offset, length);
        }
    }

    /**
     * Makes the block of a byte ready for zeroes if it has data, else returns false. After it {@link #zero} cannot lack
     * space there.
     */
    boolean prepareEdge(long offset) {
        if (addressOf(offset) < 0) {
            return false;
        }
        blocks.prepareAll(VolumeLayout.indexOf(offset), 1);
        return true;
    }

    /** Returns the arena offset of a file byte, or -1 where no data is. */
    private long addressOf(long offset) {
        long index = VolumeLayout.indexOf(offset);
        long mapping = map.lookup(index);
        return MappingEntry.hasData(mapping)
                ? VolumeLayout.offsetOf(MappingEntry.blockAt(mapping, index)) + (offset & VolumeLayout.BLOCK_SIZE - 1)
                : -1;
    }

    /** Returns how many bytes from {@code offset} on lie in its block, at most {@code max}. */
    static int pieceLength(long offset, int max) {
        return Math.min(max, VolumeLayout.BLOCK_SIZE - (int) (offset & VolumeLayout.BLOCK_SIZE - 1));
    }
}
