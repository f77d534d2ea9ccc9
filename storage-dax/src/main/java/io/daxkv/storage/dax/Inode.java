package io.daxkv.storage.dax;

/**
 * One file's durable facts as this process sees them: where its inode lies, and its size, which fsync makes durable.
 *
 * <p><b>Threads.</b> The size is written under the file's io lock and read by anybody.
 */
final class Inode {
    final String name;
    final DaxFileKind kind;
    final long offset;

    private final VolumeCore core;
    private volatile long size;
    private volatile long durableSize;

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

    /** Changes the size; durable at the next {@link #persistSize}. */
    void setSize(long newSize) {
        size = newSize;
    }

    long rootOffset() {
        return offset + VolumeLayout.INODE_ROOT;
    }

    /**
     * Makes the size durable if it changed. Called after the drain that covers the data: the other way round a crash
     * could show bytes of a longer file that never arrived.
     */
    void persistSize() {
        long now = size;
        if (now != durableSize) {
            CheckedWord.store(core.pmem, core.seed, offset + VolumeLayout.INODE_FILE_SIZE, now);
            core.flushAndDrain(offset + VolumeLayout.INODE_FILE_SIZE, Long.BYTES);
            durableSize = now;
        }
    }
}
