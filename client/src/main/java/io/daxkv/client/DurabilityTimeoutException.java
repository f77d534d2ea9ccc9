package io.daxkv.client;

/** The log was not durable up to the LSN in the time given. It may become so later: waiting again is harmless. */
public final class DurabilityTimeoutException extends DaxkvException {
    private static final long serialVersionUID = 1L;

    public DurabilityTimeoutException(String message, Throwable cause) {
        super(message, cause);
    }
}
