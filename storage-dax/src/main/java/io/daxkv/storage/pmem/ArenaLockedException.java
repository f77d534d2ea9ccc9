package io.daxkv.storage.pmem;

/** Another process, or this one, has the arena open. A program that starts with it exits with 73. */
public final class ArenaLockedException extends PmemException {
    private static final long serialVersionUID = 1L;

    ArenaLockedException(String message) {
        super(message);
    }
}
