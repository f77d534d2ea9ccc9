package io.daxkv.server;

/** What the process ends with: the codes of sysexits.h, so that scripts and supervisors can tell causes apart. */
public final class ExitCode {
    public static final int OK = 0;
    /** {@code check} found damage. */
    public static final int CORRUPT = 2;
    /** The command line is wrong, or asks the medium for what it cannot give. */
    public static final int USAGE = 64;
    /** The file is not a store, or a damaged one. */
    public static final int ODD_FILE = 65;
    /** A bug, or a machine that refuses something ordinary. */
    public static final int INTERNAL = 70;
    /** Another process has the store. */
    public static final int LOCKED = 73;
    /** Write-back failed: what the medium holds is unknown. */
    public static final int WRITE_BACK_FAILED = 74;

    private ExitCode() {}
}
