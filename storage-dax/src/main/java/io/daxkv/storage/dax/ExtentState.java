package io.daxkv.storage.dax;

/** What stands behind a run of file bytes. */
public enum ExtentState {
    /** No block; reads as zero. */
    HOLE,
    /** Blocks without data; reads as zero, and a write needs no space. */
    UNWRITTEN,
    /** Blocks with data, the file's own. */
    MAPPED,
    /** Blocks with data that stand in another place or file too; a write copies them first. */
    SHARED
}
