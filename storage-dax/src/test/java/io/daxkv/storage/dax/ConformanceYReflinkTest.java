package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ConformanceVolume.BLOCK;
import static io.daxkv.storage.dax.ConformanceVolume.KIB;
import static io.daxkv.storage.dax.ConformanceVolume.assertBytes;
import static io.daxkv.storage.dax.ConformanceVolume.load;
import static io.daxkv.storage.dax.ConformanceVolume.read;
import static io.daxkv.storage.dax.ConformanceVolume.store;
import static io.daxkv.storage.dax.ConformanceVolume.together;
import static io.daxkv.storage.dax.ConformanceVolume.write;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the script tests ask of shared blocks: copy-on-write by stores, clones made while a mapping is in use. */
@Timeout(120)
class ConformanceYReflinkTest {
    private static final int RANGE = 64 * KIB;
    private static final int RANGES = 32;

    /** What stands behind a block of the source before it is shared. */
    private enum Source {
        REGULAR,
        UNWRITTEN,
        HOLE
    }

    private final ConformanceVolume volume = new ConformanceVolume(20 << 20);

    static List<Arguments> grid() {
        List<Arguments> all = new ArrayList<>();
        for (Source middle : Source.values()) {
            for (Source neighbour : Source.values()) {
                for (int granule : new int[] {1, 512, BLOCK, 3 * BLOCK + 17}) {
                    all.add(Arguments.of(middle, neighbour, granule));
                }
            }
        }
        return all;
    }

    @ParameterizedTest(name = "{0} among {1}, {2} bytes")
    @MethodSource("grid")
    void y15StoreToASharedBlockChangesOneFile(Source middle, Source neighbour, int granule) {
        volume.soil(0xdd);
        int size = 12 * BLOCK;
        DaxFile file = volume.create("file");
        file.truncate(size);
        byte[] original = new byte[size];
        prepare(file, original, 0, 4 * BLOCK, neighbour);
        prepare(file, original, 4 * BLOCK, 8 * BLOCK, middle);
        prepare(file, original, 8 * BLOCK, size, neighbour);
        file.fsync();
        DaxWindow stores = file.window(0, size);
        assertBytes(original, load(stores, 0, size), "before");
        DaxFile clone = volume.volume.clone("file", "clone");
        DaxWindow loads = clone.window(0, size, WindowMode.READ_ONLY);
        assertBytes(original, load(loads, 0, size), "clone");

        byte[] changed = original.clone();
        for (int at : new int[] {4 * BLOCK - granule / 2, 6 * BLOCK}) {
            store(stores, at, granule, 0x5a);
            Arrays.fill(changed, at, at + granule, (byte) 0x5a);
        }

        assertBytes(changed, load(stores, 0, size), "window of the file");
        assertBytes(changed, read(file), "file");
        assertBytes(original, load(loads, 0, size), "window of the clone");
        assertBytes(original, read(clone), "clone");
        volume.check();
        volume.remount(file);
        assertBytes(changed, read(volume.volume.open("file")), "file after a remount");
        assertBytes(original, read(volume.volume.open("clone")), "clone after a remount");
    }

    private static void prepare(DaxFile file, byte[] model, int from, int to, Source source) {
        switch (source) {
            case REGULAR -> {
                write(file, from, to - from, 0x61);
                Arrays.fill(model, from, to, (byte) 0x61);
            }
            case UNWRITTEN -> file.allocate(from, to - from);
            default -> file.punchHole(from, to - from);
        }
    }

    @Test
    void y16MappedReaderOfTheTargetSeesOldOrNewBytes() {
        DaxFile source = volume.create("source", RANGE * RANGES, 0x62);
        DaxFile target = volume.create("target", RANGE * RANGES, 0x61);
        DaxWindow window = target.window(0, RANGE * RANGES, WindowMode.READ_ONLY);
        AtomicBoolean isOver = new AtomicBoolean();
        together(
                () -> cloneRangeByRange(source, target, isOver),
                () -> {
                    while (!isOver.get()) {
                        assertOnly(load(window, 0, RANGE * RANGES), 0x61, 0x62);
                    }
                },
                () -> {
                    while (!isOver.get()) {
                        for (int range = 0; range < RANGES; range++) {
                            byte[] found = read(target, range * RANGE, RANGE);
                            assertBytes(ConformanceVolume.bytes(RANGE, found[0]), found, "one read of one range");
                        }
                    }
                });
        assertBytes(ConformanceVolume.bytes(RANGE * RANGES, 0x62), read(target), "target");
        volume.check();
    }

    @Test
    void y16MappedWriterOfTheSourceNeverChangesAClone() {
        DaxFile source = volume.create("source", RANGE * RANGES, 0x61);
        DaxFile target = volume.create("target");
        target.truncate(RANGE * RANGES);
        DaxWindow window = source.window(0, RANGE * RANGES);
        AtomicBoolean isOver = new AtomicBoolean();
        together(() -> cloneRangeByRange(source, target, isOver), () -> storeUntil(isOver, window, 0x62));
        byte[] clone = read(target);
        assertOnly(clone, 0x61, 0x62);
        store(window, 0, RANGE * RANGES, 0x63);
        assertBytes(clone, read(target), "clone after more stores to its source");
        volume.check();
    }

    @Test
    void y16MappedWriterOfTheTargetNeverChangesTheSource() {
        DaxFile source = volume.create("source", RANGE * RANGES, 0x62);
        DaxFile target = volume.create("target", RANGE * RANGES, 0x61);
        DaxWindow window = target.window(0, RANGE * RANGES);
        AtomicBoolean isOver = new AtomicBoolean();
        together(() -> cloneRangeByRange(source, target, isOver), () -> storeUntil(isOver, window, 0x63));
        assertBytes(ConformanceVolume.bytes(RANGE * RANGES, 0x62), read(source), "source");
        assertOnly(read(target), 0x61, 0x62, 0x63);
        target.fsync();
        volume.check();
    }

    private static void cloneRangeByRange(DaxFile source, DaxFile target, AtomicBoolean isOver) {
        try {
            for (int range = 0; range < RANGES; range++) {
                target.cloneRange(source, range * RANGE, range * RANGE, RANGE);
            }
        } finally {
            isOver.set(true);
        }
    }

    private static void storeUntil(AtomicBoolean isOver, DaxWindow window, int value) {
        while (!isOver.get()) {
            for (int at = RANGE * RANGES - 1000; at >= 0 && !isOver.get(); at -= 5000) {
                store(window, at, 1000, value);
            }
        }
    }

    private static void assertOnly(byte[] bytes, int... values) {
        for (int i = 0; i < bytes.length; i++) {
            int value = bytes[i];
            assertTrue(Arrays.stream(values).anyMatch(one -> one == value), "byte " + i + " is of nobody: " + value);
        }
    }
}
