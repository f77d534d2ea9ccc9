package io.daxkv.storage.dax;

/**
 * One file's durable facts as this process sees them: where its inode lies, and its size, which fsync makes durable.
 *
 * <p><b>Threads.</b> The size is written under the file's io lock, the durable size under its write-back lock: an fsync
 * that began with a larger size ends before a truncate makes the smaller one durable. Both are read by anybody.
 */
final class Inode {
    final String name;
    final DaxFileKind kind;
    final long offset;

    private final VolumeCore core;
    private volatile long size;
    private volatile long durableSize;
    private volatile boolean isDeleted;

    /** Opens the inode at {@code offset} of the arena, already verified. */
    Inode(VolumeCore core, long offset, String name, DaxFileKind kind) {
        this.core = core;
        this.offset = offset;
        this.name = name;
        this.kind = kind;
        this.size = CheckedWord.load(core.pmem, core.seed, offset + VolumeLayout.INODE_FILE_SIZE);
        this.durableSize = size;
    }

    long size() {
        return size;
    }

    /** Returns the size a crash would leave. */
    long durableSize() {
        return durableSize;
    }

    /** Changes the size; durable at the next {@link #persistSize} of it. */
    void setSize(long newSize) {
        size = newSize;
    }

    /** Refuses a range that reaches beyond the end of the file. */
    void checkInside(long from, long length) {
        if (from + length < 0 || from + length > size) {
            throw new BeyondEndOfFileException(
                    "range reaches beyond the end: offset=" + from + ", length=" + length + ", size=" + size);
        }
    }

    long rootOffset() {
        return offset + VolumeLayout.INODE_ROOT;
    }

    /**
     * Makes a size durable if another is. Called after the drain that covers the bytes up to it: the other way round a
     * crash could show bytes of a longer file that never arrived.
     */
    void persistSize(long newSize) {
        if (newSize != durableSize) {
            // An unlinked file that somebody still maps has no size on the medium any more: a crash ends it.
            if (!isDeleted) {
                storeWord(VolumeLayout.INODE_FILE_SIZE, newSize);
            }
            durableSize = newSize;
        }
    }

    /**
     * Makes another block map and another size the file's in one step as a crash sees it, durably. Called with every
     * lock of the file owned and the new map durable.
     */
    void replaceMap(long root, long newSize) {
        // The size to be is durable before the one word that swaps the map and says that this size counts. From there
        // on whoever opens the volume finishes as is done below.
        storeWord(VolumeLayout.INODE_PENDING_SIZE, newSize);
        storeWord(VolumeLayout.INODE_ROOT, root | MapWord.PENDING);
        core.reached(SyncPoint.LAYOUT_MID_SWITCH);
        finishReplacing(core, offset);
        size = newSize;
        durableSize = newSize;
    }

    /** Finishes what {@link #replaceMap} began before a crash, if it got as far as the root word. */
    static void finishReplacing(VolumeCore core, long offset) {
        long root = CheckedWord.load(core.pmem, core.seed, offset + VolumeLayout.INODE_ROOT);
        if ((root & MapWord.PENDING) != 0) {
            long size = CheckedWord.load(core.pmem, core.seed, offset + VolumeLayout.INODE_PENDING_SIZE);
            storeWord(core, offset + VolumeLayout.INODE_FILE_SIZE, size);
            storeWord(core, offset + VolumeLayout.INODE_ROOT, root & ~MapWord.PENDING);
        }
    }

    private void storeWord(int field, long payload) {
        storeWord(core, offset + field, payload);
    }

    private static void storeWord(VolumeCore core, long wordOffset, long payload) {
        CheckedWord.store(core.pmem, core.seed, wordOffset, payload);
        core.flushAndDrain(wordOffset, Long.BYTES);
    }

    /** Refuses all but windows, pins and leases from now on; called with all locks of the file owned. */
    void markDeleted() {
        isDeleted = true;
    }

    boolean isDeleted() {
        return isDeleted;
    }

    /**
     * Refuses work on a deleted file, whose inode and blocks may be another's. Called under the lock that the work
     * holds.
     */
    void checkExists() {
        if (isDeleted) {
            throw new FileDeletedException("file was deleted: name=" + name);
        }
    }
}
