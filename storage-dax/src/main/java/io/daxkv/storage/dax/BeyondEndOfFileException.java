package io.daxkv.storage.dax;

/** A window touched a page that lies wholly beyond the end of its file: what a mapped file answers with SIGBUS. */
public final class BeyondEndOfFileException extends DaxException {
    private static final long serialVersionUID = 1L;

    public BeyondEndOfFileException(String message) {
        super(message);
    }
}
