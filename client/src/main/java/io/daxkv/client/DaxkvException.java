package io.daxkv.client;

/** The server or the connection refused a call. The subclass says what its caller can do. */
public class DaxkvException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DaxkvException(String message, Throwable cause) {
        super(message, cause);
    }
}
