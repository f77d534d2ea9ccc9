package io.daxkv.server.command;

/** What a command's reply waits for. */
public enum DurabilityClass {
    /** It reveals nothing of the store. */
    FREE,
    /** It waits for the newest write it reveals. */
    READ,
    /** It waits for its own write. */
    WRITE,
    /** It is about waiting. */
    WAIT
}
