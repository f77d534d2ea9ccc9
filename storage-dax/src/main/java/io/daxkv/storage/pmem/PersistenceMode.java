package io.daxkv.storage.pmem;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What an operator asks of the medium under an arena. */
public enum PersistenceMode {
    /** The strongest that the medium can give. */
    AUTO,
    /** Persistent memory, or refuse to start. */
    SYNC,
    /**
     * Cache-line write-back on any file: costs what persistent memory costs, survives only the process. For measuring.
     */
    CLWB_EMULATED,
    /** An ordinary file on a disk, made durable by system calls. */
    PAGE,
    /** Any file, and everything is lost with the power. */
    VOLATILE;

    /** Returns the mode's name as options and reports spell it, such as {@code clwb-emulated}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Returns the mode that {@link #toString} spells as {@code text}; case does not matter.
     *
     * @throws IllegalArgumentException if there is none; the message lists all
     */
    public static PersistenceMode parse(String text) {
        return Arrays.stream(values())
                .filter(mode -> mode.toString().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown persistence mode: mode=" + text + ", known="
                        + Arrays.stream(values()).map(Object::toString).collect(Collectors.joining("|"))));
    }
}
