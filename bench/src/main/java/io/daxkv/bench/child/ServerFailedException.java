package io.daxkv.bench.child;

/** The server under test did not start, or ended by itself. Its last lines are in the message. */
public final class ServerFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ServerFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
