package io.daxkv.storage.pmem;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/**
 * A failed write-back is final for every thread.
 *
 * <p>Method: a base address off the page boundary makes the kernel refuse the real call. Not covered: that the kernel
 * reports what the device reports.
 */
class PagePersisterTest {
    private static final long MISALIGNED = ArenaFile.PAGE_SIZE + 1;

    private final PersistCounters counters = new PersistCounters();
    private final PagePersister persister = new PagePersister(MISALIGNED, counters);

    @Test
    void failedDrainIsFinal() {
        persister.flush(8192, 100);
        PersistFailedException failure = assertThrows(PersistFailedException.class, persister::drain);
        assertTrue(
                failure.getMessage()
                        .startsWith("write-back failed: call=msync, offset=8192, length=100, cause=Invalid argument"),
                failure::getMessage);
        assertEquals(
                failure.getMessage(),
                assertThrows(PersistFailedException.class, persister::drain).getMessage());
    }

    @Test
    void failureIsFinalForThreadsThatFlushedNothing() {
        persister.flush(0, 1);
        assertThrows(PersistFailedException.class, persister::drain);
        CompletionException elsewhere = assertThrows(
                CompletionException.class,
                () -> CompletableFuture.runAsync(persister::drain).join());
        assertEquals(PersistFailedException.class, elsewhere.getCause().getClass());
    }

    @Test
    void drainOfNothingAsksTheKernelNothing() {
        assertDoesNotThrow(persister::drain);
        assertEquals(1, counters.drainCount());
    }
}
