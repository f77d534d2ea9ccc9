package io.daxkv.storage.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.pmem.PersistFailedException;
import io.daxkv.storage.pmem.PersistGranularity;
import io.daxkv.storage.pmem.PmemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * The recorder knows what a power failure would lose, and its lint catches each way of forgetting.
 *
 * <p>Method: one rule of the seam per test, each both kept and broken.
 */
class RecordingPmemTest {
    private static final long SIZE = 1 << 20;
    private static final long OLD = 0x1111_1111_1111_1111L;
    private static final long NEW = 0x2222_2222_2222_2222L;
    private static final long NEWER = 0x3333_3333_3333_3333L;

    private final RecordingPmem pmem = new RecordingPmem(SIZE);

    @Test
    void storeFlushedAndDrainedIsDurable() {
        pmem.putLong(128, NEW);
        pmem.flush(128, Long.BYTES);
        pmem.drain();
        pmem.assertAllDurable("after drain");
        pmem.assertNoRedundantFlush();
        assertEquals(NEW, pmem.crashKeepingNothing().getLong(128));
    }

    @Test
    void missingFlushIsCaught() {
        pmem.putLong(128, NEW);
        pmem.drain();
        AssertionError caught = assertThrows(AssertionError.class, () -> pmem.assertAllDurable("acknowledge"));
        assertEquals(
                "not durable: at=acknowledge, lines=1, offsets=[0x80 never flushed since its store]",
                caught.getMessage());
        assertEquals(0, pmem.crashKeepingNothing().getLong(128));
    }

    @Test
    void missingDrainIsCaught() {
        pmem.putLong(128, NEW);
        pmem.flush(128, Long.BYTES);
        AssertionError caught = assertThrows(AssertionError.class, () -> pmem.assertAllDurable("acknowledge"));
        assertTrue(caught.getMessage().contains("flushed, not drained"), caught.getMessage());
    }

    @Test
    void storeAfterTheFlushIsCaught() {
        pmem.putLong(128, NEW);
        pmem.flush(128, Long.BYTES);
        pmem.putLong(136, NEWER);
        pmem.drain();
        assertThrows(AssertionError.class, () -> pmem.assertAllDurable("acknowledge"));
        assertEquals(NEW, pmem.crashKeepingNothing().getLong(128));
        assertEquals(0, pmem.crashKeepingNothing().getLong(136));
    }

    @Test
    void drainByAnotherThreadThanTheFlusherIsCaught() throws InterruptedException {
        pmem.putLong(128, NEW);
        inAnotherThread(() -> pmem.flush(128, Long.BYTES));
        pmem.drain();
        assertThrows(AssertionError.class, () -> pmem.assertAllDurable("acknowledge"));
    }

    @Test
    void lateDrainOfAnOlderFlushDoesNotBringOldContentBack() throws InterruptedException {
        pmem.putLong(128, NEW);
        inAnotherThread(() -> pmem.flush(128, Long.BYTES));
        pmem.putLong(128, NEWER);
        pmem.persist(128, Long.BYTES);
        pmem.assertAllDurable("own flush and drain");
        assertEquals(NEWER, pmem.crashKeepingNothing().getLong(128));
    }

    @Test
    void flushOfACleanLineIsRedundant() {
        pmem.putLong(128, NEW);
        pmem.persist(128, Long.BYTES);
        pmem.assertNoRedundantFlush();
        pmem.persist(128, Long.BYTES);
        assertEquals(1, pmem.redundantLineCount());
        AssertionError caught = assertThrows(AssertionError.class, pmem::assertNoRedundantFlush);
        assertTrue(caught.getCause().getMessage().endsWith("offset=0x80"), caught.getCause()::getMessage);
    }

    @Test
    void secondFlushBeforeTheDrainIsRedundantUnlessAStoreCameBetween() {
        pmem.putLong(128, NEW);
        pmem.flush(128, Long.BYTES);
        pmem.putLong(128, NEWER);
        pmem.flush(128, Long.BYTES);
        pmem.assertNoRedundantFlush();
        pmem.flush(128, Long.BYTES);
        assertThrows(AssertionError.class, pmem::assertNoRedundantFlush);
    }

    @Test
    void flushOfLinesNeverStoredToIsRedundant() {
        pmem.flush(SIZE - 256, 256);
        assertEquals(4, pmem.redundantLineCount());
    }

    @Test
    void rangeLintLooksOnlyAtItsRange() {
        pmem.putLong(128, NEW);
        pmem.putLong(RecordedChunk.SIZE * 3L, NEW);
        pmem.assertDurable("before", 0, 128);
        pmem.assertDurable("between", 192, RecordedChunk.SIZE * 3L - 192);
        assertThrows(AssertionError.class, () -> pmem.assertDurable("first", 0, 129));
        assertThrows(AssertionError.class, () -> pmem.assertDurable("second", 192, RecordedChunk.SIZE * 3L - 192 + 1));
    }

    @Test
    void crashKeepsEachAtomByItself() {
        pmem.putLong(128, OLD);
        pmem.putLong(136, OLD);
        pmem.persist(128, 16);
        pmem.putLong(128, NEW);
        pmem.putLongRelease(136, NEW);
        Set<String> seen = imagesOf(
                image -> Long.toHexString(image.getLong(128) & 0xF) + Long.toHexString(image.getLong(136) & 0xF));
        assertEquals(Set.of("11", "12", "21", "22"), seen);
    }

    @Test
    void crashMayKeepWhatAFlushCapturedInsteadOfTheLaterStore() {
        pmem.putLong(128, OLD);
        pmem.persist(128, Long.BYTES);
        pmem.putLong(128, NEW);
        pmem.flush(128, Long.BYTES);
        pmem.putLong(128, NEWER);
        assertEquals(Set.of(OLD, NEW, NEWER), imagesOf(image -> image.getLong(128)));
    }

    @Test
    void crashNeverTouchesDurableAtoms() {
        pmem.putLong(128, OLD);
        pmem.persist(128, Long.BYTES);
        pmem.putLong(136, NEW);
        assertEquals(Set.of(OLD), imagesOf(image -> image.getLong(128)));
    }

    @Test
    void crashImageIsCleanAndIndependent() {
        pmem.putLong(128, NEW);
        RecordingPmem image = pmem.crashKeepingEverything();
        image.assertAllDurable("fresh image");
        image.putLong(128, NEWER);
        assertEquals(NEW, pmem.getLong(128));
        assertEquals(NEW, image.crashKeepingNothing().getLong(128));
    }

    @Test
    void pageMediumKeepsSectorsWhole() {
        RecordingPmem disk = new RecordingPmem(SIZE, SIZE, PersistGranularity.PAGE);
        disk.putLong(0, NEW);
        disk.putLong(504, NEW);
        disk.putLong(512, NEW);
        Set<String> seen = new TreeSet<>();
        Seed seed = Seed.of(7);
        for (int i = 0; i < 64; i++) {
            RecordingPmem image = disk.crash(seed.fork(i).random());
            assertEquals(image.getLong(0), image.getLong(504));
            seen.add((image.getLong(0) == NEW) + " " + (image.getLong(512) == NEW));
        }
        assertEquals(Set.of("false false", "false true", "true false", "true true"), seen);
    }

    @Test
    void pageMediumFlushesWholePages() {
        RecordingPmem disk = new RecordingPmem(SIZE, SIZE, PersistGranularity.PAGE);
        disk.putLong(4096, NEW);
        disk.putLong(8184, NEW);
        disk.persist(5000, 1);
        disk.assertAllDurable("one flush covers the page");
        assertEquals(64, disk.counters().flushedLineCount());
        disk.assertNoRedundantFlush();
    }

    @Test
    void volatileMediumSatisfiesTheLintAndLosesEverything() {
        RecordingPmem tmpfs = new RecordingPmem(SIZE, SIZE, PersistGranularity.VOLATILE);
        tmpfs.putLong(128, NEW);
        tmpfs.persist(128, Long.BYTES);
        tmpfs.assertAllDurable("as durable as it gets");
        assertEquals(0, tmpfs.crashKeepingNothing().getLong(128));
        assertEquals(0, tmpfs.crash(Seed.of(1).random()).getLong(128));
        assertEquals(NEW, tmpfs.crashKeepingEverything().getLong(128));
    }

    @Test
    void failedDrainIsFinalForEveryThread() throws InterruptedException {
        pmem.putLong(128, NEW);
        pmem.failDrainAt(2);
        pmem.drain();
        pmem.flush(128, Long.BYTES);
        assertThrows(PersistFailedException.class, pmem::drain);
        assertThrows(PersistFailedException.class, pmem::drain);
        List<Throwable> elsewhere = new ArrayList<>();
        inAnotherThread(() -> elsewhere.add(assertThrows(PersistFailedException.class, pmem::drain)));
        assertEquals(1, elsewhere.size());
        assertEquals(0, pmem.crashKeepingNothing().getLong(128));
    }

    @Test
    void growAddsDurableZeroesUpToTheLimit() {
        RecordingPmem small = new RecordingPmem(4096, 8192);
        assertThrows(IndexOutOfBoundsException.class, () -> small.getByte(4096));
        small.grow(8192);
        assertEquals(0, small.getLong(8184));
        small.assertAllDurable("grown");
        PmemException full = assertThrows(PmemException.class, () -> small.grow(8193));
        assertEquals("no room to grow: size=8192, newSize=8193, sizeMax=8192", full.getMessage());
        assertEquals(8192, small.size());
    }

    @Test
    void listenerSeesTheInstantBeforeEachDrain() {
        List<Long> durable = new ArrayList<>();
        pmem.onEvent(event -> {
            if (event.kind() == PmemEvent.Kind.DRAINING || event.kind() == PmemEvent.Kind.DRAINED) {
                durable.add(pmem.crashKeepingNothing().getLong(128));
            }
        });
        pmem.putLong(128, NEW);
        pmem.persist(128, Long.BYTES);
        assertEquals(List.of(0L, NEW), durable);
    }

    @Test
    void bytesCrossChunksUnharmed() {
        long edge = RecordedChunk.SIZE;
        pmem.putLong(edge - 3, 0x0102030405060708L);
        assertEquals(0x0102030405060708L, pmem.getLong(edge - 3));
        assertEquals(0x08, pmem.getByte(edge - 3));
        assertEquals(0x01, pmem.getByte(edge + 4));
        byte[] out = new byte[8];
        pmem.get(edge - 3, out, 0, 8);
        assertArrayEquals(new byte[] {8, 7, 6, 5, 4, 3, 2, 1}, out);
        pmem.copy(edge - 3, 64, 8);
        assertEquals(0x0102030405060708L, pmem.getLong(64));
        pmem.zero(edge - 2, 2 * edge);
        assertEquals(8, pmem.getLong(edge - 3));
    }

    @Test
    void accessOutsideIsABug() {
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.putLong(SIZE - 7, NEW));
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.getByte(-1));
        assertThrows(IndexOutOfBoundsException.class, () -> pmem.flush(SIZE, 1));
        assertDoesNotThrow(() -> pmem.flush(SIZE, 0));
        assertThrows(IllegalArgumentException.class, () -> pmem.putLongRelease(4, NEW));
    }

    @Test
    void seedNamesHowToReplayAndKeepsTheFailure() {
        Seed seed = Seed.of(0x2A);
        AssertionError original = new AssertionError("broken");
        AssertionError caught = assertThrows(
                AssertionError.class,
                () -> seed.fork(3).run(() -> {
                    throw original;
                }));
        assertSame(original, caught);
        assertEquals("replay with -Ddaxkv.seed=0x2a", caught.getSuppressed()[0].getMessage());
        assertEquals(seed.fork(1).random().nextLong(), seed.fork(1).random().nextLong());
    }

    private <T> Set<T> imagesOf(Function<RecordingPmem, T> look) {
        Seed seed = Seed.of(42);
        Set<T> seen = new TreeSet<>();
        for (int i = 0; i < 200; i++) {
            seen.add(look.apply(pmem.crash(seed.fork(i).random())));
        }
        return seen;
    }

    private static void inAnotherThread(Runnable action) throws InterruptedException {
        Thread thread = new Thread(action);
        thread.start();
        thread.join();
    }
}
