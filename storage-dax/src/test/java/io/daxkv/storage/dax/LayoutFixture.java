package io.daxkv.storage.dax;

import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** One file whose block n holds the bytes n + 1, on recording pmem: what the tests of layout changes begin with. */
class LayoutFixture {
    static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    static final int HUGE = (int) VolumeLayout.HUGE_SIZE;
    static final byte STORED = 'S';

    RecordingPmem pmem = new RecordingPmem(16L << 20);
    SyncPoint.Hook hook = SyncPoint.Hook.NONE;
    DaxVolume volume = newVolume();
    DaxFile file = volume.create("file", DaxFileKind.ORDINARY);

    private DaxVolume newVolume() {
        DaxVolume.format(pmem);
        return new DaxVolume(pmem, new FileOperations(), point -> hook.reached(point));
    }

    @AfterEach
    void layerIsSound() {
        VolumeChecker.check(volume);
    }

    /** Writes blocks {@code [0, count)} of the file, in one 2 MiB block where it fits. */
    void writeBlocks(int count) {
        byte[] bytes = new byte[count * BLOCK];
        for (int i = 0; i < count; i++) {
            Arrays.fill(bytes, i * BLOCK, (i + 1) * BLOCK, number(i));
        }
        file.write(0, ByteBuffer.wrap(bytes));
    }

    static byte number(int block) {
        return (byte) (1 + block % 100);
    }

    static void write(DaxFile file, long offset, int length, byte value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        file.write(offset, ByteBuffer.wrap(bytes));
    }

    static byte read(DaxFile file, long offset) {
        ByteBuffer found = ByteBuffer.allocate(1);
        file.read(offset, found);
        return found.get(0);
    }

    static byte[] content(DaxFile file) {
        byte[] bytes = new byte[(int) file.size()];
        file.read(0, ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** Returns the first byte of each block. */
    static List<Integer> heads(DaxFile file) {
        byte[] bytes = content(file);
        return java.util.stream.IntStream.iterate(0, at -> at < bytes.length, at -> at + BLOCK)
                .mapToObj(at -> (int) bytes[at])
                .toList();
    }

    /** Leaves {@code free} bytes; another file has the rest. */
    void fillVolume(long free) {
        DaxFile other = volume.create("other", DaxFileKind.ORDINARY);
        for (long at = 0; volume.freeSize() > free; at += BLOCK) {
            other.write(at, ByteBuffer.wrap(new byte[1]));
        }
    }

    void reopenAfterCrash() {
        pmem = pmem.crashKeepingNothing();
        volume = DaxVolume.open(pmem);
        file = volume.open("file");
    }
}
