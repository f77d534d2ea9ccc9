package io.daxkv.storage.dax;

/** A number an operation of the model test carries; its name in the log is the constant's in lower case. */
enum ModelArg {
    /** Number of a file. */
    FILE,
    /** Number of the file something comes from. */
    SOURCE,
    /** Number of a window. */
    WINDOW,
    /** Bytes from the start of the file; an access through a window takes it modulo the window's length. */
    OFFSET,
    /** Bytes; clipped to the file, the window or the profile where the operation asks for that. */
    LENGTH,
    /** As OFFSET, of the other file or window. */
    FROM,
    /** Blocks from the start of the file. */
    BLOCK,
    /** A number of blocks. */
    BLOCKS,
    /** As BLOCK, of the other file. */
    FROM_BLOCK,
    /** Which way to do it, where there are several. */
    VARIANT,
    /** Window mode, by number. */
    MODE,
    /** Sync point, by number among those at which another operation may run. */
    POINT,
    /** Passes by the sync point, or events of the medium, to let go first. */
    NTH,
    /** What a crash keeps: 0 nothing, 1 everything, else each atom by chance. */
    IMAGE,
    /** What chance draws from. */
    SEED;

    String key() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
