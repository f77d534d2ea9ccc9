package io.daxkv.storage.dax;

/**
 * Bytes of the volume's own metadata do not verify, and no crash could have left them so. An operating error: the
 * medium decayed or the file was edited. Nothing was changed.
 */
public final class VolumeCorruptException extends DaxException {
    private static final long serialVersionUID = 1L;

    public VolumeCorruptException(String message) {
        super(message);
    }
}
