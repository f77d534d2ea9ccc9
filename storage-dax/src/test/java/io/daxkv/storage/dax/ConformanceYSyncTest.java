package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ConformanceVolume.BLOCK;
import static io.daxkv.storage.dax.ConformanceVolume.KIB;
import static io.daxkv.storage.dax.ConformanceVolume.assertBytes;
import static io.daxkv.storage.dax.ConformanceVolume.bytes;
import static io.daxkv.storage.dax.ConformanceVolume.load;
import static io.daxkv.storage.dax.ConformanceVolume.read;
import static io.daxkv.storage.dax.ConformanceVolume.store;
import static io.daxkv.storage.dax.ConformanceVolume.together;
import static io.daxkv.storage.dax.ConformanceVolume.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.pmem.PersistFailedException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the script tests ask of syncs, synchronous mappings, shut down volumes and failing devices. */
@Timeout(60)
class ConformanceYSyncTest {
    private final ConformanceVolume volume = new ConformanceVolume(8 << 20);

    @ParameterizedTest
    @EnumSource(names = {"TRACKED", "PROTECTED", "SYNC"})
    void y07TwoRangedSyncsMakeBothEndsDurable(WindowMode mode) {
        int size = 256 * KIB;
        DaxFile file = volume.create("file", size, 'o');
        DaxWindow window = file.window(0, size, mode);
        store(window, 0, BLOCK, 'f');
        store(window, size - BLOCK, BLOCK, 'l');
        window.fsync(0, 64 * KIB);
        window.fsync(192 * KIB, 64 * KIB);
        file = volume.crash(file);
        assertBytes(bytes(BLOCK, 'f'), read(file, 0, BLOCK), "first page");
        assertBytes(bytes(BLOCK, 'l'), read(file, size - BLOCK, BLOCK), "last page");
        assertBytes(bytes(size - 2 * BLOCK, 'o'), read(file, BLOCK, size - 2 * BLOCK), "between");
    }

    @ParameterizedTest
    @EnumSource(names = {"TRACKED", "PROTECTED", "SYNC"})
    void y14ShutDownVolumeTakesNoStoreAndSaysSo(WindowMode mode) {
        DaxFile file = volume.create("file");
        file.truncate(2 * BLOCK);
        DaxWindow window = file.window(0, 2 * BLOCK, mode);
        window.putByte(0, (byte) 'd');
        volume.pmem.failDrainAt(1);
        assertThrows(PersistFailedException.class, file::fsync);
        assertThrows(VolumeShutDownException.class, () -> window.putByte(BLOCK, (byte) 'd'));
        assertThrows(VolumeShutDownException.class, () -> write(file, 0, 1, 'd'));
        assertThrows(DaxException.class, file::fsync);
        assertEquals('d', window.getByte(0), "loads go on");
        assertEquals(0, window.getByte(BLOCK));
    }

    @Test
    void y18SyncWindowLeavesBytesBlocksAndSizeAfterACrash() {
        int size = 1 << 20;
        DaxFile file = volume.create("file");
        file.truncate(size);
        DaxWindow window = file.window(0, size, WindowMode.SYNC);
        store(window, 0, size, 'd');
        window.persist(0, size);
        file = volume.crash(file);
        assertEquals(size, file.size());
        assertEquals(List.of(new Extent(0, size, ExtentState.MAPPED)), file.extents(0, size));
        assertBytes(bytes(size, 'd'), read(file), "after a crash without any fsync");
    }

    @Test
    void y18SyncWindowOfAFileThatGrewWithoutASyncKeepsItsEnd() {
        DaxFile file = volume.create("file");
        write(file, 0, 3 * BLOCK + 5, 'o');
        DaxWindow window = file.window(0, 4 * BLOCK, WindowMode.SYNC);
        window.putByte(3 * BLOCK + 4, (byte) 'd');
        window.persist(3 * BLOCK + 4, 1);
        file = volume.crash(file);
        assertEquals(3 * BLOCK + 5, file.size());
        assertEquals('d', read(file, 3 * BLOCK + 4, 1)[0]);
    }

    @Test
    void y19PrivateWindowWorksOnAVolumeThatTakesNoStores() {
        DaxFile file = volume.create("file", 2 * BLOCK, 'p');
        volume.volume.close();
        try (DaxWindow window = file.window(0, 2 * BLOCK, WindowMode.PRIVATE)) {
            assertEquals('p', window.getByte(0));
            window.putByte(BLOCK, (byte) 'c');
            assertEquals('c', window.getByte(BLOCK));
            assertEquals('p', window.getByte(BLOCK + 1));
        }
        try (DaxWindow again = file.window(0, 2 * BLOCK, WindowMode.PRIVATE)) {
            assertBytes(bytes(2 * BLOCK, 'p'), load(again, 0, 2 * BLOCK), "the file itself");
        }
    }

    /** The drain that fails is one of many; whoever writes gets an error in the end, and what was synced is there. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 40})
    void y22FailingDeviceIsReportedToEveryWriterAndLosesNothingSynced(int drain) {
        int size = 256 * KIB;
        DaxFile file = volume.create("file", size, 'o');
        volume.pmem.failDrainAt(drain);
        boolean[] isRefused = new boolean[2];
        together(() -> isRefused[0] = endsRefused(at -> write(file, at * 2 * BLOCK, BLOCK, 'w'), file), () -> {
            DaxWindow window = file.window(0, size);
            isRefused[1] = endsRefused(at -> store(window, (at * 2 + 1) * BLOCK, BLOCK, 's'), file);
        });
        assertTrue(isRefused[0] && isRefused[1], "both writers were told");
        assertThrows(VolumeShutDownException.class, () -> write(file, 0, 1, 'w'));

        DaxFile after = volume.crash(file);
        VolumeChecker.check(volume.volume);
        assertEquals(size, after.size());
        for (byte value : read(after)) {
            assertTrue(value == 'o' || value == 'w' || value == 's', "a byte nobody wrote: " + value);
        }
        write(after, 0, BLOCK, 'n');
        after.fsync();
        assertFalse(after.dirtyLineCount() > 0);
    }

    private interface Access {
        void at(int number);
    }

    /** Repeats access and fsync until one is refused; returns false if none ever is. */
    private static boolean endsRefused(Access access, DaxFile file) {
        for (int round = 0; round < 1000; round++) {
            try {
                access.at(round % 32);
                file.fsync();
            } catch (PersistFailedException | VolumeShutDownException e) {
                return true;
            }
        }
        return false;
    }
}
