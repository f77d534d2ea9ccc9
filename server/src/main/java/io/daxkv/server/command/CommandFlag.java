package io.daxkv.server.command;

import java.util.Locale;

/** What COMMAND tells clients about a command. */
public enum CommandFlag {
    WRITE,
    READONLY,
    DENYOOM,
    ADMIN,
    FAST,
    BLOCKING,
    NOSCRIPT,
    LOADING,
    STALE;

    /** Returns the name on the wire. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
