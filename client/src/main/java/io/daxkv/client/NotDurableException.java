package io.daxkv.client;

/**
 * The server cannot promise the durability this call asked for, so it did nothing. Ask for less, or give the server a
 * medium that survives power loss.
 */
public final class NotDurableException extends DaxkvException {
    private static final long serialVersionUID = 1L;

    public NotDurableException(String message, Throwable cause) {
        super(message, cause);
    }
}
