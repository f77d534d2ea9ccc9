package io.daxkv.storage.dax;

/** A file was used after it was deleted: its blocks may be another file's by now. Open it by name again. */
public final class FileDeletedException extends DaxException {
    private static final long serialVersionUID = 1L;

    public FileDeletedException(String message) {
        super(message);
    }
}
