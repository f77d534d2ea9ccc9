package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ConformanceVolume.BLOCK;
import static io.daxkv.storage.dax.ConformanceVolume.assertBytes;
import static io.daxkv.storage.dax.ConformanceVolume.load;
import static io.daxkv.storage.dax.ConformanceVolume.read;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Replays of the operation sequences by which fsx found bugs in file systems, against an array of bytes, on a device
 * whose free space holds old data: as given and moved by some bytes, with and without an fsync after each write,
 * through each kind of window.
 *
 * <p>After each operation: the size, every byte by both paths through windows that live as long as the file, and zeroes
 * behind the end through a new one (M9). At the end the same after a crash or a remount.
 */
@Timeout(120)
class ConformanceYReplayTest {
    private static final int SIZE_MAX = 0x50000;

    /** How one replay differs from the sequence as given: moved by bytes, synced after writes, its windows' mode. */
    private record Variant(int shift, boolean syncs, WindowMode mode) {
        @Override
        public String toString() {
            return mode + (shift == 0 ? "" : ", moved by " + shift) + (syncs ? ", synced" : "");
        }
    }

    private ConformanceVolume volume;
    private DaxFile file;
    private DaxWindow all;
    private byte[] model = new byte[0];
    private Variant variant;
    private int number;

    @BeforeEach
    void format() {
        volume = new ConformanceVolume(8 << 20);
        volume.soil(0xdd);
        file = volume.create("file");
    }

    static List<Arguments> variants() {
        List<Arguments> all = new ArrayList<>();
        for (WindowMode mode : new WindowMode[] {WindowMode.TRACKED, WindowMode.PROTECTED, WindowMode.SYNC}) {
            for (int shift : new int[] {0, 1, 0x1ff, -3}) {
                all.add(Arguments.of(new Variant(shift, false, mode)));
                all.add(Arguments.of(new Variant(shift, true, mode)));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("variants")
    void y09TruncateIntoAPreallocatedBlockLeavesZeroesBehindTheEnd(Variant how) {
        begin(how);
        allocate(0, 0x1000, SizeRule.KEEP);
        write(0, 0x1000);
        truncate(0x10);
        mapRead(0, 0x10);
        end();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void y09PunchOfAllThatIsLeftLeavesZeroesBehindTheEnd(Variant how) {
        begin(how);
        allocate(0, 0x1000, SizeRule.KEEP);
        write(0, 0x1000);
        truncate(0x10);
        punch(0, 0x10);
        mapRead(0, 0x10);
        end();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void y09ZeroRangeUpToTheEndLeavesZeroesBehindIt(Variant how) {
        begin(how);
        allocate(0x35870, 0xa790, SizeRule.KEEP);
        write(0x2aa50, 0xc37f);
        truncate(0x36dcd);
        zero(0x35849, 0x1584, SizeRule.EXTEND);
        mapRead(0x361c8, 0xc05);
        end();
    }

    /** The file is long enough for the range that is taken out from the start. */
    @ParameterizedTest
    @MethodSource("variants")
    void y10CollapseAfterAStoreThatWasNotSyncedAgreesWithTheModel(Variant how) {
        begin(how);
        truncate(0x3f989);
        allocate(0x77e2, 0x5f06, SizeRule.KEEP);
        mapWrite(0x2e7fc, 0x42ba);
        write(0x67a9, 0x714e);
        write(0x39f96, 0x185a);
        collapse(0x36000, 0x8000);
        mapRead(0x74c0, 0x1bb3);
        truncate(0x8aa2);
        zero(0x1265, 0x783d, SizeRule.EXTEND);
        mapRead(0x7bd8, 0xeca);
        end();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void y11ZeroRangeShowsNothingTheDeviceHeldBefore(Variant how) {
        begin(how);
        truncate(0x1f0d6);
        write(0x1ad87, 0x6c99);
        zero(0x14426, 0xd3aa, SizeRule.KEEP);
        mapRead(0x1f69a, 0x2386);
        end();
    }

    private void begin(Variant how) {
        variant = how;
        all = file.window(0, SIZE_MAX, how.mode);
    }

    private void write(int offset, int length) {
        int at = moved(offset);
        byte[] bytes = numbered(length);
        ConformanceVolume.write(file, at, bytes);
        model = Arrays.copyOf(model, Math.max(model.length, at + length));
        System.arraycopy(bytes, 0, model, at, length);
        settle(true);
    }

    private void mapWrite(int offset, int length) {
        int at = moved(offset);
        byte[] bytes = numbered(length);
        all.put(at, bytes, 0, length);
        System.arraycopy(bytes, 0, model, at, length);
        settle(true);
    }

    private void allocate(int offset, int length, SizeRule rule) {
        int at = moved(offset);
        file.allocate(at, length, rule);
        model = rule == SizeRule.KEEP ? model : Arrays.copyOf(model, Math.max(model.length, at + length));
        settle(false);
    }

    private void punch(int offset, int length) {
        int at = moved(offset);
        file.punchHole(at, length);
        Arrays.fill(model, Math.min(at, model.length), Math.min(at + length, model.length), (byte) 0);
        settle(false);
    }

    private void zero(int offset, int length, SizeRule rule) {
        int at = moved(offset);
        file.zeroRange(at, length, rule);
        model = rule == SizeRule.KEEP ? model : Arrays.copyOf(model, Math.max(model.length, at + length));
        Arrays.fill(model, Math.min(at, model.length), Math.min(at + length, model.length), (byte) 0);
        settle(false);
    }

    private void truncate(int size) {
        file.truncate(moved(size));
        model = Arrays.copyOf(model, moved(size));
        settle(false);
    }

    /** Whole blocks only, so this one does not move. */
    private void collapse(int offset, int length) {
        file.collapseRange(offset, length);
        byte[] shorter = Arrays.copyOf(model, model.length - length);
        System.arraycopy(model, offset + length, shorter, offset, shorter.length - offset);
        model = shorter;
        settle(false);
    }

    private void mapRead(int offset, int length) {
        int at = moved(offset);
        int count = Math.min(length, model.length - at);
        try (DaxWindow window = file.window(0, SIZE_MAX, WindowMode.READ_ONLY)) {
            assertBytes(Arrays.copyOfRange(model, at, at + count), load(window, at, count), "mapread");
            int behind = -model.length & BLOCK - 1;
            assertBytes(new byte[behind], load(window, model.length, behind), "behind the end");
        }
    }

    private void settle(boolean isWrite) {
        number++;
        if (variant.syncs && isWrite) {
            file.fsync();
        }
        assertEquals(model.length, file.size(), "size after operation " + number);
        if (model.length > 0) {
            assertBytes(model, read(file), "file after operation " + number);
            assertBytes(model, load(all, 0, model.length), "window after operation " + number);
        }
        VolumeChecker.check(volume.volume);
        VolumeChecker.check(file, all);
    }

    private void end() {
        all.close();
        if (variant.syncs) {
            // What the changes of blocks stored into blocks they kept is durable only now.
            file.fsync();
            file = volume.crash(file);
        } else {
            file = volume.remount(file);
        }
        assertEquals(model.length, file.size());
        assertBytes(model, read(file), "file in the end");
        mapRead(0, model.length);
        VolumeChecker.check(volume.volume);
    }

    private int moved(int offset) {
        return Math.max(0, offset + variant.shift);
    }

    private byte[] numbered(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (number + 1 + i % 7 * 16);
        }
        return bytes;
    }
}
