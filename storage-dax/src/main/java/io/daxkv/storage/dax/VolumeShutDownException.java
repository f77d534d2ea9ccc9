package io.daxkv.storage.dax;

/** The volume was shut down, by close or by a failed write-back, and takes no further stores. */
public final class VolumeShutDownException extends DaxException {
    private static final long serialVersionUID = 1L;

    public VolumeShutDownException(String message) {
        super(message);
    }
}
