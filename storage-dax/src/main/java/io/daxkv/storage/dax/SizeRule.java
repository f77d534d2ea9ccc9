package io.daxkv.storage.dax;

/** What an operation that reaches beyond the end of a file does to the end. */
public enum SizeRule {
    /** The end moves to the end of the range. */
    EXTEND,
    /**
     * The end stays. Blocks beyond it are a promise to this process only: the next opening of the volume gives them
     * back, as it does with what a crash left there.
     */
    KEEP
}
