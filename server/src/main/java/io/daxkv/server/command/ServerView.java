package io.daxkv.server.command;

import io.daxkv.server.ServerLimits;
import java.util.Map;

/**
 * What commands may see of the server they run in.
 *
 * <p><b>Threads.</b> Safe for use by many threads.
 */
public interface ServerView {

    /** When the reply to a write leaves. */
    enum Durability {
        /** When the write is durable. */
        ALWAYS,
        /** At once; a commit follows within the interval. */
        INTERVAL,
        /** At once. */
        NONE
    }

    Durability durability();

    /** Returns true if what is durable on this medium survives power loss. */
    boolean survivesPowerLoss();

    ServerLimits limits();

    CommandTable table();

    /** Returns the version of this server. */
    String version();

    /** Returns the text of INFO for one section, or for all if it is {@code all}; empty if there is no such section. */
    String info(String section);

    /** Returns the configuration as CONFIG GET shows it, in order. */
    Map<String, String> config();

    /** Returns the lines of CLIENT LIST. */
    String clientList();

    /** Sets the counters of INFO back to zero. */
    void resetStats();

    /** Begins an orderly stop and returns at once. */
    void shutdown();
}
