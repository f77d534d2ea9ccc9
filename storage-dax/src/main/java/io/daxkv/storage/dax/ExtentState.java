package io.daxkv.storage.dax;

/** What stands behind a run of file bytes. */
public enum ExtentState {
    /** No block; reads as zero. */
    HOLE,
    /** Blocks with data. */
    MAPPED
}
