package io.daxkv.storage.pmem;

/**
 * The medium under the file, or this JVM, cannot give the persistence that was asked for; the message says what to ask
 * for instead. A program that starts with it exits with 64.
 */
public final class MediumRefusedException extends PmemException {
    private static final long serialVersionUID = 1L;

    MediumRefusedException(String message) {
        super(message);
    }
}
