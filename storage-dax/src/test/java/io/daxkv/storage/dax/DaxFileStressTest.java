package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.daxkv.storage.testkit.RecordingPmem;
import io.daxkv.storage.testkit.Seed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Threads that fault, store, write, punch and fsync one file at a time never lose or mix each other's bytes, and leave
 * no lock behind.
 *
 * <p>Method: each thread owns every fourth block and one window; whatever it wrote there, by either path, it reads back
 * by either path, while the others turn their blocks into holes and back. Order is left to the scheduler: the race
 * catalogue has the known interleavings, this one looks for others.
 */
@Timeout(120)
class DaxFileStressTest {
    private static final int THREADS = 4;
    private static final int BLOCKS = 1024;
    private static final int STEPS = 4000;

    @Test
    void threadsOnOneFileKeepTheirBlocks() {
        Seed seed = Seed.draw();
        seed.run(() -> {
            RecordingPmem pmem = new RecordingPmem(16L << 20);
            DaxVolume volume = DaxVolume.format(pmem);
            DaxFile file = volume.create("file", DaxFileKind.ORDINARY);
            file.truncate((long) BLOCKS << VolumeLayout.BLOCK_SHIFT);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int number = i;
                RandomGenerator random = seed.fork(i).random();
                threads.add(new Thread(() -> run(file, number, random, failure)));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertNull(failure.get());
            file.fsync();
            VolumeChecker.check(volume);
            VolumeChecker.checkDurable(volume, pmem, "fsync");
            assertEquals(0, pmem.redundantLineCount());
        });
    }

    private static void run(DaxFile file, int number, RandomGenerator random, AtomicReference<Throwable> failure) {
        long[] values = new long[BLOCKS];
        try (DaxWindow window = file.window(0, file.size())) {
            for (int step = 0; step < STEPS && failure.get() == null; step++) {
                int block = random.nextInt(BLOCKS / THREADS) * THREADS + number;
                long offset = ((long) block << VolumeLayout.BLOCK_SHIFT) + 8 * (block % 500);
                long value = random.nextLong();
                switch (random.nextInt(20)) {
                    case 0 -> file.fsync();
                    case 1, 2 -> {
                        file.punchHole((long) block << VolumeLayout.BLOCK_SHIFT, VolumeLayout.BLOCK_SIZE);
                        values[block] = 0;
                    }
                    case 3, 4, 5, 6, 7 -> {
                        ByteBuffer bytes = ByteBuffer.allocate(8).putLong(0, Long.reverseBytes(value));
                        file.write(offset, bytes);
                        values[block] = value;
                    }
                    case 8, 9, 10, 11, 12, 13 -> {
                        window.putLong(offset, value);
                        values[block] = value;
                    }
                    default -> {
                        assertEquals(values[block], window.getLong(offset), "load of block " + block);
                        ByteBuffer bytes = ByteBuffer.allocate(8);
                        file.read(offset, bytes);
                        assertEquals(values[block], Long.reverseBytes(bytes.getLong(0)), "read of block " + block);
                    }
                }
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }
}
