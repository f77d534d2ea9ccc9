package io.daxkv.storage.pmem;

/**
 * A write-back failed, so what the medium holds is unknown. Final: no retry, no further acknowledgement; the process
 * that serves the store stops (exit 74). Linux marks pages clean after a failed write-back, so a second fsync would
 * succeed and lie.
 */
public final class PersistFailedException extends PmemException {
    private static final long serialVersionUID = 1L;

    public PersistFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
