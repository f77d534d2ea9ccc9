package io.daxkv.storage.kv;

/**
 * A sealed segment holds bytes that no crash could have left there, so recovery stops instead of guessing. An operating
 * error: the medium decayed, or the file was edited. A torn tail is neither: a crash leaves one, and recovery drops it.
 */
public final class SegmentCorruptException extends KvException {
    private static final long serialVersionUID = 1L;

    public SegmentCorruptException(String message) {
        super(message);
    }
}
