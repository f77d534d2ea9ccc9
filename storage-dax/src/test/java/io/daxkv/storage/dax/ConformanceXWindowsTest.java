package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ConformanceVolume.BLOCK;
import static io.daxkv.storage.dax.ConformanceVolume.HUGE;
import static io.daxkv.storage.dax.ConformanceVolume.KIB;
import static io.daxkv.storage.dax.ConformanceVolume.assertBytes;
import static io.daxkv.storage.dax.ConformanceVolume.bytes;
import static io.daxkv.storage.dax.ConformanceVolume.load;
import static io.daxkv.storage.dax.ConformanceVolume.read;
import static io.daxkv.storage.dax.ConformanceVolume.store;
import static io.daxkv.storage.dax.ConformanceVolume.together;
import static io.daxkv.storage.dax.ConformanceVolume.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the programs of the kernel's file system tests ask of mappings: stale, private, read-only, preallocated ones.
 */
@Timeout(120)
class ConformanceXWindowsTest {
    @Test
    void x01WriteShowsThroughAMappingOf2MibOfHole() {
        ConformanceVolume volume = new ConformanceVolume(16 << 20);
        DaxFile file = volume.create("file");
        file.truncate(2L * HUGE);
        DaxWindow window = file.window(HUGE, HUGE, WindowMode.READ_ONLY);
        assertEquals(0, window.getByte(0));
        assertEquals(0, window.getByte(HUGE - 1));

        byte[] text = "hello, world".getBytes(StandardCharsets.US_ASCII);
        write(file, HUGE, text);

        assertArrayEquals(text, load(window, 0, text.length));
        assertEquals(0, window.getByte(BLOCK));
        volume.check();
    }

    @Test
    void x02PrivateCopiesComeAndGoWithoutTouchingTheFile() {
        ConformanceVolume volume = new ConformanceVolume(8 << 20);
        DaxFile file = volume.create("file");
        file.truncate(HUGE);
        DaxWindow shared = file.window(0, HUGE);
        shared.putByte(0, (byte) 'S');
        for (int round = 0; round < 100; round++) {
            try (DaxWindow copy = file.window(0, HUGE, WindowMode.PRIVATE)) {
                together(() -> dropAndLoad(copy), () -> dropAndStore(copy));
            }
        }
        assertEquals('S', shared.getByte(0));
        assertEquals('S', read(file, 0, 1)[0]);
        volume.check();
    }

    private static void dropAndLoad(DaxWindow copy) {
        for (int i = 0; i < 10; i++) {
            int value = copy.getByte(0);
            assertTrue(value == 'P' || value == 'S', "neither the copy nor the file: " + value);
            copy.discard(0, HUGE);
        }
    }

    private static void dropAndStore(DaxWindow copy) {
        for (int i = 0; i < 10; i++) {
            copy.putByte(0, (byte) 'P');
            copy.discard(0, HUGE);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TRACKED", "PROTECTED", "SYNC"})
    void x05AllocationOfANeighbourNeverLosesAStore(WindowMode mode) {
        int size = 256 * KIB;
        int stride = 61;
        ConformanceVolume volume = new ConformanceVolume(4 << 20);
        DaxFile file = volume.create("file");
        DaxWindow window = file.window(0, size, mode);
        AtomicBoolean isOver = new AtomicBoolean();
        together(
                () -> {
                    try {
                        for (int i = 0; i < size; i += stride) {
                            file.allocate(i, 1);
                            window.putByte(i, (byte) 'x');
                            assertEquals('x', window.getByte(i));
                        }
                    } finally {
                        isOver.set(true);
                    }
                },
                () -> {
                    while (!isOver.get()) {
                        file.fsync();
                        Thread.yield();
                    }
                });
        file.fsync();
        byte[] after = read(volume.crash(file));
        for (int i = 0; i < after.length; i++) {
            assertEquals(i % stride == 0 ? 'x' : 0, after[i], "byte " + i);
        }
    }

    @Test
    void x10StoresThroughManyClonesStayInTheirFile() {
        ConformanceVolume volume = new ConformanceVolume(16 << 20);
        int size = 256 * KIB;
        DaxFile[] files = new DaxFile[8];
        files[0] = volume.create("0", size, 'o');
        for (int i = 1; i < files.length; i++) {
            files[i] = volume.volume.clone("0", "" + i);
        }
        Interleavings.Body[] stores = new Interleavings.Body[files.length];
        for (int i = 0; i < files.length; i++) {
            DaxFile file = files[i];
            byte value = (byte) ('A' + i);
            stores[i] = () -> {
                DaxWindow window = file.window(0, size);
                for (int at = 0; at < size; at += BLOCK) {
                    store(window, at + 512, BLOCK - 1024, value);
                }
                file.fsync();
            };
        }
        together(stores);
        for (int i = 0; i < files.length; i++) {
            byte[] block = ConformanceVolume.runs('o', 512, 'A' + i, BLOCK - 512, 'o', BLOCK);
            for (int at = 0; at < size; at += BLOCK) {
                assertBytes(block, read(files[i], at, BLOCK), "file " + i + " block at " + at);
            }
        }
        volume.check();
    }

    @Test
    void x12ReadIntoAReadOnlyWindowFails() {
        ConformanceVolume volume = new ConformanceVolume(4 << 20);
        DaxFile source = volume.create("source", BLOCK, 's');
        DaxFile file = volume.create("file", BLOCK, 'f');
        DaxWindow window = file.window(0, BLOCK, WindowMode.READ_ONLY);
        assertEquals('f', window.getByte(0));
        assertThrows(WindowPermissionException.class, () -> source.read(0, window, 0, BLOCK));
        assertBytes(bytes(BLOCK, 'f'), read(file), "file");
        assertEquals(0, file.dirtyLineCount());
    }

    @Test
    void x13PoisonedBlockFailsEveryFileThatSharesItUntilItIsWritten() {
        ConformanceVolume volume = new ConformanceVolume(8 << 20);
        DaxFile file = volume.create("file", 2 * BLOCK, 'f');
        DaxFile clone = volume.volume.clone("file", "clone");
        DaxWindow mine = file.window(0, 2 * BLOCK);
        DaxWindow other = clone.window(0, 2 * BLOCK);
        assertEquals('f', mine.getByte(0));
        assertEquals('f', other.getByte(0));

        file.markPoisoned(0, BLOCK);

        assertThrows(PoisonedException.class, () -> mine.getByte(0));
        assertThrows(PoisonedException.class, () -> other.getByte(0));
        assertEquals('f', mine.getByte(BLOCK));
        assertEquals('f', other.getByte(BLOCK));
        write(file, 0, BLOCK, 'n');
        assertEquals('n', mine.getByte(0));
        write(clone, 0, BLOCK, 'c');
        assertEquals('c', other.getByte(0));
        assertEquals('n', mine.getByte(0));
    }

    @ParameterizedTest
    @EnumSource(names = {"TRACKED", "PROTECTED", "SYNC"})
    void x17StoresToPreallocatedSpaceTurnJustTheirPagesIntoData(WindowMode mode) {
        int size = 6 * HUGE;
        ConformanceVolume volume = new ConformanceVolume(20 << 20);
        DaxFile file = volume.create("file");
        file.allocate(0, size);
        DaxWindow window = file.window(0, size, mode);
        int[] pages = {0, size / 2, size - BLOCK};
        for (int page : pages) {
            store(window, page, BLOCK, 'd');
        }
        List<ExtentState> states =
                file.extents(0, size).stream().map(Extent::state).toList();
        assertEquals(
                List.of(
                        ExtentState.MAPPED,
                        ExtentState.UNWRITTEN,
                        ExtentState.MAPPED,
                        ExtentState.UNWRITTEN,
                        ExtentState.MAPPED),
                states);
        byte[] expected = new byte[size];
        for (int page : pages) {
            Arrays.fill(expected, page, page + BLOCK, (byte) 'd');
        }
        assertBytes(expected, load(window, 0, size), "window");
        assertBytes(expected, read(volume.remount(file)), "after a remount");
    }

    @Test
    void x19PrefaultOfABrokenRangeEnds() {
        ConformanceVolume volume = new ConformanceVolume(8 << 20);
        DaxFile file = volume.create("file");
        file.allocate(0, HUGE);
        write(file, 0, HUGE, 'd');
        file.fsync();
        DaxWindow window = file.window(0, HUGE);
        file.markPoisoned(0, HUGE);
        for (int page = 0; page < HUGE; page += BLOCK) {
            int at = page;
            assertThrows(PoisonedException.class, () -> window.getByte(at));
        }
        assertThrows(PoisonedException.class, () -> load(window, 0, HUGE));
    }
}
