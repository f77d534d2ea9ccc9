package io.daxkv.storage.kv;

/**
 * A commit failed earlier, so what the medium holds is unknown and nothing more is accepted or acknowledged. Final
 * until the process is restarted; reads may go on.
 */
public final class StoreFailedException extends KvException {
    private static final long serialVersionUID = 1L;

    public StoreFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
