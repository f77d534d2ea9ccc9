package io.daxkv.storage.dax;

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
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A crash inside any operation leaves a sound volume (S42, D6): no block owned twice or lost, no byte of one file ever
 * shown in another, no half-made file.
 *
 * <p>Method: two files whose bytes are odd in one and even in the other; random operations; just before every drain,
 * where most can still be lost, the crash images that keep nothing, everything, and a random choice of 8-byte atoms are
 * opened and checked. The last test breaks the allocation protocol, to show that this would be noticed.
 */
class VolumeCrashTest {
    private static final int FILE_SIZE_MAX = 3 << 20;

    private RandomGenerator random;
    private RecordingPmem pmem;
    private int imageCount;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void crashInsideAnyOperationLeavesASoundVolume(long number) {
        Seed seed = Seed.draw().fork(number);
        seed.run(() -> {
            explore(seed, 25);
            assertTrue(imageCount > 0, "no crash was tried");
        });
    }

    @Test
    void blockFreedBeforeItsUnmapIsDurableIsCaught() {
        DaxVolume[] volume = new DaxVolume[1];
        FileOperations broken = new FileOperations() {
            @Override
            Truncation truncation(FileParts parts, IoPath io, Writeback writeback) {
                return new Truncation(parts, io, writeback) {
                    @Override
                    void forget(long first, long count) {
                        map.walk(first, first + count, (index, block, n, word) -> core.allocator.free(block, n));
                        volume[0].open("even").write(0, ByteBuffer.wrap(new byte[] {2}));
                        volume[0].open("even").fsync();
                        map.unmap(first, count);
                    }
                };
            }
        };
        random = Seed.draw().random();
        pmem = new RecordingPmem(4 << 20);
        DaxVolume.format(pmem);
        volume[0] = new DaxVolume(pmem, broken, SyncPoint.Hook.NONE);
        volume[0].create("even", DaxFileKind.ORDINARY);
        DaxFile odd = volume[0].create("odd", DaxFileKind.ORDINARY);
        odd.write(0, ByteBuffer.wrap(new byte[] {1}));
        odd.fsync();
        checkBeforeEachDrain(1);

        AssertionError caught = assertThrows(AssertionError.class, () -> odd.punchHole(0, VolumeLayout.BLOCK_SIZE));
        assertTrue(caught.getMessage().startsWith("foreign byte in odd"), caught.getMessage());
    }

    /** What survives of an old superblock must never lead to an empty root page: all files would seem never made. */
    @Test
    void formatTakesTheSuperblocksAwayBeforeWhatTheyLeadTo() {
        pmem = new RecordingPmem(2 << 20, 4 << 20);
        DaxVolume old = DaxVolume.format(pmem);
        old.create("odd", DaxFileKind.ORDINARY);
        old.grow(4 << 20);
        pmem.onEvent(event -> {
            boolean isReachable = DaxVolume.isFormatted(pmem.crashKeepingNothing());
            if (event.kind() == PmemEvent.Kind.DRAINING && isReachable) {
                imageCount++;
                RecordingPmem image = pmem.crashKeepingEverything();
                assertTrue(image.getLong(VolumeLayout.ROOT_PAGE) != 0, "root page is gone, its superblock may not be");
            }
        });
        DaxVolume.format(pmem);
        assertTrue(imageCount > 0, "no drain while the old volume could still be found");
    }

    @Test
    void reusedBlockNeverShowsWhatItHeldBefore() {
        Seed seed = Seed.draw();
        seed.run(() -> {
            random = seed.random();
            pmem = new RecordingPmem(4 << 20);
            DaxVolume volume = DaxVolume.format(pmem, new UUID(1, 3));
            DaxFile odd = volume.create("odd", DaxFileKind.ORDINARY);
            DaxFile even = volume.create("even", DaxFileKind.ORDINARY);
            even.truncate(VolumeLayout.BLOCK_SIZE);
            // Tables first, so that the block given back is the next one handed out.
            even.write(0, ByteBuffer.wrap(new byte[] {2}));
            even.punchHole(0, VolumeLayout.BLOCK_SIZE);
            odd.write(0, ByteBuffer.wrap(bytes(odd, VolumeLayout.BLOCK_SIZE)));
            odd.fsync();
            long block = odd.parts().map.lookup(0);
            odd.punchHole(0, VolumeLayout.BLOCK_SIZE);
            checkManyImagesBeforeEachDrain();
            even.write(0, ByteBuffer.wrap(new byte[] {2}));
            pmem.onEvent(null);
            assertEquals(block, even.parts().map.lookup(0), "the block was used again");
        });
    }

    @Test
    void newFileIsWholeOrAbsentThoughItsInodeIsUsedAgain() {
        Seed seed = Seed.draw();
        seed.run(() -> {
            random = seed.random();
            pmem = new RecordingPmem(4 << 20);
            DaxVolume volume = DaxVolume.format(pmem, new UUID(1, 4));
            volume.create("odd", DaxFileKind.ORDINARY);
            volume.delete("odd");
            checkManyImagesBeforeEachDrain();
            for (int i = 0; i < VolumeLayout.INODES_PER_BLOCK; i++) {
                volume.create("even" + i, DaxFileKind.ORDINARY);
            }
            pmem.onEvent(null);
        });
    }

    private void checkManyImagesBeforeEachDrain() {
        pmem.onEvent(event -> {
            if (event.kind() == PmemEvent.Kind.DRAINING) {
                check(pmem.crashKeepingNothing());
                check(pmem.crashKeepingEverything());
                for (int i = 0; i < 12; i++) {
                    check(pmem.crash(random));
                }
            }
        });
    }

    private void checkBeforeEachDrain(int oneIn) {
        pmem.onEvent(event -> {
            if (event.kind() == PmemEvent.Kind.DRAINING && random.nextInt(oneIn) == 0) {
                List.of(pmem.crashKeepingNothing(), pmem.crashKeepingEverything(), pmem.crash(random))
                        .forEach(this::check);
            }
        });
    }

    private void explore(Seed seed, int steps) {
        random = seed.random();
        imageCount = 0;
        pmem = new RecordingPmem(24 << 20);
        DaxVolume volume = DaxVolume.format(pmem, new UUID(1, 2));
        checkBeforeEachDrain(3);
        volume.create("odd", DaxFileKind.ORDINARY);
        volume.create("even", DaxFileKind.ORDINARY);
        for (int step = 0; step < steps; step++) {
            String name = random.nextBoolean() ? "odd" : "even";
            if (!volume.exists(name)) {
                volume.create(name, DaxFileKind.ORDINARY);
            }
            step(volume, volume.open(name));
        }
    }

    private void step(DaxVolume volume, DaxFile file) {
        int offset = random.nextInt(FILE_SIZE_MAX - 20_000);
        int length = 1 + random.nextInt(20_000);
        switch (random.nextInt(15)) {
            case 0, 1 -> file.write(offset, ByteBuffer.wrap(bytes(file, length)));
            case 2, 3 -> store(file, offset, length);
            case 4 -> file.punchHole(offset, length * 4L);
            case 5 -> file.truncate(offset);
            case 6 -> file.allocate(random.nextInt(2) << 21, 1 << 21);
            case 7, 8 -> file.fsync();
            case 9 -> file.zeroRange(offset, length * 4L, SizeRule.KEEP);
            case 10 -> file.allocate(offset, length * 4L, SizeRule.KEEP);
            case 11 -> shift(file, VolumeLayout.indexOf(offset), VolumeLayout.indexCount(length));
            case 12 -> share(file, VolumeLayout.indexOf(offset), VolumeLayout.indexCount(length));
            case 13 -> {
                String clone = file.name() + "Clone";
                if (volume.exists(clone)) {
                    volume.open(clone).write(offset, ByteBuffer.wrap(bytes(file, length)));
                    volume.delete(clone);
                }
                volume.clone(file.name(), clone);
                volume.open(clone).write(offset, ByteBuffer.wrap(bytes(file, length)));
            }
            default -> {
                if (random.nextInt(6) == 0) {
                    volume.delete(file.name());
                }
            }
        }
    }

    private void shift(DaxFile file, long index, long count) {
        long offset = VolumeLayout.offsetOf(index);
        long length = VolumeLayout.offsetOf(count);
        if (offset + length < file.size()) {
            file.collapseRange(offset, length);
        } else if (offset < file.size()) {
            file.insertRange(offset, length);
        }
    }

    private void share(DaxFile file, long index, long count) {
        long offset = VolumeLayout.offsetOf(index);
        long length = VolumeLayout.offsetOf(count);
        if (offset > length && offset + length <= file.size()) {
            file.cloneRange(file, offset, 0, length);
        }
    }

    private void store(DaxFile file, int offset, int length) {
        if (offset < file.size()) {
            try (DaxWindow window = file.window(0, FILE_SIZE_MAX)) {
                window.put(offset, bytes(file, length), 0, (int) Math.min(length, file.size() - offset));
            }
        }
    }

    private void check(RecordingPmem image) {
        imageCount++;
        DaxVolume volume = DaxVolume.open(image);
        VolumeChecker.check(volume);
        for (String name : volume.names()) {
            DaxFile file = volume.open(name);
            ByteBuffer content = ByteBuffer.allocate((int) file.size());
            file.read(0, content);
            for (byte value : content.array()) {
                assertTrue(value == 0 || (value & 1) == parity(name), "foreign byte in " + name + ": " + value);
            }
        }
        assertEquals(0, image.redundantLineCount());
    }

    private byte[] bytes(DaxFile file, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) (2 + 2 * random.nextInt(60) + parity(file.name())));
        return bytes;
    }

    private static int parity(String name) {
        return name.startsWith("odd") ? 1 : 0;
    }
}
