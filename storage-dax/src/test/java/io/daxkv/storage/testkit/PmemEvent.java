package io.daxkv.storage.testkit;

/**
 * One thing that happened, or is about to happen, to a {@link RecordingPmem}.
 *
 * @param kind what
 * @param offset first byte, from the start of the space; 0 for drains
 * @param length bytes; 0 for drains, the new size for {@link Kind#GROWN}
 */
public record PmemEvent(Kind kind, long offset, long length) {
    /** What happened. */
    public enum Kind {
        /** Bytes were stored. */
        STORED,
        /** A range was flushed. */
        FLUSHED,
        /** A drain is about to take effect: the instant at which most can still be lost. */
        DRAINING,
        /** A drain has taken effect. */
        DRAINED,
        /** The space became larger. */
        GROWN
    }
}
