package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;

/** A volume on the recorder, with the few verbs that the conformance cases are written in. */
final class ConformanceVolume {
    static final int KIB = 1024;
    static final int BLOCK = VolumeLayout.BLOCK_SIZE;
    static final int HUGE = (int) VolumeLayout.HUGE_SIZE;

    RecordingPmem pmem;
    DaxVolume volume;

    /** Formats a volume of {@code size} bytes. */
    ConformanceVolume(long size) {
        pmem = new RecordingPmem(size);
        volume = DaxVolume.format(pmem, new UUID(1, size));
    }

    DaxFile create(String name) {
        return volume.create(name, DaxFileKind.ORDINARY);
    }

    /** Returns a file with {@code size} bytes of one value, synced. */
    DaxFile create(String name, int size, int value) {
        DaxFile file = create(name);
        write(file, 0, size, value);
        file.fsync();
        return file;
    }

    /** Closes the volume in order and opens what power left of it: everything. */
    DaxFile remount(DaxFile file) {
        volume.close();
        return crash(file);
    }

    /** Cuts the power, keeps nothing that need not be kept, and opens the volume again. */
    DaxFile crash(DaxFile file) {
        pmem = pmem.crashKeepingNothing();
        volume = DaxVolume.open(pmem);
        return volume.open(file.name());
    }

    /** Checks every invariant of entries and blocks. */
    void check() {
        VolumeChecker.check(volume);
    }

    /** Leaves old bytes in every block that is free, as a used device has. */
    void soil(int value) {
        DaxFile old = create("old");
        write(old, 0, (int) volume.freeSize() * 3 / 4, value);
        old.fsync();
        volume.delete("old");
    }

    static void write(DaxFile file, long offset, int length, int value) {
        file.write(offset, ByteBuffer.wrap(bytes(length, value)));
    }

    static void write(DaxFile file, long offset, byte[] bytes) {
        file.write(offset, ByteBuffer.wrap(bytes));
    }

    static void store(DaxWindow window, long position, int length, int value) {
        window.put(position, bytes(length, value), 0, length);
    }

    static byte[] read(DaxFile file) {
        return read(file, 0, (int) file.size());
    }

    static byte[] read(DaxFile file, long offset, int length) {
        ByteBuffer target = ByteBuffer.allocate(length);
        int count = file.read(offset, target);
        assertEquals(length, count, "bytes read at " + offset);
        return target.array();
    }

    static byte[] load(DaxWindow window, long position, int length) {
        byte[] bytes = new byte[length];
        window.get(position, bytes, 0, length);
        return bytes;
    }

    static byte[] bytes(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    /** Returns runs of bytes one after another: value, end, value, end. */
    static byte[] runs(int... valuesAndEnds) {
        byte[] bytes = new byte[valuesAndEnds[valuesAndEnds.length - 1]];
        int from = 0;
        for (int i = 0; i < valuesAndEnds.length; i += 2) {
            Arrays.fill(bytes, from, valuesAndEnds[i + 1], (byte) valuesAndEnds[i]);
            from = valuesAndEnds[i + 1];
        }
        return bytes;
    }

    /** Compares, and names the first byte that differs. */
    static void assertBytes(byte[] expected, byte[] actual, String what) {
        int at = Arrays.mismatch(expected, actual);
        if (at >= 0 && at < Math.min(expected.length, actual.length)) {
            assertEquals(expected[at], actual[at], what + ": byte " + at);
        }
        assertArrayEquals(expected, actual, what);
    }

    /** Runs the bodies at once, each in a thread of its own; the first failure is the test's. */
    static void together(Interleavings.Body... bodies) {
        Interleavings.together(bodies);
    }
}
