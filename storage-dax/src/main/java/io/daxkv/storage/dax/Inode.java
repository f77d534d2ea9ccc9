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
                CheckedWord.store(core.pmem, core.seed, offset + VolumeLayout.INODE_FILE_SIZE, newSize);
                core.flushAndDrain(offset + VolumeLayout.INODE_FILE_SIZE, Long.BYTES);
            }
            durableSize = newSize;
        }
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
