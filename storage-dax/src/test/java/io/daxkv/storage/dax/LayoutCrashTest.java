package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.PmemEvent;
import io.daxkv.storage.testkit.RecordingPmem;
import io.daxkv.storage.testkit.Seed;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * A crash at any event inside a clone, a shift, a zeroed range or a copy-on-write leaves a sound volume (D6, S42, O6)
 * and the file as the operation promises: wholly before or after, or each block so.
 *
 * <p>Method: at every flush and before every drain the images that keep nothing, everything, and a random choice are
 * opened and checked. The file's bytes are durable but for one line in each of three blocks, stored through a window.
 */
class LayoutCrashTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final int BLOCKS = 6;
    private static final byte STORED = 'S';
    private static final byte FORMER = 'x';

    private RandomGenerator random;
    private RecordingPmem pmem;
    private DaxVolume volume;
    private DaxFile file;
    private byte[] synced;
    private byte[] present;
    private int imageCount;
    private int afterCount;

    @Test
    void collapseIsAtomic() {
        atomic(file -> file.collapseRange(BLOCK, 2 * BLOCK), (before, after) -> before.length != after.length);
    }

    @Test
    void insertIsAtomic() {
        atomic(file -> file.insertRange(BLOCK, 2 * BLOCK), (before, after) -> before.length != after.length);
    }

    @Test
    void cloneIsWholeOrAbsent() {
        explore(() -> volume.clone("file", "clone"), crashed -> {
            assertIsEither(LayoutFixture.content(crashed.open("file")), synced, present);
            if (crashed.exists("clone")) {
                afterCount++;
                assertArrayEquals(present, LayoutFixture.content(crashed.open("clone")));
            }
        });
    }

    @Test
    void clonedRangeHasEachBlockOldOrNew() {
        explore(() -> file.cloneRange(file, 0, 3 * BLOCK, 2 * BLOCK), crashed -> {
            byte[] bytes = LayoutFixture.content(crashed.open("file"));
            for (int block = 0; block < BLOCKS; block++) {
                boolean isTarget = block == 3 || block == 4;
                assertBlockIsEither(bytes, block, isTarget ? block - 3 : block);
            }
            afterCount += bytes[3 * BLOCK] == present[0] ? 1 : 0;
        });
    }

    @Test
    void zeroedRangeHasEachBlockOldOrZero() {
        explore(() -> file.zeroRange(BLOCK, 3 * BLOCK, SizeRule.KEEP), crashed -> {
            byte[] bytes = LayoutFixture.content(crashed.open("file"));
            for (int block = 0; block < BLOCKS; block++) {
                if (block >= 1 && block <= 3 && isZero(bytes, block)) {
                    afterCount++;
                } else {
                    assertBlockIsEither(bytes, block, block);
                }
            }
        });
    }

    @Test
    void copyOnWriteLosesNothingOfEither() {
        for (boolean byWindow : new boolean[] {true, false}) {
            explore(
                    () -> {
                        volume.clone("file", "clone");
                        if (byWindow) {
                            file.window(0, BLOCK).putByte(100, (byte) 'W');
                        } else {
                            file.write(100, ByteBuffer.wrap(new byte[] {'W'}));
                        }
                        file.fsync();
                    },
                    crashed -> {
                        byte[] bytes = LayoutFixture.content(crashed.open("file"));
                        if (crashed.exists("clone")) {
                            assertArrayEquals(present, LayoutFixture.content(crashed.open("clone")));
                            afterCount += bytes[100] == 'W' ? 1 : 0;
                            bytes[100] = bytes[100] == 'W' ? present[100] : bytes[100];
                            assertArrayEquals(present, bytes);
                        } else {
                            assertIsEither(bytes, synced, present);
                        }
                    });
        }
    }

    /** S37: a copy that is not durable before the map names it loses what the block held. */
    @Test
    void copyThatIsNotFlushedIsCaught() {
        FileOperations broken = new FileOperations() {
            @Override
            WritableBlocks blocks(FileParts parts) {
                return new WritableBlocks(parts) {
                    @Override
                    void copyBlock(long source, long target) {
                        core.pmem.copy(
                                VolumeLayout.offsetOf(source), VolumeLayout.offsetOf(target), VolumeLayout.BLOCK_SIZE);
                    }
                };
            }
        };
        assertThrows(
                AssertionError.class,
                () -> explore(
                        broken,
                        () -> {
                            volume.clone("file", "clone");
                            file.write(100, ByteBuffer.wrap(new byte[] {'W'}));
                            file.fsync();
                        },
                        crashed -> {
                            byte[] bytes = LayoutFixture.content(crashed.open("file"));
                            bytes[100] = present[100];
                            assertIsEither(bytes, synced, present);
                        }));
    }

    /** The map and the size of a shift are one word; two would show a file that never was. */
    @Test
    void shiftOfAFileThatLiesAcrossACrashIsFinishedAtOpen() {
        RecordingPmem[] image = new RecordingPmem[1];
        explore(() -> {}, crashed -> {});
        volume = new DaxVolume(pmem, new FileOperations(), point -> {
            if (point == SyncPoint.LAYOUT_MID_SWITCH) {
                image[0] = pmem.crashKeepingNothing();
            }
        });
        volume.open("file").collapseRange(0, 2 * BLOCK);
        DaxVolume crashed = DaxVolume.open(image[0]);
        assertEquals((BLOCKS - 2) * BLOCK, crashed.open("file").size());
        VolumeChecker.check(crashed);
        image[0] = image[0].crashKeepingNothing();
        assertEquals((BLOCKS - 2) * BLOCK, DaxVolume.open(image[0]).open("file").size());
    }

    private void atomic(Consumer<DaxFile> operation, BiPredicate<byte[], byte[]> isAfter) {
        byte[][] after = new byte[1][];
        explore(() -> {}, crashed -> {});
        operation.accept(file);
        after[0] = LayoutFixture.content(file);
        explore(() -> operation.accept(file), crashed -> {
            byte[] bytes = LayoutFixture.content(crashed.open("file"));
            if (isAfter.test(present, bytes)) {
                afterCount++;
                assertArrayEquals(after[0], bytes);
            } else {
                assertIsEither(bytes, synced, present);
            }
        });
    }

    private void explore(Runnable operation, Consumer<DaxVolume> check) {
        explore(new FileOperations(), operation, check);
    }

    private void explore(FileOperations operations, Runnable operation, Consumer<DaxVolume> check) {
        Seed seed = Seed.draw();
        seed.run(() -> {
            random = seed.random();
            prepare(operations);
            imageCount = 0;
            afterCount = 0;
            pmem.onEvent(event -> {
                if (event.kind() == PmemEvent.Kind.DRAINING || event.kind() == PmemEvent.Kind.FLUSHED) {
                    List.of(pmem.crashKeepingNothing(), pmem.crashKeepingEverything(), pmem.crash(random))
                            .forEach(image -> checkImage(image, check));
                }
            });
            long drains = pmem.counters().drainCount();
            operation.run();
            pmem.onEvent(null);
            VolumeChecker.check(volume);
            if (pmem.counters().drainCount() > drains) {
                checkImage(pmem.crashKeepingNothing(), check);
                assertTrue(imageCount >= 10, "images=" + imageCount);
                assertTrue(afterCount > 0, "no image shows the operation done");
            }
        });
    }

    private void checkImage(RecordingPmem image, Consumer<DaxVolume> check) {
        imageCount++;
        DaxVolume crashed = DaxVolume.open(image);
        VolumeChecker.check(crashed);
        check.accept(crashed);
    }

    private void prepare(FileOperations operations) {
        pmem = new RecordingPmem(2 << 20);
        DaxVolume.format(pmem, new UUID(1, 5));
        volume = new DaxVolume(pmem, operations, SyncPoint.Hook.NONE);
        DaxFile former = volume.create("former", DaxFileKind.ORDINARY);
        LayoutFixture.write(former, 0, 100 * BLOCK, FORMER);
        former.fsync();
        volume.delete("former");
        file = volume.create("file", DaxFileKind.ORDINARY);
        for (int block = 0; block < BLOCKS; block++) {
            LayoutFixture.write(file, (long) block * BLOCK, BLOCK, (byte) (block + 1));
        }
        file.fsync();
        synced = LayoutFixture.content(file);
        try (DaxWindow window = file.window(0, BLOCKS * BLOCK)) {
            window.putByte(0, STORED);
            window.putByte(2 * BLOCK + 5, STORED);
            window.putByte(4 * BLOCK + 99, STORED);
        }
        present = LayoutFixture.content(file);
    }

    /** Checks each byte of a block against what another block of the file held, synced or not. */
    private void assertBlockIsEither(byte[] bytes, int block, int other) {
        boolean isOld = isEither(bytes, block, block);
        boolean isNew = other != block
                && Arrays.equals(
                        bytes, block * BLOCK, (block + 1) * BLOCK, present, other * BLOCK, (other + 1) * BLOCK);
        assertTrue(isOld || isNew, "block " + block + " is neither old nor new");
    }

    private boolean isEither(byte[] bytes, int block, int other) {
        for (int i = 0; i < BLOCK; i++) {
            byte value = bytes[block * BLOCK + i];
            if (value != synced[other * BLOCK + i] && value != present[other * BLOCK + i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(byte[] bytes, int block) {
        for (int i = 0; i < BLOCK; i++) {
            if (bytes[block * BLOCK + i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static void assertIsEither(byte[] bytes, byte[] a, byte[] b) {
        assertEquals(a.length, bytes.length, "size");
        for (int i = 0; i < bytes.length; i++) {
            assertTrue(bytes[i] == a[i] || bytes[i] == b[i], "offset=" + i + ", value=" + bytes[i]);
        }
    }
}
