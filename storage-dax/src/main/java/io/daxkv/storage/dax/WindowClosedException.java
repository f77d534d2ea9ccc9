package io.daxkv.storage.dax;

/** A window was used after it was closed, or after its file was deleted. */
public final class WindowClosedException extends DaxException {
    private static final long serialVersionUID = 1L;

    public WindowClosedException(String message) {
        super(message);
    }
}
