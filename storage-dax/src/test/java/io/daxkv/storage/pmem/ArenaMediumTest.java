package io.daxkv.storage.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * On the file systems this machine has, an arena finds out what it lies on and makes it durable by the means that fit.
 *
 * <p>Not covered: persistent memory, unless the temporary directory is on it.
 */
class ArenaMediumTest {
    private static final long SIZE = 1 << 20;
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    @Test
    void memoryFileSystemIsVolatileAndSaysSo() throws IOException {
        inSharedMemory(file -> {
            try (PmemArena arena = PmemArena.create(file, SIZE, PersistenceMode.AUTO)) {
                assertEquals(PersistGranularity.VOLATILE, arena.memory().granularity());
                assertFalse(arena.medium().survivesPowerLoss());
                assertTrue(arena.medium().description().contains("not power loss"));
            }
        });
    }

    @Test
    void memoryFileSystemIsNeitherDiskNorPersistentMemory() throws IOException {
        inSharedMemory(file -> {
            assertThrows(MediumRefusedException.class, () -> PmemArena.create(file, SIZE, PersistenceMode.PAGE));
            assertThrows(MediumRefusedException.class, () -> PmemArena.create(file, SIZE, PersistenceMode.SYNC));
            assertFalse(PmemArena.exists(file), "a refused arena leaves no file");
        });
    }

    @Test
    void emulatedLinesAreFlushedAndCountedOnMemory() throws IOException {
        inSharedMemory(file -> {
            try (PmemArena arena = PmemArena.create(file, SIZE, PersistenceMode.CLWB_EMULATED)) {
                for (int i = 0; i < 20_000; i++) {
                    long offset = i * 40L;
                    arena.memory().putLong(offset, i);
                    arena.memory().flush(offset, Long.BYTES);
                    arena.memory().drain();
                }
                assertEquals(20_000, arena.memory().counters().drainCount());
                assertEquals(20_000, arena.memory().counters().flushedLineCount());
                assertEquals(19_999, arena.memory().getLong(19_999 * 40L));
                assertTrue(arena.medium().emulated());
            }
        });
    }

    @Test
    void diskIsDrainedPageByPageAndAcrossPages(@TempDir Path directory) {
        assumeTrue(!Mount.of(directory).isMemory() && !Mount.of(directory).isRemote(), "needs a disk");
        try (PmemArena arena = PmemArena.create(directory.resolve("arena"), SIZE, PersistenceMode.PAGE)) {
            assertEquals(PersistGranularity.PAGE, arena.medium().granularity());
            arena.memory().putLong(5000, 1);
            arena.memory().persist(5000, Long.BYTES);
            arena.memory().putLong(100, 2);
            arena.memory().flush(100, Long.BYTES);
            arena.memory().putLong(SIZE - 8, 3);
            arena.memory().flush(SIZE - 8, Long.BYTES);
            arena.memory().drain();
            assertEquals(2, arena.memory().counters().drainCount());
        }
    }

    @Test
    void interruptedThreadDrainsAndGrowsAllTheSame(@TempDir Path directory) {
        assumeTrue(!Mount.of(directory).isMemory() && !Mount.of(directory).isRemote(), "needs a disk");
        try (PmemArena arena = PmemArena.create(directory.resolve("arena"), SIZE, PersistenceMode.PAGE)) {
            Thread.currentThread().interrupt();
            arena.memory().putLong(0, 1);
            arena.memory().persist(0, Long.BYTES);
            arena.memory().grow(2 * SIZE);
            assertTrue(Thread.interrupted(), "the interrupt is the caller's to see");
            arena.memory().putLong(2 * SIZE - 8, 2);
            arena.memory().persist(2 * SIZE - 8, Long.BYTES);
        } finally {
            Thread.interrupted();
        }
    }

    /** Takes 3 GiB of memory, hence on request: {@code -Ddaxkv.test.large=true}. */
    @Test
    @EnabledIfSystemProperty(named = "daxkv.test.large", matches = "true")
    void oneSpaceReachesBeyondTwoGibibytes() throws IOException {
        long large = (3L << 30) + 4096;
        inSharedMemory(file -> {
            try (PmemArena arena = PmemArena.create(file, SIZE, PersistenceMode.CLWB_EMULATED)) {
                Pmem memory = arena.memory();
                memory.grow(large);
                memory.putLong((2L << 30) - 4, 0x0102030405060708L);
                memory.copy((2L << 30) - 4, large - 8, 8);
                memory.persist((2L << 30) - 4, large - (2L << 30) + 4);
                assertEquals(0x0102030405060708L, memory.getLong(large - 8));
                memory.zero((1L << 30), large - (1L << 30));
                assertEquals(0, memory.getLong((2L << 30) - 4));
                assertThrows(IndexOutOfBoundsException.class, () -> memory.getByte(large));
            }
        });
    }

    private static void inSharedMemory(Consumer<Path> body) throws IOException {
        assumeTrue(Files.isDirectory(SHARED_MEMORY) && Mount.of(SHARED_MEMORY).isMemory(), "needs /dev/shm");
        Path directory = Files.createTempDirectory(SHARED_MEMORY, "daxkv-test");
        try {
            body.accept(directory.resolve("arena"));
        } finally {
            Files.deleteIfExists(directory.resolve("arena"));
            Files.deleteIfExists(directory.resolve("arena.lock"));
            Files.delete(directory);
        }
    }
}
