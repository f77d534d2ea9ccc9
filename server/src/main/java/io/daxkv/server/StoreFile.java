package io.daxkv.server;

import io.daxkv.server.command.ServerView.Durability;
import io.daxkv.storage.dax.DaxVolume;
import io.daxkv.storage.kv.KvOptions;
import io.daxkv.storage.kv.KvStore;
import io.daxkv.storage.pmem.PersistenceMode;
import io.daxkv.storage.pmem.PmemArena;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The three layers under a server, opened in order and closed in the other.
 *
 * @param arena the mapped file, locked
 * @param volume the files in it
 * @param store the keys in those
 */
record StoreFile(PmemArena arena, DaxVolume volume, KvStore store) implements AutoCloseable {

    /** Opens the options' file, or makes it. */
    static StoreFile open(ServerOptions options, KvOptions kvOptions) {
        boolean isNew = !PmemArena.exists(options.file());
        if (isNew) {
            makeDirectory(options.file());
        }
        PmemArena arena = isNew
                ? PmemArena.create(options.file(), options.size(), options.persistence())
                : PmemArena.open(options.file(), options.persistence());
        try {
            checkPromise(options, arena);
            return over(arena, kvOptions);
        } catch (RuntimeException e) {
            arena.close();
            if (isNew) {
                forget(options.file());
            }
            throw e;
        }
    }

    /** Opens what an arena holds; an arena of zeroes becomes an empty store. */
    static StoreFile over(PmemArena arena, KvOptions kvOptions) {
        DaxVolume volume = DaxVolume.openOrFormat(arena.memory());
        try {
            return new StoreFile(arena, volume, KvStore.open(volume, kvOptions));
        } catch (RuntimeException e) {
            volume.close();
            throw e;
        }
    }

    /** Commits and closes. Not after a failed write-back: then nothing may be written any more. */
    @Override
    public void close() {
        try {
            store.close();
        } finally {
            closeVolume();
        }
    }

    private void closeVolume() {
        try {
            volume.close();
        } finally {
            arena.close();
        }
    }

    private static void checkPromise(ServerOptions options, PmemArena arena) {
        boolean isPromised = options.durability() != Durability.NONE;
        boolean isKept = arena.medium().survivesPowerLoss();
        if (isPromised && !isKept && options.persistence() == PersistenceMode.AUTO) {
            throw new StartRefusedException(
                    ExitCode.USAGE,
                    "medium does not survive power loss: file=" + options.file()
                            + ", medium=" + arena.medium().description() + ", durability="
                            + options.durability().name().toLowerCase(Locale.ROOT)
                            + "; choose a --file on a disk or on persistent memory, or accept the loss with"
                            + " --persistence=volatile, or --persistence=clwb-emulated to measure");
        }
    }

    /** Removes a file that was made a moment ago and never held a store, so that the next try may differ. */
    private static void forget(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the unused file: file=" + file, e);
        }
    }

    private static void makeDirectory(Path file) {
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the directory: file=" + file, e);
        }
    }
}
