package io.daxkv.storage.pmem;

/**
 * The backing file is not one this program may use: missing, already there, a symbolic link, open to other users, of an
 * impossible length. The file is left as it was found. A program that starts with it exits with 65.
 */
public final class ArenaFileException extends PmemException {
    private static final long serialVersionUID = 1L;

    ArenaFileException(String message) {
        super(message);
    }

    ArenaFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
