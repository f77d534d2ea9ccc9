package io.daxkv.storage.dax;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import io.daxkv.storage.testkit.Seed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A read or write whose buffer is a window, of whatever file and range, ends with the right bytes or a typed error, and
 * what it moved is tracked. The cases are those that hung kernels: a buffer that must fault while the same file is
 * written (L3, L10, S50..S52).
 */
@Timeout(60)
class WindowTransferTest {
    private static final int KIB = 1024;
    private static final int PAGE = 4096;
    private static final int PIECE = WindowTransfer.BOUNCE_SIZE;

    private final Actors actors = new Actors();
    private final RecordingPmem pmem = new RecordingPmem(8L << 20);
    private final DaxVolume volume = open(pmem);
    private final DaxFile file = volume.create("file", DaxFileKind.ORDINARY);
    private final DaxFile other = volume.create("other", DaxFileKind.ORDINARY);
    private boolean flushesWholePages;

    private DaxVolume open(RecordingPmem formatted) {
        DaxVolume.format(formatted);
        return new DaxVolume(formatted, new FileOperations(), actors);
    }

    @AfterEach
    void layerIsSound() {
        actors.close();
        VolumeChecker.check(volume);
        if (!flushesWholePages) {
            pmem.assertNoRedundantFlush();
        }
    }

    @Test
    void writeFromAnotherFileIsDurableAfterFsync() {
        byte[] text = random(300 * KIB, 1);
        write(file, 0, text);
        assertEquals(text.length, other.write(100, file.window(0, text.length), 0, text.length));
        assertArrayEquals(text, read(other, 100, text.length));
        other.fsync();
        DaxVolume survivor = DaxVolume.open(pmem.crashKeepingNothing());
        assertArrayEquals(text, read(survivor.open("other"), 100, text.length));
    }

    @Test
    void readIntoAWindowMarksTheLinesItStored() {
        byte[] text = random(200 * KIB, 2);
        write(file, 0, text);
        other.truncate(256 * KIB);
        DaxWindow target = other.window(0, 256 * KIB);
        assertEquals(text.length - 5, file.read(5, target, 64, 256 * KIB - 64));
        assertEquals((text.length - 5 + 63) / 64, other.dirtyLineCount());
        other.fsync();
        DaxVolume survivor = DaxVolume.open(pmem.crashKeepingNothing());
        assertArrayEquals(Arrays.copyOfRange(text, 5, text.length), read(survivor.open("other"), 64, text.length - 5));
        assertEquals(-1, file.read(text.length, target, 0, 10));
        assertEquals(0, file.read(0, target, 0, 0));
    }

    /** X08: one byte of a page, taken from a window of that page. */
    @Test
    void sourceMayBeThePageThatIsWritten() {
        write(file, 0, "01234".getBytes(US_ASCII));
        assertEquals(1, file.write(3, file.window(0, PAGE), 2, 1));
        assertEquals("01224", new String(read(file, 0, 5), US_ASCII));
    }

    /**
     * X09: page 0 is a hole, page 1 has data; reads and writes between windows of the two, and of a page onto itself.
     */
    @Test
    void holesAreReadAndFilledThroughWindowsOfTheSameFile() {
        byte[] data = random(PAGE, 3);
        write(file, PAGE, data);
        DaxWindow window = file.window(0, 2 * PAGE);
        assertEquals(PAGE, file.read(PAGE, window, 0, PAGE));
        assertArrayEquals(data, read(file, 0, PAGE));
        file.punchHole(0, PAGE);
        assertEquals(PAGE, file.write(0, window, PAGE, PAGE));
        assertArrayEquals(data, read(file, 0, PAGE));
        file.punchHole(0, PAGE);
        assertEquals(PAGE, file.read(0, window, 0, PAGE));
        assertArrayEquals(new byte[PAGE], read(file, 0, PAGE));
        file.punchHole(0, PAGE);
        assertEquals(PAGE, file.write(PAGE, window, 0, PAGE), "source is a hole");
        assertArrayEquals(new byte[2 * PAGE], read(file, 0, 2 * PAGE));
        write(file, PAGE, data);
        assertEquals(PAGE, file.write(PAGE, window, PAGE, PAGE), "source is the target");
        assertEquals(2 * PAGE, file.read(0, window, 0, 2 * PAGE), "target is the source");
        assertArrayEquals(data, read(file, PAGE, PAGE));
    }

    @Test
    void overlapInsideAPieceKeepsTheBytesAsTheyWere() {
        byte[] data = random(3 * PAGE, 4);
        write(file, 0, data);
        DaxWindow window = file.window(0, 4 * PAGE);
        assertEquals(2 * PAGE, file.write(1, window, 0, 2 * PAGE));
        assertArrayEquals(Arrays.copyOf(data, 2 * PAGE), read(file, 1, 2 * PAGE));
        write(file, 0, data);
        assertEquals(2 * PAGE, file.write(PAGE, window, 3 * PAGE - 1 - 2 * PAGE, 2 * PAGE));
        assertArrayEquals(Arrays.copyOfRange(data, PAGE - 1, 3 * PAGE - 1), read(file, PAGE, 2 * PAGE));
    }

    @Test
    void sourceThatEndsGivesAShortWriteAndThenATypedError() {
        write(file, 0, random(PAGE + 10, 5));
        DaxWindow beyond = file.window(0, 64 * KIB);
        assertEquals(2 * PAGE - 100, other.write(7, beyond, 100, 32 * KIB), "to the end of the last page");
        assertEquals(2 * PAGE - 100 + 7, other.size());
        long free = volume.freeSize();
        assertThrows(BeyondEndOfFileException.class, () -> other.write(100 * KIB, beyond, 2 * PAGE, 10));
        assertEquals(2 * PAGE - 100 + 7, other.size(), "nothing changed");
        assertEquals(free, volume.freeSize());
        assertThrows(IndexOutOfBoundsException.class, () -> other.write(0, beyond, 64 * KIB - 1, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> file.read(0, beyond, -1, 2));
    }

    @Test
    void poisonInTheSourceGivesAShortWriteAndThenATypedError() {
        write(file, 0, random(3 * PAGE, 17));
        DaxWindow source = file.window(0, 3 * PAGE);
        file.markPoisoned(PAGE + 100, 1);
        assertEquals(PAGE, other.write(0, source, 0, 3 * PAGE));
        assertThrows(PoisonedException.class, () -> other.write(0, source, PAGE, PAGE));
        assertArrayEquals(random(PAGE, 17), read(other, 0, PAGE));
        assertEquals(PAGE, other.size());
    }

    @Test
    void targetThatEndsGivesAShortReadAndThenATypedError() {
        write(file, 0, random(100 * KIB, 6));
        other.truncate(PAGE + 1);
        DaxWindow beyond = other.window(0, 128 * KIB);
        assertEquals(2 * PAGE - 1, file.read(0, beyond, 1, 100 * KIB));
        assertArrayEquals(read(file, 0, PAGE), read(other, 1, PAGE));
        assertThrows(BeyondEndOfFileException.class, () -> file.read(0, beyond, 2 * PAGE, 1));
        beyond.close();
        assertThrows(WindowClosedException.class, () -> file.read(0, beyond, 0, 1));
        assertThrows(WindowClosedException.class, () -> file.write(0, beyond, 0, 1));
    }

    @Test
    void fullVolumeGivesAShortTransferAndThenATypedError() {
        write(file, 0, random(2 * PIECE, 7));
        DaxWindow source = file.window(0, 2 * PIECE);
        fill(PIECE + 48 * KIB);
        long done = other.write(6 << 20, source, 0, 2 * PIECE);
        assertTrue(done > 0 && done < 2 * PIECE, "done=" + done);
        assertEquals((6 << 20) + done, other.size());
        assertArrayEquals(Arrays.copyOf(read(file, 0, 2 * PIECE), (int) done), read(other, 6 << 20, (int) done));
        fill(0);
        assertThrows(NoSpaceException.class, () -> other.write(7 << 20, source, 0, 1));
        file.truncate(3L << 20);
        DaxWindow hole = file.window(2L << 20, PAGE);
        assertThrows(NoSpaceException.class, () -> file.read(0, hole, 0, 10), "a store to a hole");
    }

    /** X12, M12: what the layer stores for its caller needs the permission that the caller's stores need. */
    @Test
    void readIntoAReadOnlyWindowIsRefused() {
        write(file, 0, random(PAGE, 13));
        DaxWindow target = file.window(0, PAGE, WindowMode.READ_ONLY);
        assertEquals(PAGE, other.write(0, target, 0, PAGE), "as a source it will do");
        file.fsync();
        assertThrows(WindowPermissionException.class, () -> other.read(0, target, 0, 10));
        assertEquals(0, file.dirtyLineCount());
        assertArrayEquals(random(PAGE, 13), read(file, 0, PAGE));
    }

    /** X15: a private window is a buffer like any other, its own copies and pages it never touched in one piece. */
    @Test
    void privateWindowGivesItsCopiesAndTakesBytesForItself() {
        write(file, 0, random(2 * PAGE, 14));
        DaxWindow mine = file.window(0, 2 * PAGE, WindowMode.PRIVATE);
        mine.putByte(5, (byte) 'p');
        assertEquals(2 * PAGE, other.write(0, mine, 0, 2 * PAGE));
        byte[] expected = random(2 * PAGE, 14);
        expected[5] = 'p';
        assertArrayEquals(expected, read(other, 0, 2 * PAGE));
        file.fsync();
        assertEquals(PAGE, other.read(0, mine, PAGE, PAGE));
        assertEquals('p', mine.getByte(PAGE + 5));
        assertArrayEquals(random(2 * PAGE, 14), read(file, 0, 2 * PAGE), "nobody else sees it");
        assertEquals(0, file.dirtyLineCount());
    }

    @ParameterizedTest
    @EnumSource(names = {"TRACKED", "PROTECTED", "SYNC"})
    void everyWindowThatStoresToItsFileTakesARead(WindowMode mode) {
        byte[] text = random(40 * KIB, 15);
        flushesWholePages = mode == WindowMode.PROTECTED;
        write(file, 0, text);
        other.truncate(64 * KIB);
        assertEquals(text.length, file.read(0, other.window(0, 64 * KIB, mode), 3, text.length));
        other.fsync();
        VolumeChecker.check(volume);
        DaxFile survivor = DaxVolume.open(pmem.crashKeepingNothing()).open("other");
        assertArrayEquals(text, read(survivor, 3, text.length));
    }

    /** A freeze waits for a write that passed its gate, and the fault of the write's buffer does not wait for it. */
    @Test
    void freezeWaitsForAWriteWhoseSourceFaults() {
        write(other, 0, random(PAGE, 16));
        file.truncate(PAGE);
        DaxWindow source = other.window(0, PAGE);
        Actors.Actor writer = actors.park(SyncPoint.IO_BEFORE_COPY, () -> assertEquals(PAGE, gather(file, source)));
        Actors.Actor freezer = actors.start(() -> volume.freeze());
        freezer.awaitBlockedOrDone();
        assertFalse(freezer.isDone());
        writer.finish();
        freezer.finish();
        Actors.Actor late =
                actors.park(SyncPoint.FREEZE_BEFORE_WAIT, () -> assertEquals(PAGE, file.write(0, source, 0, PAGE)));
        assertEquals(PAGE, read(file, 0, PAGE).length, "reads go on: the late write holds no lock");
        volume.thaw();
        late.finish();
        assertArrayEquals(random(PAGE, 16), read(file, 0, PAGE));
    }

    /** L3, S51: the target's store allocates while the file is read, and a writer waits for the same file. */
    @Test
    void targetOfTheSameFileAllocatesWhileAnotherWriterWaits() {
        write(file, 0, random(PAGE, 8));
        file.truncate(64 * KIB);
        DaxWindow window = file.window(0, 64 * KIB);
        Actors.Actor reader =
                actors.park(SyncPoint.IO_BEFORE_COPY, () -> assertEquals(PAGE, file.read(0, window, 2 * PAGE, PAGE)));
        Actors.Actor writer = actors.start(() -> write(file, 0, new byte[PAGE]));
        writer.awaitBlockedOrDone();
        assertFalse(writer.isDone(), "a write waits for the read");
        window.putByte(5 * PAGE, (byte) 1);
        reader.finish();
        writer.finish();
        assertArrayEquals(random(PAGE, 8), read(file, 2 * PAGE, PAGE));
    }

    /** S50 with a fault in the middle: the source page is revoked after the write began and before it is copied. */
    @Test
    void sourceThatIsPunchedMeanwhileReadsAsAHole() {
        write(other, 0, random(PAGE, 9));
        DaxWindow source = other.window(0, PAGE);
        source.getByte(0);
        Actors.Actor writer =
                actors.park(SyncPoint.IO_BEFORE_COPY, () -> assertEquals(PAGE, file.write(0, source, 0, PAGE)));
        other.punchHole(0, PAGE);
        writer.finish();
        assertArrayEquals(new byte[PAGE], read(file, 0, PAGE));
    }

    /** S52: two writes, each from a window of the other's file, both begun before either copies. */
    @Test
    void twoFilesCrosswiseBothFinish() {
        byte[] mine = random(PAGE, 10);
        byte[] theirs = random(PAGE, 11);
        write(file, 0, mine);
        write(other, 0, theirs);
        DaxWindow ofFile = file.window(0, 2 * PAGE);
        DaxWindow ofOther = other.window(0, 2 * PAGE);
        Actors.Actor one = actors.park(SyncPoint.IO_BEFORE_COPY, () -> file.write(PAGE, ofOther, 0, PAGE));
        Actors.Actor two = actors.park(SyncPoint.IO_BEFORE_COPY, () -> other.write(PAGE, ofFile, 0, PAGE));
        one.finish();
        two.finish();
        assertArrayEquals(theirs, read(file, PAGE, PAGE));
        assertArrayEquals(mine, read(other, PAGE, PAGE));
    }

    /** X04: a whole file out through a window and back into one, in large steps over preallocated files. */
    @Test
    void longCopiesBetweenFilesAreWhole() {
        int size = 1 << 20;
        byte[] data = random(size, 12);
        file.allocate(0, size);
        other.allocate(0, size);
        write(file, 0, data);
        assertEquals(size, other.write(0, file.window(0, size), 0, size));
        write(file, 0, new byte[size]);
        assertEquals(size, other.read(0, file.window(0, size), 0, size));
        file.fsync();
        assertArrayEquals(data, read(DaxVolume.open(pmem.crashKeepingNothing()).open("file"), 0, size));
    }

    @Test
    void agreesWithArraysOverRandomTransfers() {
        Seed seed = Seed.draw();
        seed.run(() -> {
            RandomGenerator random = seed.random();
            DaxFile[] files = {file, other};
            byte[][] models = {new byte[512 * KIB], new byte[512 * KIB]};
            for (DaxFile each : files) {
                each.truncate(512 * KIB);
            }
            DaxWindow[] windows = {file.window(0, 512 * KIB), other.window(8 * PAGE, 400 * KIB)};
            long[] starts = {0, 8 * PAGE};
            for (int step = 0; step < 600; step++) {
                int from = random.nextInt(2);
                int to = random.nextInt(2);
                int length = random.nextInt(60 * KIB >> random.nextInt(10));
                int position = random.nextInt(300 * KIB);
                int offset = random.nextInt(400 * KIB);
                switch (random.nextInt(5)) {
                    case 0 -> {
                        assertEquals(length, files[to].write(offset, windows[from], position, length));
                        System.arraycopy(models[from], (int) starts[from] + position, models[to], offset, length);
                    }
                    case 1 -> {
                        assertEquals(length, files[from].read(offset, windows[to], position, length));
                        System.arraycopy(models[from], offset, models[to], (int) starts[to] + position, length);
                    }
                    case 2 -> {
                        byte[] bytes = random(length, step);
                        write(files[to], offset, bytes);
                        System.arraycopy(bytes, 0, models[to], offset, length);
                    }
                    case 3 -> {
                        files[to].punchHole(offset, length);
                        Arrays.fill(models[to], offset, offset + length, (byte) 0);
                    }
                    default -> files[from].fsync();
                }
            }
            for (int i = 0; i < 2; i++) {
                assertArrayEquals(models[i], read(files[i], 0, 512 * KIB));
                files[i].fsync();
            }
            VolumeChecker.checkDurable(volume, pmem, "fsync of both");
        });
    }

    /** Takes blocks until at most {@code left} bytes are free, or none can be taken. */
    private void fill(long left) {
        DaxFile filler = volume.create("filler" + left, DaxFileKind.ORDINARY);
        try {
            for (long at = 0; volume.freeSize() > left; at += PAGE) {
                filler.allocate(at, PAGE);
            }
        } catch (NoSpaceException e) {
            assertTrue(volume.freeSize() < 3 * PAGE, "free=" + volume.freeSize());
        }
    }

    private static long gather(DaxFile file, DaxWindow source) {
        try (DaxFileChannel channel = file.channel()) {
            return channel.write(new WindowRange(source, 0, source.length()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        Seed.of(seed).random().nextBytes(bytes);
        return bytes;
    }

    private static void write(DaxFile file, long offset, byte[] bytes) {
        file.write(offset, ByteBuffer.wrap(bytes));
    }

    private static byte[] read(DaxFile file, long offset, int length) {
        ByteBuffer found = ByteBuffer.allocate(length);
        file.read(offset, found);
        return found.array();
    }
}
