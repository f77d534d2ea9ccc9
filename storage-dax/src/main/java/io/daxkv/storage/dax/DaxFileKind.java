package io.daxkv.storage.dax;

/** What a reader may expect of bytes nobody has written yet. */
public enum DaxFileKind {
    /** Bytes never written read as zero, like any file: a new block is zeroed, durably, before it is reachable. */
    ORDINARY,
    /**
     * Every byte is verified by its reader's own checksum, so new blocks keep what they held before. Saves writing each
     * block of a log twice; such a file must never be shown to a user byte by byte.
     */
    SELF_CERTIFYING
}
