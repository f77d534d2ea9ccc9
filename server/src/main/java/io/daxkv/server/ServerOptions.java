package io.daxkv.server;

import io.daxkv.server.command.ServerView.Durability;
import io.daxkv.storage.pmem.PersistenceMode;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How a server is run; the command line's options, and what tests and tools change of the {@link #defaults()}.
 *
 * @param bind address to listen on
 * @param port RESP port; 0 picks a free one
 * @param adminPort HTTP port for operators, on loopback; 0 picks a free one, -1 = none
 * @param isProtected true if only this machine may connect
 * @param loopCount event loops
 * @param file the store's file; made if absent
 * @param size bytes of a new file
 * @param persistence what is asked of the medium
 * @param durability when replies to writes leave
 * @param interval how often a commit happens under {@link Durability#INTERVAL}
 * @param limits what one client may cost
 */
public record ServerOptions(
        String bind,
        int port,
        int adminPort,
        boolean isProtected,
        int loopCount,
        Path file,
        long size,
        PersistenceMode persistence,
        Durability durability,
        Duration interval,
        ServerLimits limits) {

    public static final int DEFAULT_PORT = 6379;
    public static final int DEFAULT_ADMIN_PORT = 9121;

    /** Returns the defaults: loopback, {@code data/daxkv.pmem}, durable before the reply. */
    public static ServerOptions defaults() {
        return new ServerOptions(
                "127.0.0.1",
                DEFAULT_PORT,
                DEFAULT_ADMIN_PORT,
                true,
                Runtime.getRuntime().availableProcessors(),
                Path.of("data", "daxkv.pmem"),
                1L << 30,
                PersistenceMode.AUTO,
                Durability.ALWAYS,
                Duration.ofMillis(100),
                ServerLimits.defaults());
    }

    /** Returns the same options on other ports. */
    public ServerOptions withPorts(int newPort, int newAdminPort) {
        return new ServerOptions(
                bind,
                newPort,
                newAdminPort,
                isProtected,
                loopCount,
                file,
                size,
                persistence,
                durability,
                interval,
                limits);
    }

    /** Returns the same options for another address. */
    public ServerOptions withBind(String newBind, boolean newIsProtected) {
        return new ServerOptions(
                newBind,
                port,
                adminPort,
                newIsProtected,
                loopCount,
                file,
                size,
                persistence,
                durability,
                interval,
                limits);
    }

    /** Returns the same options for another file. */
    public ServerOptions withFile(Path newFile, long newSize, PersistenceMode newPersistence) {
        return new ServerOptions(
                bind,
                port,
                adminPort,
                isProtected,
                loopCount,
                newFile,
                newSize,
                newPersistence,
                durability,
                interval,
                limits);
    }

    /** Returns the same options with another durability. */
    public ServerOptions withDurability(Durability newDurability, Duration newInterval) {
        return new ServerOptions(
                bind,
                port,
                adminPort,
                isProtected,
                loopCount,
                file,
                size,
                persistence,
                newDurability,
                newInterval,
                limits);
    }

    /** Returns the same options with other limits and loops. */
    public ServerOptions withLimits(ServerLimits newLimits, int newLoopCount) {
        return new ServerOptions(
                bind,
                port,
                adminPort,
                isProtected,
                newLoopCount,
                file,
                size,
                persistence,
                durability,
                interval,
                newLimits);
    }
}
