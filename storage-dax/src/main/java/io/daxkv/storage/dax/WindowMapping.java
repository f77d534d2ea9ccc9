package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.Pmem;

/**
 * A window as the layer sees it: which range of the file it maps, where that is now, and what it permits. The kernel's
 * VMA; {@link DaxWindow} adds the loads and stores.
 */
abstract class WindowMapping {
    final VolumeCore core;
    final Pmem pmem;
    final AccessEpochs epochs;
    final PageTable pages;
    final FaultHandler faults;
    private final WindowMode mode;
    private final long offset;
    private final long length;

    /** True once only loads are permitted; changes with the file's invalidate lock owned, so that no fault runs. */
    private volatile boolean isRestricted;

    private volatile boolean isClosed;

    WindowMapping(FaultHandler faults, long offset, long length, WindowMode mode) {
        this.core = faults.core;
        this.pmem = core.pmem;
        this.epochs = core.epochs;
        this.faults = faults;
        this.mode = mode;
        this.offset = offset;
        this.length = length;
        this.isRestricted = mode == WindowMode.READ_ONLY;
        this.pages = new PageTable(offset, length);
    }

    /** Returns where the window starts, in bytes from the start of the file. */
    public long offset() {
        return offset;
    }

    /** Returns the window's length in bytes. */
    public long length() {
        return length;
    }

    /** Returns what the window was opened for. */
    public WindowMode mode() {
        return mode;
    }

    /**
     * Permits loads only from now on, as mprotect does: returns when no store admitted before still runs, and every
     * later one throws {@link WindowPermissionException}. There is no way back. Idempotent.
     */
    public void restrict() {
        // Owned, so that no fault that saw the window unrestricted gives permission afterwards.
        faults.locks.invalidate.writeLock().lock();
        try {
            isRestricted = true;
            faults.windows.restrict(this);
        } finally {
            faults.locks.invalidate.writeLock().unlock();
        }
    }

    /**
     * Forgets how the pages that a range touches are mapped, as madvise(DONTNEED) does: the next access faults. Private
     * copies of those pages are gone; other bytes stay, and so does their dirt, which is the file's (D16).
     */
    public void discard(long position, long count) {
        long at = check(position, count);
        if (count == 0) {
            return;
        }
        // Shared is enough: whoever frees blocks owns the lock, and so finds this revoke done and its stores ended.
        faults.locks.invalidate.readLock().lock();
        try {
            requireOpen();
            long first = VolumeLayout.indexOf(at);
            long end = VolumeLayout.indexCount(at + count);
            dropCopies(first, end - first);
            faults.windows.revoke(this, first, end - first);
        } finally {
            faults.locks.invalidate.readLock().unlock();
        }
    }

    /** As {@link DaxFile#fsync(long, long)} for a range of the window; for a private one there is nothing to do. */
    public void fsync(long position, long count) {
        long at = check(position, count);
        requireOpen();
        if (mode != WindowMode.PRIVATE) {
            faults.writeback.fsync(VolumeLayout.indexOf(at), VolumeLayout.indexCount(at + count));
        }
    }

    // The fault handler's and the revoker's side.

    /** Refuses every later fault; called with the file's invalidate lock owned. */
    void markClosed() {
        isClosed = true;
    }

    boolean isClosed() {
        return isClosed;
    }

    /** Refuses a store to a window that permits loads only. */
    void requirePermitsStores() {
        if (isRestricted) {
            throw new WindowPermissionException(
                    "window permits loads only: file=" + faults.inode.name + ", offset=" + offset + ", mode=" + mode);
        }
    }

    void requireOpen() {
        if (isClosed) {
            throw new WindowClosedException("window is closed: file=" + faults.inode.name + ", offset=" + offset);
        }
    }

    /** Makes a copy of a page that this window alone sees; {@code block} holds its bytes now. */
    void copyPage(long index, long block) {
        throw new IllegalStateException("window has no private pages: mode=" + mode);
    }

    /** Forgets private copies of a range of indexes, whose pages are gone. */
    void dropCopies(long first, long count) {}

    /** Returns the arena offset of the block an index translates to for loads, or -1. For the invariant checker. */
    long loadAddress(long index) {
        return pages.translate(VolumeLayout.offsetOf(index), PageTable.PRESENT);
    }

    /** Returns the same for stores. */
    long storeAddress(long index) {
        return pages.translate(VolumeLayout.offsetOf(index), PageTable.WRITABLE);
    }

    /** Marks the lines of a stored range that lies in one block. */
    void mark(long at, int count) {
        pages.mark(at, count);
    }

    /** Marks the lines of what one copy stored, 0 bytes or more of any number of blocks. */
    final void markRun(long at, int count) {
        for (int done = 0; done < count; ) {
            int piece =
                    Math.min(count - done, VolumeLayout.BLOCK_SIZE - (int) (at + done & VolumeLayout.BLOCK_SIZE - 1));
            mark(at + done, piece);
            done += piece;
        }
    }

    /** Returns the file offset of a position after checking that the access lies in the window. */
    final long check(long position, long count) {
        if ((position | count | length - position - count) < 0) {
            throw new IndexOutOfBoundsException(
                    "access outside the window: position=" + position + ", count=" + count + ", length=" + length);
        }
        return offset + position;
    }

    /** Returns how many bytes from {@code at} on lie in its block, at most {@code max}. */
    static int pieceLength(long at, int max) {
        return Math.min(max, VolumeLayout.BLOCK_SIZE - (int) (at & VolumeLayout.BLOCK_SIZE - 1));
    }
}
