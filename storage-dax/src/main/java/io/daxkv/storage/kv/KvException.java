package io.daxkv.storage.kv;

import io.daxkv.storage.pmem.PmemException;

/** The store refuses an operation. The subclass says what its caller or operator can do. */
public class KvException extends PmemException {
    private static final long serialVersionUID = 1L;

    public KvException(String message) {
        super(message);
    }

    public KvException(String message, Throwable cause) {
        super(message, cause);
    }
}
