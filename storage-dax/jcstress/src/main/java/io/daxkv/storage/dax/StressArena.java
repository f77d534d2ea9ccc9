package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.PersistenceMode;
import io.daxkv.storage.pmem.Pmem;
import io.daxkv.storage.pmem.PmemArena;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One mapped volume for all states of a forked JVM, with two windows on the same blocks; jcstress makes states by the
 * thousand, so each takes the next line of a file.
 */
final class StressArena {
    private static final long SIZE = 64L << 20;
    private static final int LINES = 1 << 17;
    private static final int LINE = 64;

    /** Made once for a JVM; its files are unlinked, so they go with the process. */
    static final StressArena SHARED = new StressArena();

    final Pmem memory;
    final DaxWindow first;
    final DaxWindow second;
    private final AtomicInteger next = new AtomicInteger();

    private StressArena() {
        try {
            Path shm = Path.of("/dev/shm");
            Path directory = Files.isDirectory(shm)
                    ? Files.createTempDirectory(shm, "stress")
                    : Files.createTempDirectory("stress");
            Path path = directory.resolve("arena");
            memory = PmemArena.create(path, SIZE, PersistenceMode.CLWB_EMULATED).memory();
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        DaxFile file = DaxVolume.format(memory).create("stress", DaxFileKind.ORDINARY);
        long length = (long) LINES * LINE;
        file.allocate(0, length);
        first = file.window(0, length);
        second = file.window(0, length);
        for (long at = 0; at < length; at += VolumeLayout.BLOCK_SIZE) {
            first.putLong(at, 0);
        }
    }

    /** Returns the position of a line that no living state uses, zeroed. */
    int nextLine() {
        int position = (next.getAndIncrement() & LINES - 1) * LINE;
        for (int at = 0; at < LINE; at += Long.BYTES) {
            first.putLong(position + at, 0);
        }
        return position;
    }
}
