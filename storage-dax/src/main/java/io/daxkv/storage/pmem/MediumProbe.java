package io.daxkv.storage.pmem;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Decides what an arena's file lies on, and whether that is enough for the {@link PersistenceMode} asked for.
 * Granularity is never guessed: persistent memory is what accepts a synchronous mapping, and everything else is named
 * by the kernel.
 *
 * <pre>
 *   found \ asked       auto        sync        clwb-emulated  page     volatile
 *   MAP_SYNC accepted   CACHE_LINE  CACHE_LINE  emulated       PAGE     VOLATILE   (BYTE if caches persist)
 *   disk                PAGE        refused     emulated       PAGE     VOLATILE
 *   tmpfs, ramfs        VOLATILE    refused     emulated       refused  VOLATILE
 *   overlay, volatile   VOLATILE    refused     emulated       refused  VOLATILE
 *   remote, FUSE        refused     refused     emulated       refused  VOLATILE
 * </pre>
 */
record MediumProbe(Mount mount, boolean isSync, boolean isCachePersistent) {
    private static final Path REGIONS = Path.of("/sys/bus/nd/devices");

    /** Looks at an open file. */
    static MediumProbe of(ArenaFile file) {
        boolean isSync = MappedRange.acceptsSync(file.descriptor());
        return new MediumProbe(Mount.of(file.path()), isSync, isSync && isCachePersistent(REGIONS));
    }

    /**
     * Returns whether the platform flushes its caches when power fails. Every region must say so, for nothing tells
     * which one holds our file.
     */
    static boolean isCachePersistent(Path regions) {
        int count = 0;
        if (!Files.isDirectory(regions)) {
            return false;
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(regions, "region*")) {
            for (Path region : found) {
                Path domain = region.resolve("persistence_domain");
                if (!Files.isReadable(domain)
                        || !Files.readString(domain).strip().equals("cpu_cache")) {
                    return false;
                }
                count++;
            }
        } catch (IOException e) {
            // The stronger claim needs proof; without it every line is flushed, which is right on any platform.
            return false;
        }
        return count > 0;
    }

    /**
     * Returns the medium for {@code mode}.
     *
     * @throws MediumRefusedException if it cannot give that
     */
    Medium medium(PersistenceMode mode) {
        return switch (mode) {
            case AUTO -> auto();
            case SYNC -> sync();
            case PAGE -> page();
            case VOLATILE -> forgetful("asked for");
            case CLWB_EMULATED ->
                new Medium(
                        PersistGranularity.CACHE_LINE,
                        true,
                        false,
                        "emulated persistent memory on " + mount.type()
                                + ": lines are written back to DRAM; survives a killed process, not power loss");
        };
    }

    private Medium auto() {
        if (isSync) {
            return sync();
        }
        return mount.isMemory() || mount.isVolatileOverlay() ? forgetful("the file system keeps nothing") : page();
    }

    private Medium sync() {
        if (!isSync) {
            throw new MediumRefusedException("no persistent memory here: asked=sync, filesystem=" + mount.type()
                    + ", cause=the file system does not accept MAP_SYNC; put the file on a DAX-mounted file system, or"
                    + " ask for " + (mount.isMemory() ? "volatile" : "page") + " (clwb-emulated to measure)");
        }
        return isCachePersistent
                ? new Medium(
                        PersistGranularity.BYTE,
                        false,
                        true,
                        "persistent memory on " + mount.type()
                                + " with persistent caches: one fence per commit; survives power loss")
                : new Medium(
                        PersistGranularity.CACHE_LINE,
                        false,
                        true,
                        "persistent memory on " + mount.type()
                                + ": write-back per line, one fence per commit; survives power loss");
    }

    private Medium page() {
        if (mount.isMemory() || mount.isVolatileOverlay()) {
            throw new MediumRefusedException("no disk here: asked=page, filesystem=" + mount.type()
                    + ", cause=it keeps nothing over a power loss; put the file on a disk, or ask for volatile");
        }
        if (mount.isRemote()) {
            throw new MediumRefusedException("not a local file system: filesystem=" + mount.type()
                    + ", cause=what a sync means is decided elsewhere; put the file on a local disk, or ask for"
                    + " volatile");
        }
        return new Medium(
                PersistGranularity.PAGE,
                false,
                true,
                "ordinary file on " + mount.type()
                        + ": pages are synced per commit; survives power loss if the device honours flushes");
    }

    private Medium forgetful(String why) {
        return new Medium(
                PersistGranularity.VOLATILE,
                false,
                false,
                "volatile file on " + mount.type() + " (" + why + "): survives a killed process, not power loss");
    }
}
