package io.daxkv.client;

/** The server answered a command with an error: its text is the message. The command changed nothing. */
public final class CommandRefusedException extends DaxkvException {
    private static final long serialVersionUID = 1L;

    public CommandRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
