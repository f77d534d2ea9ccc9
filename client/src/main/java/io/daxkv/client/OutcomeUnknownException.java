package io.daxkv.client;

/**
 * No reply came: the connection broke or the time was up. The write may have been carried out, entirely, or not at all.
 * Read before writing again, unless writing twice does no harm; the client never sends a command a second time.
 */
public final class OutcomeUnknownException extends DaxkvException {
    private static final long serialVersionUID = 1L;

    public OutcomeUnknownException(String message, Throwable cause) {
        super(message, cause);
    }
}
