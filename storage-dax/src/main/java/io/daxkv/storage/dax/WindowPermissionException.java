package io.daxkv.storage.dax;

/** A store to a window that permits loads only. */
public final class WindowPermissionException extends DaxException {
    private static final long serialVersionUID = 1L;

    public WindowPermissionException(String message) {
        super(message);
    }
}
