package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ConformanceVolume.BLOCK;
import static io.daxkv.storage.dax.ConformanceVolume.KIB;
import static io.daxkv.storage.dax.ConformanceVolume.assertBytes;
import static io.daxkv.storage.dax.ConformanceVolume.load;
import static io.daxkv.storage.dax.ConformanceVolume.read;
import static io.daxkv.storage.dax.ConformanceVolume.runs;
import static io.daxkv.storage.dax.ConformanceVolume.store;
import static io.daxkv.storage.dax.ConformanceVolume.together;
import static io.daxkv.storage.dax.ConformanceVolume.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.Seed;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the script tests ask of ranges: both paths at once, holes made and filled under a living mapping. */
@Timeout(120)
class ConformanceYRangeTest {
    private static final int SECTOR = 512;

    private final ConformanceVolume volume = new ConformanceVolume(12 << 20);

    /** Each thread owns every second sector, stores or writes it at random and verifies it by the other path. */
    @ParameterizedTest
    @EnumSource(names = {"TRACKED", "PROTECTED", "SYNC"})
    void y04MixedPathsVerify(WindowMode mode) {
        int size = 512 * KIB;
        DaxFile file = volume.create("file");
        file.truncate(size);
        Seed seed = Seed.draw();
        seed.run(() -> together(
                () -> verifySectors(file, mode, 0, seed.fork(0).random()),
                () -> verifySectors(file, mode, 1, seed.fork(1).random())));
        file.fsync();
        volume.check();
        byte[] before = read(file);
        assertBytes(before, read(volume.crash(file)), "after a crash");
    }

    private static void verifySectors(DaxFile file, WindowMode mode, int owner, RandomGenerator random) {
        int sectors = (int) file.size() / SECTOR / 2;
        byte[] values = new byte[sectors];
        try (DaxWindow window = file.window(0, file.size(), mode)) {
            for (int step = 0; step < 3000; step++) {
                int sector = random.nextInt(sectors);
                int at = (sector * 2 + owner) * SECTOR;
                byte[] expected = ConformanceVolume.bytes(SECTOR, values[sector]);
                assertBytes(expected, load(window, at, SECTOR), "load of sector " + sector);
                assertBytes(expected, read(file, at, SECTOR), "read of sector " + sector);
                values[sector] = (byte) random.nextInt();
                if (random.nextBoolean()) {
                    store(window, at, SECTOR, values[sector]);
                } else {
                    write(file, at, SECTOR, values[sector]);
                }
                if (random.nextInt(50) == 0) {
                    file.fsync();
                }
            }
        }
    }

    @Test
    void y05WindowIsReadBackwards() {
        DaxFile file = volume.create("file", 1 << 20, 'd');
        DaxWindow window = file.window(64 * KIB, 64 * KIB, WindowMode.READ_ONLY);
        for (int page = 64 * KIB - BLOCK; page >= 0; page -= BLOCK) {
            assertBytes(ConformanceVolume.bytes(BLOCK, 'd'), load(window, page, BLOCK), "page at " + page);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TRACKED", "PROTECTED", "SYNC"})
    void y06WritesForwardMeetStoresBackward(WindowMode mode) {
        int size = 2 << 20;
        DaxFile file = volume.create("file");
        file.truncate(size);
        DaxWindow window = file.window(0, size, mode);
        together(
                () -> {
                    for (int at = 0; at < size; at += 4 * BLOCK) {
                        write(file, at, 4 * BLOCK, 'w');
                    }
                },
                () -> {
                    for (int at = size - BLOCK; at >= 0; at -= BLOCK) {
                        store(window, at, BLOCK, 's');
                    }
                });
        byte[] found = read(file);
        for (int i = 0; i < size; i++) {
            assertTrue(found[i] == 'w' || found[i] == 's', "byte " + i + " is from neither: " + found[i]);
        }
        assertBytes(found, load(window, 0, size), "window");
        file.fsync();
        volume.check();
        assertBytes(found, read(volume.crash(file)), "after a crash");
    }

    @Test
    void y08ReadsOfAHoleShowStoresOrZeroes() {
        volume.soil(0xdd);
        int size = 64 * KIB;
        DaxFile file = volume.create("file");
        file.truncate(size);
        DaxWindow window = file.window(0, size);
        AtomicBoolean isOver = new AtomicBoolean();
        together(
                () -> {
                    try {
                        for (int round = 0; round < 200; round++) {
                            store(window, 0, size, 's');
                            file.punchHole(0, size);
                        }
                    } finally {
                        isOver.set(true);
                    }
                },
                () -> {
                    while (!isOver.get()) {
                        for (byte value : read(file)) {
                            assertTrue(value == 's' || value == 0, "a byte of nobody: " + value);
                        }
                    }
                });
        assertBytes(new byte[size], read(file), "punched in the end");
        volume.check();
    }

    private enum Clearing {
        PUNCH,
        ZERO
    }

    @ParameterizedTest
    @EnumSource(Clearing.class)
    void y12LivingMappingStoresWhereTheMiddleWasCleared(Clearing clearing) {
        for (WindowMode mode : new WindowMode[] {WindowMode.TRACKED, WindowMode.PROTECTED, WindowMode.SYNC}) {
            String name = "file " + mode;
            DaxFile file = volume.create(name);
            write(file, 0, 12288, 0x58);
            DaxWindow window = file.window(0, 12288, mode);
            store(window, 2048, 8192, 0x5a);
            if (clearing == Clearing.PUNCH) {
                file.punchHole(2048, 8192);
            } else {
                file.zeroRange(2048, 8192, SizeRule.KEEP);
            }
            assertBytes(runs(0x58, 2048, 0, 10240, 0x58, 12288), load(window, 0, 12288), "cleared");
            store(window, 2048, 8192, 0x59);
            byte[] expected = runs(0x58, 2048, 0x59, 10240, 0x58, 12288);
            assertBytes(expected, load(window, 0, 12288), "window");
            assertBytes(expected, read(file), "file");
            volume.check();
            file = volume.remount(file);
            assertBytes(expected, read(file), "after a remount");
        }
    }

    @Test
    void y13StoresTakeBlocksAtOnce() {
        DaxFile file = volume.create("file");
        file.truncate(64 * KIB);
        long free = volume.volume.freeSize();
        try (DaxWindow window = file.window(0, 64 * KIB)) {
            store(window, 0, 64 * KIB, 'd');
        }
        assertTrue(free - volume.volume.freeSize() >= 64 * KIB, "blocks are counted before any fsync");
        assertEquals(ExtentState.MAPPED, file.extents(0, 64 * KIB).get(0).state());
    }

    /** The IO path looks a block up and copies into it while others take blocks away and give them to another file. */
    @Test
    void y21LookupAndCopyAreOneStepForALayoutChange() {
        DaxFile file = volume.create("file", 64 * KIB, 'f');
        DaxFile other = volume.create("other");
        AtomicBoolean isOver = new AtomicBoolean();
        together(
                () -> {
                    try {
                        for (int round = 0; round < 300; round++) {
                            file.punchHole(0, 64 * KIB);
                            write(other, 0, 64 * KIB, 'o');
                            assertBytes(ConformanceVolume.bytes(64 * KIB, 'o'), read(other), "the new owner's bytes");
                            other.punchHole(0, 64 * KIB);
                        }
                    } finally {
                        isOver.set(true);
                    }
                },
                () -> {
                    while (!isOver.get()) {
                        write(file, 0, 64 * KIB, 'f');
                        for (byte value : read(file)) {
                            assertTrue(value == 'f' || value == 0, "another file's byte: " + value);
                        }
                    }
                });
        volume.check();
    }
}
