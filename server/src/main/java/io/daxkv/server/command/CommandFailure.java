package io.daxkv.server.command;

/** Ends a command with an error reply; what it had written is taken back. Carries no stack: it is an answer. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CommandFailure(String text) {
        super(text, null, false, false);
    }
}
