package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import io.daxkv.storage.testkit.Seed;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A private window's stores are its own (M11): the file, its marks, its blocks and other windows never see them. */
@Timeout(60)
class PrivateWindowTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final int HUGE = (int) VolumeLayout.HUGE_SIZE;

    private final RecordingPmem pmem = new RecordingPmem(24L << 20);
    private final Actors actors = new Actors();
    private final DaxVolume volume = newVolume();
    private final DaxFile file = volume.create("file", DaxFileKind.ORDINARY);

    private DaxVolume newVolume() {
        DaxVolume.format(pmem);
        return new DaxVolume(pmem, new FileOperations(), actors);
    }

    @AfterEach
    void layerIsSound() {
        actors.close();
        VolumeChecker.check(volume);
    }

    @Test
    void storesAreSeenByThisWindowOnly() {
        file.write(0, ByteBuffer.wrap(new byte[3 * BLOCK]));
        file.fsync();
        DaxWindow window = file.window(0, 3 * BLOCK, WindowMode.PRIVATE);
        DaxWindow other = file.window(0, 3 * BLOCK);
        DaxWindow second = file.window(0, 3 * BLOCK, WindowMode.PRIVATE);
        long free = volume.freeSize();

        window.putByte(1, (byte) 1);
        window.putShort(BLOCK - 1, (short) 0x0203);
        window.putInt(8, 4);
        window.putLong(16, 5);
        window.putLong(2 * BLOCK - 3, 6);
        window.putLongRelease(24, 7);
        window.put(32, new byte[] {8, 9}, 0, 2);
        window.put(34, ByteBuffer.wrap(new byte[] {10, 11}), 0, 2);
        assertTrue(window.compareAndSetLong(40, 0, 12));
        assertFalse(window.compareAndSetLong(40, 0, 13));
        assertTrue(window.compareAndSetInt(48, 0, 14));

        assertEquals(1, window.getByte(1));
        assertEquals(0x0203, window.getShort(BLOCK - 1));
        assertEquals(4, window.getInt(8));
        assertEquals(5, window.getLong(16));
        assertEquals(6, window.getLong(2 * BLOCK - 3));
        assertEquals(7, window.getLongAcquire(24));
        byte[] four = new byte[4];
        window.get(32, four, 0, 4);
        assertArrayEquals(new byte[] {8, 9, 10, 11}, four);
        assertEquals(12, window.getLong(40));
        assertEquals(14, window.getInt(48));

        assertArrayEquals(new byte[3 * BLOCK], content(other));
        assertArrayEquals(new byte[3 * BLOCK], content(second));
        assertArrayEquals(new byte[3 * BLOCK], fileContent(3 * BLOCK));
        assertEquals(0, file.dirtyLineCount());
        assertEquals(free, volume.freeSize());
        VolumeChecker.check(file, window);
    }

    @Test
    void pageIsTheFilesUntilTheFirstStoreToIt() {
        file.allocate(0, 2 * BLOCK);
        DaxWindow window = file.window(0, 2 * BLOCK, WindowMode.PRIVATE);
        DaxWindow other = file.window(0, 2 * BLOCK);
        other.putLong(0, 1);
        assertEquals(1, window.getLong(0));
        other.putLong(0, 2);
        assertEquals(2, window.getLong(0));
        window.putLong(8, 9);
        other.putLong(0, 3);
        assertEquals(2, window.getLong(0), "the copy was made before");
        other.putLong(BLOCK, 4);
        assertEquals(4, window.getLong(BLOCK));
    }

    @Test
    void storeToAHoleTakesNoBlockAndLeavesItAHole() {
        file.truncate(2 * HUGE);
        long free = volume.freeSize();
        DaxWindow window = file.window(0, 2 * HUGE, WindowMode.PRIVATE);
        assertEquals(0, window.getLong(HUGE));
        window.putLong(HUGE, 5);
        window.putLong(HUGE + BLOCK, 6);
        assertEquals(5, window.getLong(HUGE));
        assertEquals(free, volume.freeSize());
        assertEquals(List.of(new Extent(0, 2 * HUGE, ExtentState.HOLE)), file.extents(0, 2 * HUGE));
        assertEquals(0, file.window(HUGE, BLOCK).getLong(0));
        VolumeChecker.check(file, window);
    }

    @Test
    void noTranslationIsEverWritableInHugePagesEither() {
        file.allocate(0, HUGE);
        DaxWindow window = file.window(0, HUGE, WindowMode.PRIVATE);
        assertEquals(0, window.getByte(5));
        long huge = volume.counters().hugeFaultCount();
        assertEquals(1, huge);
        window.putByte(5, (byte) 1);
        window.putByte(HUGE - 1, (byte) 2);
        assertEquals(-1, window.storeAddress(0));
        assertEquals(2, volume.counters().copyFaultCount());
        assertEquals(1, window.getByte(5));
        assertEquals(0, file.window(0, HUGE).getByte(5));
    }

    /** S36 and its kin: whatever happens to the blocks, the copy is not one of them. */
    @Test
    void copiesSurviveLayoutChanges() {
        file.write(0, ByteBuffer.wrap(new byte[4 * BLOCK]));
        DaxWindow window = file.window(0, 4 * BLOCK, WindowMode.PRIVATE);
        for (int page = 0; page < 4; page++) {
            window.putByte(page * BLOCK, (byte) (page + 1));
        }
        file.allocate(0, 8 * BLOCK);
        file.punchHole(0, 4 * BLOCK);
        file.write(0, ByteBuffer.wrap(new byte[4 * BLOCK]));
        file.truncate(16 * BLOCK);
        file.truncate(3 * BLOCK + 1);
        for (int page = 0; page < 4; page++) {
            assertEquals(page + 1, window.getByte(page * BLOCK));
        }
    }

    @Test
    void truncationOfThePageTakesItsCopy() {
        file.truncate(4 * BLOCK);
        DaxWindow window = file.window(0, 4 * BLOCK, WindowMode.PRIVATE);
        window.putByte(0, (byte) 1);
        window.putByte(2 * BLOCK, (byte) 2);
        file.truncate(2 * BLOCK);
        assertThrows(BeyondEndOfFileException.class, () -> window.getByte(2 * BLOCK));
        assertThrows(BeyondEndOfFileException.class, () -> window.putByte(2 * BLOCK, (byte) 3));
        file.truncate(4 * BLOCK);
        assertEquals(0, window.getByte(2 * BLOCK));
        assertEquals(1, window.getByte(0));
    }

    @Test
    void discardDropsCopiesOfTheRangeOnly() {
        file.allocate(0, 2 * BLOCK);
        DaxWindow window = file.window(0, 2 * BLOCK, WindowMode.PRIVATE);
        window.putByte(0, (byte) 1);
        window.putByte(BLOCK, (byte) 2);
        window.discard(0, 0);
        assertEquals(1, window.getByte(0));
        window.discard(10, 1);
        assertEquals(0, window.getByte(0));
        assertEquals(2, window.getByte(BLOCK));
        window.putByte(1, (byte) 3);
        assertEquals(3, window.getByte(1));
        assertEquals(0, window.getByte(0));
    }

    /** R23 of the kernel's history: a copy-on-write fault touches no metadata, so a volume at rest allows it. */
    @Test
    void worksOnAVolumeThatTakesNoStores() {
        file.write(0, ByteBuffer.wrap(new byte[] {7}));
        DaxWindow window = file.window(0, BLOCK, WindowMode.PRIVATE);
        DaxWindow shared = file.window(0, BLOCK);
        file.fsync();
        volume.core().shutDown("test");
        window.putByte(1, (byte) 1);
        assertEquals(7, window.getByte(0));
        assertEquals(1, window.getByte(1));
        window.fsync(0, BLOCK);
        assertThrows(VolumeShutDownException.class, () -> shared.putByte(0, (byte) 1));
    }

    @Test
    void nothingOfItSurvives() {
        file.allocate(0, BLOCK);
        DaxWindow window = file.window(0, BLOCK, WindowMode.PRIVATE);
        window.putByte(0, (byte) 1);
        window.fsync(0, BLOCK);
        file.fsync();
        window.close();
        assertThrows(WindowClosedException.class, () -> window.getByte(0));
        assertThrows(WindowClosedException.class, () -> window.putByte(0, (byte) 1));
        DaxVolume after = DaxVolume.open(pmem.crashKeepingEverything());
        assertEquals(0, after.open("file").window(0, BLOCK).getByte(0));
    }

    /** S38: the block cannot be given away and stored to by another file while it is being copied. */
    @Test
    void punchWaitsForTheCopy() {
        file.write(0, ByteBuffer.wrap(new byte[] {7}));
        DaxWindow window = file.window(0, BLOCK, WindowMode.PRIVATE);
        Actors.Actor store = actors.park(SyncPoint.FAULT_AFTER_MAP, () -> window.putByte(1, (byte) 1));
        Actors.Actor punch = actors.start(() -> file.punchHole(0, BLOCK));
        punch.awaitBlockedOrDone();
        assertFalse(punch.isDone());
        store.finish();
        punch.finish();
        assertEquals(7, window.getByte(0));
        assertEquals(1, window.getByte(1));
    }

    /** Two first stores to one page: neither copies over the other. */
    @Test
    void secondFaultOfAPageKeepsWhatTheFirstStored() {
        file.allocate(0, BLOCK);
        DaxWindow window = file.window(0, BLOCK, WindowMode.PRIVATE);
        Actors.Actor late = actors.park(SyncPoint.FAULT_BEFORE_ENTRY_LOCK, () -> window.putLong(8, 2));
        window.putLong(0, 1);
        late.finish();
        assertEquals(1, window.getLong(0));
        assertEquals(2, window.getLong(8));
    }

    @Test
    void anyMixOfAccessesEqualsAnArray() {
        Seed seed = Seed.draw();
        seed.run(() -> {
            RandomGenerator random = seed.random();
            int size = 3 * BLOCK;
            byte[] model = new byte[size];
            random.nextBytes(model);
            file.write(0, ByteBuffer.wrap(model.clone()));
            byte[] original = model.clone();
            DaxWindow window = file.window(0, size, WindowMode.PRIVATE);
            ByteBuffer view = ByteBuffer.wrap(model).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            for (int step = 0; step < 2000; step++) {
                int at = random.nextInt(size - 8);
                switch (random.nextInt(6)) {
                    case 0 -> {
                        window.putInt(at, step);
                        view.putInt(at, step);
                    }
                    case 1 -> {
                        window.putLong(at, step * 31L);
                        view.putLong(at, step * 31L);
                    }
                    case 2 -> {
                        window.putShort(at, (short) step);
                        view.putShort(at, (short) step);
                    }
                    case 3 -> {
                        byte[] bytes = new byte[random.nextInt(size - at)];
                        random.nextBytes(bytes);
                        window.put(at, ByteBuffer.wrap(bytes), 0, bytes.length);
                        System.arraycopy(bytes, 0, model, at, bytes.length);
                    }
                    case 4 -> assertEquals(view.getLong(at), window.getLong(at));
                    default -> {
                        ByteBuffer copy = ByteBuffer.allocate(size - at);
                        window.get(at, copy, 0, size - at);
                        assertArrayEquals(Arrays.copyOfRange(model, at, size), copy.array());
                    }
                }
            }
            assertArrayEquals(model, content(window));
            assertArrayEquals(original, fileContent(size));
        });
    }

    private static byte[] content(DaxWindow window) {
        byte[] bytes = new byte[(int) window.length()];
        window.get(0, bytes, 0, bytes.length);
        return bytes;
    }

    private byte[] fileContent(int size) {
        ByteBuffer bytes = ByteBuffer.allocate(size);
        file.read(0, bytes);
        return bytes.array();
    }
}
