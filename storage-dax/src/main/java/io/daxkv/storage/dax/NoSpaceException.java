package io.daxkv.storage.dax;

/** The volume has no free block for the request. Nothing was changed: free space or grow, then try again. */
public final class NoSpaceException extends DaxException {
    private static final long serialVersionUID = 1L;

    public NoSpaceException(String message) {
        super(message);
    }
}
