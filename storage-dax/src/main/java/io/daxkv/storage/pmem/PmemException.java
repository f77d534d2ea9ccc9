package io.daxkv.storage.pmem;

/**
 * Something about the store's bytes that the program cannot decide for its operator. One subclass for each thing an
 * operator must do; the message says what happened, with numbers.
 */
public class PmemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PmemException(String message) {
        super(message);
    }

    public PmemException(String message, Throwable cause) {
        super(message, cause);
    }
}
