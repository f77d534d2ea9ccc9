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
 * Windows of all modes, offsets and sizes on one file keep what is stored through them, and an fsync or persist that
 * returned means durable, whatever the others do to the entries and translations meanwhile.
 *
 * <p>Method: each thread owns some blocks of each 2 MiB and stores to them in a mode of its own; after its fsync the
 * line it stored to must be durable, since nobody else stores there. The others store, punch huge holes back, write
 * back, discard, reopen windows and drop clean entries.
 */
@Timeout(120)
class WindowStressTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final long HUGE = VolumeLayout.HUGE_SIZE;
    private static final int HUGE_COUNT = 3;
    private static final int STEPS = 1200;
    private static final List<WindowMode> MODES =
            List.of(WindowMode.TRACKED, WindowMode.PROTECTED, WindowMode.SYNC, WindowMode.PROTECTED);

    private final RecordingPmem pmem = new RecordingPmem(24L << 20);
    private final DaxVolume volume = DaxVolume.format(pmem);
    private final DaxFile file = volume.create("file", DaxFileKind.ORDINARY);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @Test
    void windowsOfEveryModeKeepTheirBytesAndTheirPromises() {
        Seed seed = Seed.draw();
        seed.run(() -> {
            file.truncate(HUGE_COUNT * HUGE);
            // One 2 MiB of holes, one of a huge block, one of single blocks.
            file.allocate(HUGE, HUGE);
            file.write(HUGE, ByteBuffer.wrap(new byte[(int) HUGE]));
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < MODES.size(); i++) {
                Owner owner = new Owner(i, seed.fork(i).random());
                threads.add(new Thread(owner::run));
            }
            RandomGenerator random = seed.fork(MODES.size()).random();
            threads.add(new Thread(() -> disturb(random)));
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertNull(failure.get());
            VolumeChecker.check(volume);
            file.fsync();
            VolumeChecker.check(volume);
            VolumeChecker.checkDurable(volume, pmem, "fsync");
        });
    }

    private void disturb(RandomGenerator random) {
        try (DaxWindow copies = file.window(0, HUGE_COUNT * HUGE, WindowMode.PRIVATE)) {
            for (int step = 0; step < STEPS / 4 && failure.get() == null; step++) {
                long mine = random.nextInt(HUGE_COUNT) * HUGE + (long) (500 + random.nextInt(12)) * BLOCK;
                switch (random.nextInt(5)) {
                    case 0 -> file.dropCleanEntries();
                    case 1 -> file.punchHole(mine, BLOCK);
                    case 2 -> file.fsync();
                    case 3 -> file.write(mine, ByteBuffer.wrap(new byte[100]));
                    default -> {
                        copies.putLong(mine, step);
                        assertEquals(step, copies.getLong(mine));
                    }
                }
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    /** A thread with its blocks: every fourth of the first 500 of each 2 MiB. */
    private final class Owner {
        private final int number;
        private final WindowMode mode;
        private final RandomGenerator random;
        private final long[][] values = new long[HUGE_COUNT][500];
        private DaxWindow window;

        Owner(int number, RandomGenerator random) {
            this.number = number;
            this.mode = MODES.get(number);
            this.random = random;
        }

        void run() {
            try {
                reopen();
                for (int step = 0; step < STEPS && failure.get() == null; step++) {
                    step();
                }
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            }
        }

        private void step() {
            int huge = random.nextInt(HUGE_COUNT);
            int block = random.nextInt(125) * 4 + number;
            long offset = huge * HUGE + (long) block * BLOCK + 8 * (block % 500);
            long value = random.nextLong();
            switch (random.nextInt(40)) {
                case 0 -> reopen();
                case 1 -> window.discard(0, window.length());
                case 2 -> {
                    file.punchHole(offset & -BLOCK, BLOCK);
                    values[huge][block] = 0;
                }
                case 3, 4, 5 -> {
                    file.write(offset, ByteBuffer.allocate(8).putLong(0, Long.reverseBytes(value)));
                    values[huge][block] = value;
                }
                case 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 -> {
                    store(offset, value);
                    values[huge][block] = value;
                    if (mode == WindowMode.SYNC) {
                        window.persist(offset - window.offset(), Long.BYTES);
                    } else {
                        file.fsync(offset, Long.BYTES);
                    }
                    assertDurable(offset);
                }
                case 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28 -> {
                    store(offset, value);
                    values[huge][block] = value;
                }
                default -> assertEquals(values[huge][block], load(offset), () -> mode + ", offset=" + offset);
            }
        }

        private void store(long offset, long value) {
            if (isInWindow(offset)) {
                window.putLong(offset - window.offset(), value);
            } else {
                window.close();
                window = file.window(0, HUGE_COUNT * HUGE, mode);
                window.putLong(offset, value);
            }
        }

        private long load(long offset) {
            if (isInWindow(offset)) {
                return window.getLong(offset - window.offset());
            }
            ByteBuffer bytes = ByteBuffer.allocate(8);
            file.read(offset, bytes);
            return Long.reverseBytes(bytes.getLong(0));
        }

        private boolean isInWindow(long offset) {
            return offset >= window.offset() && offset + 8 <= window.offset() + window.length();
        }

        /** A window of another offset and size, that may or may not be able to map 2 MiB at once. */
        private void reopen() {
            if (window != null) {
                window.close();
            }
            long first = random.nextInt(HUGE_COUNT * 512 - 1);
            long offset = random.nextBoolean() ? 0 : first * BLOCK;
            window = file.window(offset, HUGE_COUNT * HUGE - offset, mode);
        }

        /** The file's other blocks move and go; this one is the thread's own. */
        private void assertDurable(long offset) {
            long index = VolumeLayout.indexOf(offset);
            long block = MappingEntry.blockAt(file.parts().map.lookup(index), index);
            pmem.assertDurable(mode + " at " + offset, VolumeLayout.offsetOf(block) + (offset & BLOCK - 1), Long.BYTES);
        }
    }
}
