package io.daxkv.storage.pmem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An arena keeps its bytes from one opening to the next, has one owner, grows under its readers, and refuses every file
 * that is not its own without touching it.
 */
class PmemArenaTest {
    private static final long SIZE = 1 << 20;

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("arena.dax");
    }

    @Test
    void createdArenaIsZeroAndFullyAllocated() throws IOException {
        try (PmemArena arena = create()) {
            assertEquals(SIZE, arena.memory().size());
            assertEquals(SIZE, Files.size(file));
            assertArrayEquals(new byte[(int) SIZE], Files.readAllBytes(file));
            assertFalse(arena.medium().survivesPowerLoss());
            assertTrue(PmemArena.exists(file));
        }
    }

    @Test
    void bytesAreThereAtTheNextOpening() {
        try (PmemArena arena = create()) {
            arena.memory().putLong(SIZE - 8, 42);
            arena.memory().grow(2 * SIZE);
            arena.memory().putLong(2 * SIZE - 8, 43);
        }
        try (PmemArena arena = open()) {
            assertEquals(2 * SIZE, arena.memory().size());
            assertEquals(42, arena.memory().getLong(SIZE - 8));
            assertEquals(43, arena.memory().getLong(2 * SIZE - 8));
        }
    }

    @Test
    void sizesAreRoundedUpToPages() throws IOException {
        try (PmemArena arena = PmemArena.create(file, 20_000, PersistenceMode.VOLATILE)) {
            assertEquals(20_480, arena.memory().size());
            arena.memory().grow(20_481);
            assertEquals(24_576, arena.memory().size());
            assertEquals(24_576, Files.size(file));
        }
    }

    @Test
    void growingMovesNothingUnderItsReaders() {
        try (PmemArena arena = create()) {
            arena.memory().putLong(4096, 7);
            AtomicBoolean isDone = new AtomicBoolean();
            CompletableFuture<Long> reads = CompletableFuture.supplyAsync(() -> {
                long count = 0;
                do {
                    assertEquals(7, arena.memory().getLongAcquire(4096));
                    count++;
                } while (!isDone.get());
                return count;
            });
            for (int i = 2; i <= 16; i++) {
                arena.memory().grow(i * SIZE);
                arena.memory().putLong(i * SIZE - 8, i);
            }
            isDone.set(true);
            assertTrue(reads.join() > 0);
            assertEquals(16, arena.memory().getLong(16 * SIZE - 8));
        }
    }

    @Test
    void closedArenaRefusesAccessAndClosesAgain() {
        PmemArena arena = create();
        arena.close();
        arena.close();
        assertThrows(IndexOutOfBoundsException.class, () -> arena.memory().getLong(0));
        assertThrows(IllegalStateException.class, () -> arena.memory().grow(4 * SIZE));
    }

    // One owner.

    @Test
    void secondOpenInThisProcessIsRefusedAndHarmless() throws Exception {
        PmemArena arena = create();
        ArenaLockedException refused = assertThrows(ArenaLockedException.class, this::open);
        assertTrue(refused.getMessage().startsWith("open in this process already: file=" + file), refused::getMessage);
        // Had the refusal opened and closed a descriptor, the kernel would have dropped our locks.
        assertTrue(child("open").startsWith("ArenaLockedException"), "the lock survives the refusal");
        arena.close();
        assertDoesNotThrow(() -> open().close());
    }

    @Test
    void secondProcessIsRefusedByNameAndPid() throws Exception {
        try (PmemArena arena = create()) {
            String refusal = child("open");
            assertTrue(refusal.startsWith("ArenaLockedException: open in another process: file=" + file), refusal);
            assertTrue(refusal.endsWith("pid=" + ProcessHandle.current().pid()), refusal);
            assertEquals(SIZE, arena.memory().size());
        }
        assertEquals("ok", child("open"));
    }

    @Test
    void deletedLockFileLetsNobodyIn() throws Exception {
        try (PmemArena arena = create()) {
            Files.delete(directory.resolve("arena.dax.lock"));
            String refusal = child("open");
            assertTrue(refusal.contains("its lock file was deleted"), refusal);
            assertEquals(SIZE, arena.memory().size());
        }
    }

    @Test
    void anotherNameLetsNobodyIn() throws IOException {
        Path link = directory.resolve("link");
        try (PmemArena arena = create()) {
            Files.createLink(link, file);
            assertThrows(ArenaLockedException.class, () -> PmemArena.open(link, PersistenceMode.VOLATILE));
            Path alias = Files.createSymbolicLink(directory.resolve("alias"), directory);
            assertThrows(
                    ArenaLockedException.class,
                    () -> PmemArena.open(alias.resolve("arena.dax"), PersistenceMode.VOLATILE));
            assertEquals(SIZE, arena.memory().size());
        }
    }

    // Odd files.

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 4096, 12_288, SIZE - 1, SIZE + 1})
    void oddLengthIsRefusedAndLeftAsItWas(long size) throws IOException {
        ownFile(size);
        ArenaFileException refused = assertThrows(ArenaFileException.class, this::open);
        assertTrue(refused.getMessage().contains("size=" + size), refused::getMessage);
        assertEquals(size, Files.size(file));
        ownFile(SIZE);
        assertDoesNotThrow(() -> open().close());
    }

    @Test
    void whatIsNoRegularFileIsRefused() throws IOException {
        assertThrows(ArenaFileException.class, this::open);
        assertFalse(Files.exists(directory.resolve("arena.dax.lock")), "no lock beside a file that is not there");
        Files.createDirectory(file);
        assertTrue(message().contains("kind=directory"), this::message);
        Files.delete(file);
        Path target = Files.write(directory.resolve("target"), new byte[(int) SIZE]);
        Files.createSymbolicLink(file, target);
        assertTrue(message().contains("kind=symbolic link"), this::message);
        assertThrows(ArenaFileException.class, this::create);
        assertEquals(SIZE, Files.size(target));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx------"})
    void fileThatOthersMayUseIsRefused(String permissions) throws IOException {
        ownFile(SIZE);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        assertTrue(message().contains("permissions=" + permissions + ", wanted=rw-------"), this::message);
    }

    @Test
    void existingFileIsNeverCreatedOver() throws IOException {
        Files.writeString(file, "precious");
        assertThrows(ArenaFileException.class, this::create);
        assertEquals("precious", Files.readString(file));
    }

    @Test
    void missingDirectoryIsNamed() {
        file = directory.resolve("absent").resolve("arena.dax");
        ArenaFileException refused = assertThrows(ArenaFileException.class, this::create);
        assertEquals("no such directory: directory=" + directory.resolve("absent"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"umask 0;", "umask 777;"})
    void permissionsDoNotDependOnTheUmask(String umask) throws Exception {
        assertEquals("ok", ArenaChild.run(umask, "create", file, SIZE));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    // Room.

    @Test
    void moreThanTheMediumHasIsRefusedAndLeavesNothing() {
        MediumFullException full = assertThrows(
                MediumFullException.class, () -> PmemArena.create(file, 1L << 50, PersistenceMode.VOLATILE));
        assertTrue(full.getMessage().contains("wanted=" + (1L << 50)), full::getMessage);
        assertFalse(Files.exists(file));
        assertDoesNotThrow(() -> create().close());
    }

    @Test
    void growthThatDoesNotFitChangesNothing() throws IOException {
        try (PmemArena arena = create()) {
            assertThrows(MediumFullException.class, () -> arena.memory().grow(1L << 39));
            assertEquals(SIZE, arena.memory().size());
            assertEquals(SIZE, Files.size(file));
            assertThrows(PmemException.class, () -> arena.memory().grow(1L << 45));
            arena.memory().grow(2 * SIZE);
            assertEquals(2 * SIZE, Files.size(file));
        }
    }

    /**
     * A limit on file length stands in for a full disk: it fails inside the allocation, after all that can be asked.
     */
    @Test
    void allocationThatFailsHalfWayRemovesTheFile() throws Exception {
        String result = ArenaChild.run("ulimit -f 512;", "create", file, SIZE);
        assertTrue(result.startsWith("MediumFullException: no room: file=" + file), result);
        assertFalse(Files.exists(file));
    }

    @Test
    void holesAreFilledBeforeAnythingIsMapped() throws IOException {
        ownFile(8 * SIZE);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.seek(3 * SIZE);
            sparse.writeLong(-1);
        }
        open().close();
        try (ArenaFile opened = ArenaFile.open(file)) {
            assertFalse(opened.hasHole());
        }
        try (PmemArena arena = open()) {
            assertEquals(-1, arena.memory().getLong(3 * SIZE));
        }
    }

    @Test
    void holeIsSeenAsOne() throws IOException {
        ownFile(8 * SIZE);
        try (ArenaFile opened = ArenaFile.open(file)) {
            assertTrue(opened.hasHole());
        }
    }

    private PmemArena create() {
        return PmemArena.create(file, SIZE, PersistenceMode.VOLATILE);
    }

    private PmemArena open() {
        return PmemArena.open(file, PersistenceMode.VOLATILE);
    }

    private String message() {
        return assertThrows(ArenaFileException.class, this::open).getMessage();
    }

    private String child(String action) throws Exception {
        return ArenaChild.run("", action, file, SIZE);
    }

    /** Makes the file {@code size} sparse bytes long, with an arena's permissions. */
    private void ownFile(long size) throws IOException {
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.setLength(size);
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
