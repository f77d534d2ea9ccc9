package io.daxkv.server;

/** The server cannot run as it was asked to; the message says what to change. */
public final class StartRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    StartRefusedException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Returns what the process ends with: one of {@link ExitCode}. */
    public int exitCode() {
        return exitCode;
    }
}
