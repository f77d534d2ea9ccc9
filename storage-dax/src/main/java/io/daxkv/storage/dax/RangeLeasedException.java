package io.daxkv.storage.dax;

/**
 * A range cannot be cloned or moved because the memory behind it is leased: close the {@link RawLease} first. Nothing
 * was changed.
 */
public final class RangeLeasedException extends DaxException {
    private static final long serialVersionUID = 1L;

    public RangeLeasedException(String message) {
        super(message);
    }
}
