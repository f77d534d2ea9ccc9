package io.daxkv.client;

import java.util.Locale;

/** What an acknowledged write survives. Asked for by each call; the server grants it or refuses the call. */
public enum Durability {
    /** Power loss: the reply is sent once the write is durable on a medium that survives it. */
    POWER,
    /** The end of the server process: appended to the log, not yet durable. */
    PROCESS,
    /** Nothing: the reply says only that the write was carried out. */
    NONE;

    /** Returns the name the protocol uses. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
