package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ConformanceVolume.BLOCK;
import static io.daxkv.storage.dax.ConformanceVolume.KIB;
import static io.daxkv.storage.dax.ConformanceVolume.assertBytes;
import static io.daxkv.storage.dax.ConformanceVolume.bytes;
import static io.daxkv.storage.dax.ConformanceVolume.load;
import static io.daxkv.storage.dax.ConformanceVolume.read;
import static io.daxkv.storage.dax.ConformanceVolume.runs;
import static io.daxkv.storage.dax.ConformanceVolume.store;
import static io.daxkv.storage.dax.ConformanceVolume.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the script tests ask of the page in which a file ends, while a mapping reaches beyond it (M9, M10, S33). */
@Timeout(60)
class ConformanceYEndOfFileTest {
    private ConformanceVolume volume;
    private DaxFile file;

    @BeforeEach
    void format() {
        volume = new ConformanceVolume(16 << 20);
        volume.soil(0xdd);
        file = volume.create("file");
    }

    @ParameterizedTest
    @EnumSource(names = {"TRACKED", "PROTECTED", "SYNC"})
    void y01StoreCutOffByTruncateNeverComesBack(WindowMode mode) {
        write(file, 0, 5120, 0x58);
        DaxWindow window = file.window(0, 3 * BLOCK, mode);
        store(window, 2048, 3072, 0x5a);
        file.truncate(2048);
        file.truncate(5120);
        assertBytes(runs(0x58, 2048, 0, 5120), load(window, 0, 5120), "after truncate down and up");
        write(file, 2048, 3072, 0x59);
        assertEverywhere(runs(0x58, 2048, 0x59, 5120), window);
    }

    @ParameterizedTest
    @EnumSource(names = {"TRACKED", "PROTECTED", "SYNC"})
    void y01StoreBehindTheEndNeverShows(WindowMode mode) {
        write(file, 0, 2048, 0x58);
        DaxWindow window = file.window(0, 3 * BLOCK, mode);
        store(window, 2048, 2048, 0x5a);
        store(window, 1024, 1024, 0x57);
        file.truncate(5120);
        assertBytes(runs(0x58, 1024, 0x57, 2048, 0, 5120), load(window, 0, 5120), "after truncate up");
        write(file, 2048, 3072, 0x59);
        assertEverywhere(runs(0x58, 1024, 0x57, 2048, 0x59, 5120), window);
    }

    @ParameterizedTest
    @EnumSource(names = {"TRACKED", "PROTECTED", "SYNC"})
    void y01UnalignedStoresBehindTheEndNeverShow(WindowMode mode) {
        write(file, 0, 2047, 0x58);
        DaxWindow window = file.window(0, 3 * BLOCK, mode);
        store(window, 2047, 2049, 0x5a);
        store(window, 513, 1025, 0x57);
        file.truncate(5121);
        write(file, 2047, 3071, 0x59);
        assertEverywhere(runs(0x58, 513, 0x57, 1538, 0x58, 2047, 0x59, 5118, 0, 5121), window);
    }

    @ParameterizedTest
    @EnumSource(names = {"TRACKED", "PROTECTED", "SYNC"})
    void y02StoresAroundTheEndThroughWindowsOfChangingLength(WindowMode mode) {
        int end = 5017 * KIB;
        int grown = 5020 * KIB;
        write(file, 0, end, 0x58);
        try (DaxWindow small = file.window(0, end, mode)) {
            store(small, end - 1024, 1024, 0x57);
        }
        try (DaxWindow large = file.window(0, grown, mode)) {
            store(large, end, 1024, 0x5a);
            file.truncate(end - 512);
            file.truncate(grown);
            store(large, grown - 512, 512, 0x59);
            byte[] expected = runs(0x58, end - 1024, 0x57, end - 512, 0, grown - 512, 0x59, grown);
            assertBytes(expected, load(large, 0, grown), "window");
        }
        DaxWindow again = file.window(0, grown, mode);
        assertEverywhere(runs(0x58, end - 1024, 0x57, end - 512, 0, grown - 512, 0x59, grown), again);
    }

    /** File length, offset and length of a store that begins inside the file's pages and may end beyond them. */
    @ParameterizedTest(name = "file of {0}, store of {2} at {1}")
    @CsvSource({
        "512, 3, 5",
        "512, 510, 5",
        "11264, 0, 12291",
        "16384, 0, 16387",
        "16384, 16374, 20",
        "65536, 0, 65539",
        "4096, 4090, 30"
    })
    void y17StoreBehindTheEndChangesNothingAndBeyondThePageFails(int size, int offset, int length) {
        int pageEnd = (size + BLOCK - 1) / BLOCK * BLOCK;
        for (WindowMode mode : new WindowMode[] {WindowMode.TRACKED, WindowMode.PROTECTED, WindowMode.SYNC}) {
            file = volume.create(mode.name());
            file.truncate(size);
            DaxWindow window = file.window(0, pageEnd + 2 * BLOCK, mode);
            assertBytes(bytes(pageEnd - size, 0), load(window, size, pageEnd - size), "behind the end");
            if (offset + length > pageEnd) {
                assertThrows(BeyondEndOfFileException.class, () -> store(window, offset, length, 0x5a));
                assertThrows(BeyondEndOfFileException.class, () -> window.getByte(pageEnd));
            } else {
                store(window, offset, length, 0x5a);
            }
            assertEquals(size, file.size());
            byte[] expected = new byte[size];
            Arrays.fill(expected, offset, Math.min(offset + length, size), (byte) 0x5a);
            assertBytes(expected, read(file), "inside the end");
            file.truncate(pageEnd + BLOCK);
            expected = Arrays.copyOf(expected, pageEnd + BLOCK);
            assertBytes(expected, read(file), "after it grew");
            assertBytes(expected, read(volume.remount(file)), "after a remount");
        }
    }

    /** Compares window, file and, after a remount, file and new window. */
    private void assertEverywhere(byte[] expected, DaxWindow window) {
        assertBytes(expected, load(window, 0, expected.length), "window");
        assertBytes(expected, read(file), "file");
        volume.check();
        file = volume.remount(file);
        assertBytes(expected, read(file), "file after a remount");
        assertBytes(expected, load(file.window(0, expected.length), 0, expected.length), "window after a remount");
    }
}
