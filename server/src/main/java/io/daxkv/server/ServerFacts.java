package io.daxkv.server;

import io.daxkv.server.command.ServerView.Durability;
import io.daxkv.storage.pmem.Medium;
import java.util.Locale;

/**
 * What does not change while a server runs.
 *
 * @param options how it is run
 * @param medium what the store lies on
 * @param port RESP port in use
 * @param adminPort HTTP port in use, -1 = none
 * @param startMs when it started, Unix ms
 */
record ServerFacts(ServerOptions options, Medium medium, int port, int adminPort, long startMs) {
    private static final String UNVERSIONED = "0.1.0-SNAPSHOT";

    /** The level of Redis whose commands and texts this server follows; clients choose features by it. */
    static final String REDIS_VERSION = "7.2.4";

    /** Returns the medium as one word. */
    static String mediumName(Medium medium) {
        String name = medium.granularity().name().toLowerCase(Locale.ROOT).replace('_', '-');
        return medium.emulated() ? name + "-emulated" : name;
    }

    String mediumName() {
        return mediumName(medium);
    }

    String durabilityName() {
        return options.durability().name().toLowerCase(Locale.ROOT);
    }

    /** Returns true if an acknowledged write survives power loss. */
    boolean isDurable() {
        return medium.survivesPowerLoss() && options.durability() == Durability.ALWAYS;
    }

    /** Returns the version of this build. */
    static String version() {
        String version = ServerFacts.class.getPackage().getImplementationVersion();
        return version == null ? UNVERSIONED : version;
    }
}
