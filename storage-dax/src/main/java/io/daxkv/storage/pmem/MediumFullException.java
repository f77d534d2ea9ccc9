package io.daxkv.storage.pmem;

/**
 * The medium has no room for the arena at the length asked for. Nothing is left behind: a file being created is gone, a
 * file being grown has its old length.
 */
public final class MediumFullException extends PmemException {
    private static final long serialVersionUID = 1L;

    MediumFullException(String message) {
        super(message);
    }

    MediumFullException(String message, Throwable cause) {
        super(message, cause);
    }
}
