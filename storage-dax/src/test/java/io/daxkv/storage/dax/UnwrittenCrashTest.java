package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import io.daxkv.storage.testkit.Seed;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** D6, S42: a crash in the first store to a reserved block never shows what the block held in its former life. */
class UnwrittenCrashTest {
    private static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    private static final int IMAGES = 8;

    @Test
    void firstStoreShowsNothingOfAFormerLife() {
        Seed seed = Seed.draw();
        seed.run(() -> explore(seed.random()));
    }

    private static void explore(RandomGenerator random) {
        RecordingPmem pmem = new RecordingPmem((int) VolumeLayout.SIZE_MIN);
        DaxVolume volume = DaxVolume.format(pmem);
        DaxFile former = volume.create("former", DaxFileKind.ORDINARY);
        byte[] bytes = new byte[(int) volume.freeSize() - 8 * BLOCK];
        Arrays.fill(bytes, (byte) 'x');
        former.write(0, ByteBuffer.wrap(bytes));
        former.fsync();
        volume.delete("former");
        DaxFile file = volume.create("file", DaxFileKind.ORDINARY);
        file.allocate(0, 64L * BLOCK);
        int[] imageCount = {0};
        pmem.onEvent(event -> {
            for (int i = 0; i < IMAGES; i++) {
                ByteBuffer found = ByteBuffer.allocate(64 * BLOCK - 1);
                DaxVolume.open(pmem.crash(random)).open("file").read(1, found);
                for (byte value : found.array()) {
                    assertEquals(0, value);
                }
                imageCount[0]++;
            }
        });
        try (DaxWindow window = file.window(0, BLOCK)) {
            window.putByte(0, (byte) 1);
        } finally {
            pmem.onEvent(null);
        }
        assertTrue(imageCount[0] > IMAGES, "images=" + imageCount[0]);
    }
}
