package io.daxkv.storage.kv;

/** No room for the record, even after cleaning. Nothing was changed; reads and deletes go on. */
public final class StoreFullException extends KvException {
    private static final long serialVersionUID = 1L;

    public StoreFullException(String message) {
        super(message);
    }
}
