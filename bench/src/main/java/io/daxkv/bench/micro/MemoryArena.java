package io.daxkv.bench.micro;

import io.daxkv.storage.dax.DaxVolume;
import io.daxkv.storage.pmem.PersistenceMode;
import io.daxkv.storage.pmem.Pmem;
import io.daxkv.storage.pmem.PmemArena;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An arena on tmpfs that is written back line by line, with an empty volume, in a directory of its own that
 * {@link #close} deletes.
 */
final class MemoryArena implements AutoCloseable {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private final PmemArena arena;
    private final DaxVolume volume;

    MemoryArena(long size) throws IOException {
        Path directory = Files.isDirectory(SHARED_MEMORY)
                ? Files.createTempDirectory(SHARED_MEMORY, "daxkv-micro")
                : Files.createTempDirectory("daxkv-micro");
        arena = PmemArena.create(directory.resolve("micro.pmem"), size, PersistenceMode.CLWB_EMULATED);
        unlink(directory);
        volume = DaxVolume.format(arena.memory());
    }

    Pmem memory() {
        return arena.memory();
    }

    DaxVolume volume() {
        return volume;
    }

    private static void unlink(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    @Override
    public void close() {
        volume.close();
        arena.close();
    }
}
