package io.daxkv.storage.dax;

import static io.daxkv.storage.dax.ConformanceVolume.BLOCK;
import static io.daxkv.storage.dax.ConformanceVolume.KIB;
import static io.daxkv.storage.dax.ConformanceVolume.assertBytes;
import static io.daxkv.storage.dax.ConformanceVolume.bytes;
import static io.daxkv.storage.dax.ConformanceVolume.load;
import static io.daxkv.storage.dax.ConformanceVolume.read;
import static io.daxkv.storage.dax.ConformanceVolume.runs;
import static io.daxkv.storage.dax.ConformanceVolume.write;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.daxkv.storage.testkit.Seed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the programs ask of reads and writes whose buffer is a window: of another file, of the same, not yet faulted.
 */
@Timeout(120)
class ConformanceXBuffersTest {
    private ConformanceVolume volume;

    @BeforeEach
    void format() {
        volume = new ConformanceVolume(12 << 20);
    }

    @ParameterizedTest
    @CsvSource({"1024, 0", "4096, 0", "1048576, 0", "1048577, 0", "65536, 3", "300000, 4095"})
    void x04CopyFromWindowToFileAndBackIsEqual(int size, int position) {
        Seed seed = Seed.of(size);
        byte[] content = new byte[size];
        seed.random().nextBytes(content);
        DaxFile source = volume.create("source");
        DaxFile target = volume.create("target");
        source.allocate(0, position + size);
        target.allocate(0, 2 << 20);
        DaxWindow window = source.window(0, position + size);
        window.put(position, content, 0, size);

        assertEquals(size, target.write(position, window, position, size));
        target.fsync();
        window.put(position, new byte[size], 0, size);
        assertEquals(size, target.read(position, window, position, size));
        window.fsync(0, position + size);

        assertBytes(content, read(source, position, size), "source");
        assertBytes(content, read(target, position, size), "target");
        volume.check();
        volume.crash(source);
        assertBytes(content, read(volume.volume.open("source"), position, size), "source after a crash");
        assertBytes(content, read(volume.volume.open("target"), position, size), "target after a crash");
    }

    @Test
    void x06GatheringWriteThatEndsInAWindowIsWhole() throws IOException {
        DaxFile file = volume.create("file", 30, 'c');
        DaxWindow window = file.window(0, BLOCK, WindowMode.READ_ONLY);
        try (DaxFileChannel channel = file.channel(StandardOpenOption.WRITE)) {
            channel.write(new ByteBuffer[] {ByteBuffer.wrap(bytes(10, 'a')), ByteBuffer.wrap(bytes(10, 'b'))});
        }
        assertEquals(10, file.write(20, window, 20, 10));
        assertBytes(runs('a', 10, 'b', 20, 'c', 30), read(file), "file");
    }

    @ParameterizedTest
    @ValueSource(ints = {64, BLOCK})
    void x07WriteWhoseSourceOverlapsItsTargetIsAMove(int length) {
        byte[] model = new byte[4 * BLOCK];
        Seed.of(length).random().nextBytes(model);
        DaxFile file = volume.create("file");
        write(file, 0, model);
        DaxWindow window = file.window(0, model.length);
        int[][] moves = {{0, 32}, {32, 0}, {BLOCK - 16, BLOCK}, {BLOCK, BLOCK - 16}, {BLOCK, BLOCK}};
        for (int[] move : moves) {
            assertEquals(length, file.write(move[1], window, move[0], length));
            System.arraycopy(model, move[0], model, move[1], length);
            assertBytes(model, read(file), "from " + move[0] + " to " + move[1]);
        }
        file.fsync();
        assertBytes(model, read(volume.crash(file)), "after a crash");
    }

    @Test
    void x08ByteFromAWindowOfTheSamePageIsWritten() {
        DaxFile file = volume.create("file");
        write(file, 0, "01234".getBytes(StandardCharsets.US_ASCII));
        DaxWindow window = file.window(0, 5);
        assertEquals(1, file.write(3, window, 2, 1));
        assertBytes("01224".getBytes(StandardCharsets.US_ASCII), read(file), "file");
    }

    @Test
    void x09PrivateWindowOfHoleAndDataIsSourceAndTargetOfItsFile() {
        DaxFile file = volume.create("file");
        write(file, BLOCK, BLOCK, 'd');
        DaxWindow window = file.window(0, 2 * BLOCK, WindowMode.PRIVATE);
        assertEquals(BLOCK, file.read(BLOCK, window, 0, BLOCK));
        assertBytes(bytes(BLOCK, 'd'), load(window, 0, BLOCK), "read into the private page");
        assertBytes(bytes(BLOCK, 0), read(file, 0, BLOCK), "the file's page 0 is still a hole");
        assertEquals(ExtentState.HOLE, file.extents(0, BLOCK).get(0).state());
        assertEquals(BLOCK, file.write(0, window, BLOCK, BLOCK));
        assertBytes(bytes(2 * BLOCK, 'd'), read(file), "page 1 written to page 0");
    }

    @Test
    void x09HoleIsReadIntoTheWindowThatMapsIt() {
        DaxFile file = volume.create("file");
        write(file, BLOCK, BLOCK, 'd');
        DaxWindow window = file.window(0, 2 * BLOCK);
        assertEquals(BLOCK, file.read(0, window, 0, BLOCK));
        assertBytes(runs(0, BLOCK, 'd', 2 * BLOCK), read(file), "file");
        volume.check();
    }

    @ParameterizedTest
    @EnumSource(names = {"TRACKED", "PROTECTED", "SYNC", "READ_ONLY", "PRIVATE"})
    void x09PageIsWrittenOntoItself(WindowMode mode) {
        DaxFile file = volume.create("file");
        write(file, BLOCK, BLOCK, 'd');
        DaxWindow window = file.window(0, 2 * BLOCK, mode);
        assertEquals(BLOCK, file.write(BLOCK, window, BLOCK, BLOCK));
        assertEquals(BLOCK, file.write(0, window, 0, BLOCK));
        assertBytes(runs(0, BLOCK, 'd', 2 * BLOCK), read(file), "file");
        volume.check();
    }

    @Test
    void x15WriteFromPrivatePagesNobodyTouchedIsWhole() {
        DaxFile source = volume.create("source");
        byte[] content = new byte[256 * KIB];
        Seed.of(15).random().nextBytes(content);
        write(source, 0, content);
        DaxFile target = volume.create("target");
        DaxWindow window = source.window(0, content.length, WindowMode.PRIVATE);
        for (int done = 0; done < content.length; ) {
            done += (int) target.write(done, window, done, content.length - done);
        }
        assertBytes(content, read(target), "target");
        target.fsync();
        assertBytes(content, read(volume.crash(target)), "target after a crash");
    }
}
