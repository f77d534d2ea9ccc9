package io.daxkv.storage.dax;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DSYNC;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import io.daxkv.storage.testkit.Seed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A channel of a DAX file is a {@link FileChannel}: over random calls it gives what a channel of a file system gives,
 * bytes, values and exceptions, and the JDK's own code works on it; what was forced survives a power failure.
 */
class DaxFileChannelTest {
    private static final int PAGE = 4096;

    @TempDir
    Path directory;

    private final RecordingPmem pmem = new RecordingPmem(12L << 20);
    private final DaxVolume volume = DaxVolume.format(pmem);
    private final DaxFile file = volume.create("file", DaxFileKind.ORDINARY);

    @AfterEach
    void layerIsSound() {
        VolumeChecker.check(volume);
        pmem.assertNoRedundantFlush();
    }

    @ParameterizedTest
    @ValueSource(strings = {"READ WRITE", "READ", "WRITE", "APPEND"})
    void agreesWithAFileSystemOverRandomCalls(String modes) {
        OpenOption[] options = java.util.Arrays.stream(modes.split(" "))
                .map(java.nio.file.StandardOpenOption::valueOf)
                .toArray(OpenOption[]::new);
        Seed seed = Seed.draw();
        seed.run(() -> {
            Path path = Files.write(directory.resolve("real"), "some bytes to begin with".getBytes(US_ASCII));
            file.write(0, ByteBuffer.wrap(Files.readAllBytes(path)));
            FileChannel real = FileChannel.open(path, options);
            FileChannel ours = file.channel(options);
            try (real;
                    ours) {
                agree(real, ours, seed, 1000);
            }
            agree(real, ours, seed, 50);
            byte[] bytes = new byte[(int) file.size()];
            file.read(0, ByteBuffer.wrap(bytes));
            assertArrayEquals(Files.readAllBytes(path), bytes);
        });
    }

    private static void agree(FileChannel real, FileChannel ours, Seed seed, int steps) {
        ChannelCalls expected = new ChannelCalls(real, seed.random());
        ChannelCalls found = new ChannelCalls(ours, seed.random());
        for (int step = 0; step < steps; step++) {
            assertEquals(expected.next(), found.next(), "step " + step + ", open: " + real.isOpen());
        }
    }

    @Test
    void writePastTheEndLeavesAHoleThatReadsAsZero() throws IOException {
        FileChannel channel = file.channel();
        channel.position(1 << 20).write(ByteBuffer.wrap(new byte[] {7}));
        assertEquals((1 << 20) + 1, channel.size());
        ByteBuffer found = ByteBuffer.allocate(8);
        assertEquals(8, channel.read(found, 5000));
        assertEquals(0, found.getLong(0));
        assertEquals(-1, channel.read(found.clear(), channel.size()));
        assertEquals(ExtentState.HOLE, file.extents(0, 1 << 20).get(0).state());
    }

    @Test
    void channelsAndWindowsOfOneFileSeeEachOthersBytes() throws IOException {
        FileChannel one = file.channel();
        FileChannel two = file.channel(READ);
        one.write(ByteBuffer.wrap("abc".getBytes(US_ASCII)));
        DaxWindow window = file.window(0, PAGE);
        window.putByte(1, (byte) 'X');
        ByteBuffer found = ByteBuffer.allocate(3);
        assertEquals(3, two.read(found));
        assertEquals("aXc", new String(found.array(), US_ASCII));
        assertEquals(3, one.position());
    }

    @Test
    void forcedBytesSurviveAPowerFailure() throws IOException {
        try (FileChannel channel = file.channel()) {
            channel.write(ByteBuffer.wrap("forced".getBytes(US_ASCII)));
            channel.force(false);
            channel.write(ByteBuffer.wrap("lost".getBytes(US_ASCII)));
        }
        assertEquals("forced", text(DaxVolume.open(pmem.crashKeepingNothing()).open("file")));
        try (FileChannel synchronous = file.channel(WRITE, DSYNC)) {
            synchronous.write(ByteBuffer.wrap("always".getBytes(US_ASCII)), 10);
            synchronous.position(16).write(new ByteBuffer[] {ByteBuffer.wrap(new byte[] {'!'})});
        }
        assertEquals(
                "forcedlostalways!",
                text(DaxVolume.open(pmem.crashKeepingNothing()).open("file")));
    }

    @Test
    void optionsMeanWhatTheyMeanForFiles() throws IOException {
        file.write(0, ByteBuffer.wrap("12345".getBytes(US_ASCII)));
        try (FileChannel channel = file.channel(WRITE, CREATE, TRUNCATE_EXISTING)) {
            assertEquals(0, channel.size());
        }
        assertThrows(IllegalArgumentException.class, () -> file.channel(READ, APPEND));
        assertThrows(IllegalArgumentException.class, () -> file.channel(APPEND, TRUNCATE_EXISTING));
        assertThrows(UnsupportedOperationException.class, () -> file.channel(WRITE, CREATE_NEW));
        FileChannel channel = file.channel();
        assertTrue(assertThrows(UnsupportedOperationException.class, () -> channel.map(null, 0, 1))
                .getMessage()
                .contains("DaxFile.window"));
        assertThrows(UnsupportedOperationException.class, channel::lock);
        assertThrows(UnsupportedOperationException.class, channel::tryLock);
    }

    @Test
    void refusalIsAnIOExceptionWithItsTypedCause() throws IOException {
        FileChannel channel = file.channel();
        IOException full = assertThrows(
                IOException.class, () -> channel.write(ByteBuffer.allocate(16 << 20)), "more than there is");
        assertInstanceOf(NoSpaceException.class, full.getCause());
        assertEquals(0, channel.position());
        channel.write(ByteBuffer.wrap(new byte[1]));
        pmem.failDrainAt(1);
        assertThrows(IOException.class, () -> channel.force(true));
        IOException down = assertThrows(IOException.class, () -> channel.write(ByteBuffer.wrap(new byte[1])));
        assertInstanceOf(VolumeShutDownException.class, down.getCause());
        channel.close();
        assertThrows(ClosedChannelException.class, channel::size);
    }

    @Test
    void gatherThatRunsOutOfRoomIsShort() throws IOException {
        FileChannel channel = file.channel();
        ByteBuffer[] buffers = {ByteBuffer.allocate(100), ByteBuffer.allocate(16 << 20)};
        assertEquals(100, channel.write(buffers));
        assertEquals(100, channel.position());
        assertEquals(100, file.size());
    }

    /** X06: buffers and a window of the file itself, in one row. */
    @Test
    void gatherTakesWindowsOfTheFileItself() throws IOException {
        DaxFileChannel channel = file.channel();
        channel.write(ByteBuffer.wrap("c".repeat(10).getBytes(US_ASCII)));
        DaxWindow window = file.window(0, PAGE);
        channel.position(0).write(new ByteBuffer[] {
            ByteBuffer.wrap("a".repeat(10).getBytes(US_ASCII)),
            ByteBuffer.wrap("b".repeat(10).getBytes(US_ASCII))
        });
        assertEquals(20, channel.write(new WindowRange(window, 10, 10), new WindowRange(window, 0, 10)));
        assertEquals("a".repeat(10) + "b".repeat(20) + "a".repeat(10), text(file));
        assertEquals(40, channel.position());
    }

    /** X07: windows of the file that is written, their ranges written over while later ones are still to be taken. */
    @Test
    void gatherFromOverlappingWindowsTakesEachWhenItsTurnComes() throws IOException {
        DaxFileChannel channel = file.channel();
        byte[] model = new byte[3 * PAGE];
        Seed.of(7).random().nextBytes(model);
        channel.write(ByteBuffer.wrap(model));
        WindowRange first = new WindowRange(file.window(0, PAGE), PAGE - 64, 64);
        WindowRange second = new WindowRange(file.window(PAGE, PAGE), 0, 64);
        assertEquals(128, channel.position(PAGE - 32).write(first, second));
        System.arraycopy(model.clone(), PAGE - 64, model, PAGE - 32, 64);
        System.arraycopy(model.clone(), PAGE, model, PAGE + 32, 64);
        ByteBuffer found = ByteBuffer.allocate(3 * PAGE);
        channel.read(found, 0);
        assertArrayEquals(model, found.array());
    }

    @Test
    void scatterIntoWindowsStopsAtWhatCannotTakeMore() throws IOException {
        DaxFileChannel channel = file.channel();
        channel.write(ByteBuffer.wrap("0123456789".getBytes(US_ASCII)));
        DaxFile other = volume.create("other", DaxFileKind.ORDINARY);
        other.truncate(PAGE);
        DaxWindow window = other.window(0, 2 * PAGE);
        channel.position(0);
        assertEquals(6, channel.read(new WindowRange(window, 10, 4), new WindowRange(window, PAGE - 2, 4)));
        assertEquals('0', window.getByte(10));
        assertEquals('5', window.getByte(PAGE - 1));
        assertEquals(6, channel.position());
        IOException refused = assertThrows(IOException.class, () -> channel.read(new WindowRange(window, PAGE, 1)));
        assertInstanceOf(BeyondEndOfFileException.class, refused.getCause());
        assertEquals(4, channel.read(new WindowRange(window, 0, 100)));
        assertEquals(-1, channel.read(new WindowRange(window, 0, 100)));
    }

    @Test
    void codeOfTheJdkWorksOnIt() throws IOException {
        try (PrintWriter writer = new PrintWriter(Channels.newWriter(file.channel(), UTF_8))) {
            for (int i = 0; i < 5000; i++) {
                writer.println("line " + i + " \u00e9");
            }
        }
        try (BufferedReader reader = new BufferedReader(Channels.newReader(file.channel(READ), UTF_8))) {
            assertEquals("line 0 \u00e9", reader.readLine());
            assertEquals(4999, reader.lines().count());
        }
        byte[] text = bytes(file.channel());
        DaxFile zipped = volume.create("zipped", DaxFileKind.ORDINARY);
        try (ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(zipped.channel()))) {
            zip.putNextEntry(new ZipEntry("text"));
            zip.write(text);
        }
        try (ZipInputStream zip = new ZipInputStream(Channels.newInputStream(zipped.channel(READ)))) {
            assertEquals("text", zip.getNextEntry().getName());
            assertArrayEquals(text, zip.readAllBytes());
        }
        DaxFile packed = volume.create("packed", DaxFileKind.ORDINARY);
        try (GZIPOutputStream gzip = new GZIPOutputStream(Channels.newOutputStream(packed.channel(APPEND)))) {
            gzip.write(text);
        }
        try (InputStream gzip = new GZIPInputStream(Channels.newInputStream(packed.channel()))) {
            assertArrayEquals(text, gzip.readAllBytes());
        }
    }

    @Test
    void transfersWithFilesOfAFileSystemBothWays() throws IOException {
        byte[] bytes = new byte[300_000];
        Seed.of(5).random().nextBytes(bytes);
        Path path = Files.write(directory.resolve("source"), bytes);
        Path copy = directory.resolve("copy");
        try (FileChannel real = FileChannel.open(path, READ);
                FileChannel ours = file.channel();
                FileChannel out = FileChannel.open(copy, CREATE, WRITE, READ)) {
            assertEquals(bytes.length, real.transferTo(0, Long.MAX_VALUE, ours));
            assertEquals(bytes.length, ours.position());
            assertArrayEquals(bytes, bytes(ours));
            assertEquals(bytes.length, ours.transferTo(0, bytes.length, out));
            assertArrayEquals(bytes, Files.readAllBytes(copy));
            assertEquals(1000, ours.transferFrom(real.position(5000), 100, 1000));
            assertEquals(0, ours.transferFrom(real, ours.size() + 1, 10), "behind the end");
            assertEquals(2000, out.position(0).transferFrom(ours.position(0), 0, 2000));
            System.arraycopy(bytes.clone(), 5000, bytes, 100, 1000);
            assertArrayEquals(
                    java.util.Arrays.copyOf(bytes, 2000), java.util.Arrays.copyOf(Files.readAllBytes(copy), 2000));
        }
    }

    private static byte[] bytes(FileChannel channel) throws IOException {
        return Channels.newInputStream(channel.position(0)).readAllBytes();
    }

    private static String text(DaxFile file) {
        ByteBuffer found = ByteBuffer.allocate((int) file.size());
        file.read(0, found);
        return new String(found.array(), US_ASCII);
    }
}
