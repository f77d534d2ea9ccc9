package io.daxkv.storage.dax;

/** What a {@link DaxWindow} lets its user do, and how its stores are tracked. */
public enum WindowMode {
    /** Loads only; a store throws {@link WindowPermissionException} (M12). */
    READ_ONLY,

    /** Each store marks its lines after its last byte; the window is never write-protected. The default. */
    TRACKED,

    /**
     * As the kernel does it: the write fault marks the whole entry dirty and then gives permission, stores mark
     * nothing, and write-back takes the permission away again before it flushes (D2, D3, D4). Cheaper to store to,
     * dearer to fsync: every line of each page stored to is flushed.
     */
    PROTECTED,

    /**
     * Tracked, and while a page is writable its block and the size that reaches it are already durable (D15), so
     * {@link DaxWindow#persist} alone makes a store survive; the kernel's MAP_SYNC.
     */
    SYNC,

    /**
     * Stores go to copies of the pages in memory that nobody else sees and that no crash survives (M11); the file is
     * never touched.
     */
    PRIVATE;

    /** Returns true if a store changes the file. */
    boolean storesToFile() {
        return this != READ_ONLY && this != PRIVATE;
    }
}
