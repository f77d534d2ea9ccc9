package io.daxkv.storage.kv;

/**
 * A record the index points at does not verify: the medium decayed under a running store. The read gets this instead of
 * wrong bytes; other keys are not concerned.
 */
public final class RecordCorruptException extends KvException {
    private static final long serialVersionUID = 1L;

    public RecordCorruptException(String message) {
        super(message);
    }
}
