package io.daxkv.storage.pmem;

import net.openhft.posix.PosixAPI;

/** The system calls of this package. */
final class Posix {
    static final PosixAPI API = PosixAPI.posix();

    static {
        // The first look at the error number loads libraries, whose own failures would stand in its place.
        API.lastError();
    }

    private Posix() {}
}
