package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import io.daxkv.storage.testkit.Seed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file agrees with an array of bytes, whichever path reads and writes it, and after a crash holds for each byte the
 * value of the last fsync or one written since (D5, D11).
 *
 * <p>Method: random reads, writes, loads, stores, punches, truncates, preallocations and fsyncs, biased to block and 2
 * MiB edges, through two windows that live as long as the file, so that dirt stays unsynced and translations go stale
 * if nobody revokes them. Invariants after every step; now and then a crash that keeps nothing, everything, or each
 * 8-byte atom by chance. Not covered here: two actors at once (the race tests).
 */
class DaxFileModelTest {
    private static final int SIZE_MAX = 5 << 20;
    private static final int STEPS = 700;
    private static final String NAME = "file";

    /** One unsynced change: a crash may keep it, in part, for any of its bytes. */
    private record Change(int offset, byte[] bytes) {}

    private RecordingPmem pmem;
    private DaxVolume volume;
    private DaxFile file;
    private DaxWindow all;
    private DaxWindow small;
    private byte[] model = new byte[0];
    private byte[] synced = new byte[0];
    private List<Change> unsynced = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void fileAgreesWithBytesByEitherPathAndAcrossCrashes(long number) {
        Seed seed = Seed.draw().fork(number);
        seed.run(() -> {
            RandomGenerator random = seed.random();
            pmem = new RecordingPmem(16 << 20, 24 << 20);
            volume = DaxVolume.format(pmem, new UUID(1, number));
            volume.create(NAME, DaxFileKind.ORDINARY);
            attach(volume);
            for (int step = 0; step < STEPS; step++) {
                step(random, step);
                VolumeChecker.check(volume);
                VolumeChecker.check(file, all);
                VolumeChecker.check(file, small);
            }
            pmem.assertNoRedundantFlush();
        });
    }

    private void step(RandomGenerator random, int step) {
        int offset = offset(random);
        int length = 1 + (random.nextInt(4) == 0 ? random.nextInt(200_000) : random.nextInt(9000));
        switch (random.nextInt(16)) {
            case 0, 1, 2 -> write(offset, bytes(random, Math.min(length, SIZE_MAX - offset)));
            case 3, 4, 5, 6 -> store(random, offset, length);
            case 7, 8 -> read(offset, length);
            case 9, 10 -> load(offset, length);
            case 11 -> punch(offset, length * 8);
            case 12 -> truncate(random.nextInt(3) == 0 ? offset : Math.min(SIZE_MAX, model.length + length));
            case 13 -> allocate(offset, Math.min(random.nextBoolean() ? 3 << 20 : length, SIZE_MAX - offset));
            case 14 -> fsync();
            default -> {
                if (random.nextInt(8) == 0) {
                    crash(random);
                }
            }
        }
    }

    private void write(int offset, byte[] bytes) {
        file.write(offset, ByteBuffer.wrap(bytes));
        growModel(offset + bytes.length);
        change(offset, bytes);
    }

    private void store(RandomGenerator random, int offset, int length) {
        DaxWindow window = window(random, offset, length);
        int from = (int) (window.offset() <= offset ? offset : window.offset());
        if (from >= model.length) {
            long page = (long) from & -4096;
            if (page >= model.length) {
                assertThrows(BeyondEndOfFileException.class, () -> window.putByte(from - window.offset(), (byte) 1));
            }
            return;
        }
        byte[] bytes = bytes(
                random, Math.min(length, Math.min(model.length, (int) (window.offset() + window.length())) - from));
        if (bytes.length == 8) {
            window.putLong(
                    from - window.offset(),
                    ByteBuffer.wrap(bytes)
                            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                            .getLong());
        } else if (random.nextBoolean()) {
            window.put(from - window.offset(), bytes, 0, bytes.length);
        } else {
            window.put(from - window.offset(), ByteBuffer.wrap(bytes), 0, bytes.length);
        }
        change(from, bytes);
    }

    private void read(int offset, int length) {
        ByteBuffer target = ByteBuffer.allocate(length);
        int count = file.read(offset, target);
        if (offset >= model.length) {
            assertEquals(-1, count);
            return;
        }
        assertEquals(Math.min(length, model.length - offset), count);
        assertSame(offset, Arrays.copyOf(target.array(), count));
    }

    private void load(int offset, int length) {
        int count = Math.min(length, model.length - offset);
        if (count > 0) {
            byte[] bytes = new byte[count];
            all.get(offset, bytes, 0, count);
            assertSame(offset, bytes);
            int from = Math.max(offset, (int) small.offset());
            int end = (int) Math.min(offset + count, small.offset() + small.length());
            if (from < end) {
                byte[] some = new byte[end - from];
                small.get(from - small.offset(), some, 0, some.length);
                assertSame(from, some);
            }
        }
    }

    private void punch(int offset, int length) {
        file.punchHole(offset, length);
        int end = Math.min(model.length, offset + length);
        if (offset < end) {
            change(offset, new byte[end - offset]);
        }
    }

    private void truncate(int newSize) {
        if (newSize < model.length) {
            unsynced.add(new Change(newSize, new byte[model.length - newSize]));
        }
        int oldSize = model.length;
        file.truncate(newSize);
        model = Arrays.copyOf(model, newSize);
        // The size is durable at once; the bytes it adds or zeroes are zero, or old dirt of the last block, until
        // fsync.
        synced = Arrays.copyOf(Arrays.copyOf(synced, Math.min(synced.length, newSize)), newSize);
        assertEquals(newSize, file.size(), "from " + oldSize);
    }

    private void allocate(int offset, int length) {
        if (length > 0) {
            file.allocate(offset, length);
            growModel(offset + length);
            synced = Arrays.copyOf(synced, Math.max(synced.length, offset + length));
        }
    }

    private void fsync() {
        file.fsync();
        VolumeChecker.checkDurable(volume, pmem, "fsync");
        assertEquals(0, file.dirtyLineCount());
        synced = model.clone();
        unsynced.clear();
    }

    private void crash(RandomGenerator random) {
        pmem.assertNoRedundantFlush();
        pmem = switch (random.nextInt(3)) {
            case 0 -> pmem.crashKeepingNothing();
            case 1 -> pmem.crashKeepingEverything();
            default -> pmem.crash(random);
        };
        attach(DaxVolume.open(pmem));
        assertTrue(file.size() >= synced.length, "size " + file.size() + " < synced " + synced.length);
        byte[] found = new byte[(int) file.size()];
        if (found.length > 0) {
            file.read(0, ByteBuffer.wrap(found));
        }
        for (int i = 0; i < found.length; i++) {
            if (found[i] != (i < synced.length ? synced[i] : 0)) {
                assertLegal(i, found[i]);
            }
        }
        model = found;
        synced = found.clone();
        unsynced.clear();
    }

    private void assertLegal(int offset, byte value) {
        boolean legal = false;
        for (Change change : unsynced) {
            int at = offset - change.offset;
            legal |= at >= 0 && at < change.bytes.length && change.bytes[at] == value;
        }
        assertTrue(
                legal, "after a crash, byte " + offset + " holds a value nobody wrote since the last fsync: " + value);
    }

    private void attach(DaxVolume newVolume) {
        volume = newVolume;
        file = volume.open(NAME);
        all = file.window(0, SIZE_MAX);
        small = file.window((2 << 20) - 3 * 4096, 7 * 4096);
    }

    private void change(int offset, byte[] bytes) {
        System.arraycopy(bytes, 0, model, offset, bytes.length);
        unsynced.add(new Change(offset, bytes));
    }

    private void growModel(int size) {
        model = Arrays.copyOf(model, Math.max(model.length, size));
    }

    private void assertSame(int offset, byte[] actual) {
        int mismatch = Arrays.mismatch(actual, 0, actual.length, model, offset, offset + actual.length);
        if (mismatch >= 0) {
            assertEquals(model[offset + mismatch], actual[mismatch], "byte " + (offset + mismatch));
        }
    }

    private DaxWindow window(RandomGenerator random, int offset, int length) {
        boolean fits = offset < small.offset() + small.length() && offset + length > small.offset();
        return fits && random.nextBoolean() ? small : all;
    }

    private static int offset(RandomGenerator random) {
        int edge = random.nextBoolean() ? random.nextInt(3) * (2 << 20) : random.nextInt(SIZE_MAX / 4096) * 4096;
        return Math.max(0, Math.min(SIZE_MAX - 1, edge + random.nextInt(200) - 100));
    }

    private static byte[] bytes(RandomGenerator random, int length) {
        byte[] bytes = new byte[random.nextInt(4) == 0 ? Math.min(8, length) : length];
        random.nextBytes(bytes);
        return bytes;
    }
}
