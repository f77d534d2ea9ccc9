package io.daxkv.bench.micro;

import io.daxkv.storage.dax.DaxFile;
import io.daxkv.storage.dax.DaxFileKind;
import io.daxkv.storage.dax.DaxVolume;
import io.daxkv.storage.dax.DaxWindow;
import io.daxkv.storage.pmem.PersistenceMode;
import io.daxkv.storage.pmem.PmemArena;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The same pattern on the kernel's mapping and on ours, on the same medium: store 8 bytes to lines spread over 64 MiB,
 * then make them durable. The kernel's side is a mapped file and {@code msync} of the pages, ours a window and one
 * fsync. On tmpfs {@code msync} does nothing, so that side is the bare cost of the calls, and ours writes back lines,
 * which tmpfs does not need.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MappedFileBenchmark {
    private static final int FILE_SIZE = 64 << 20;
    private static final int ROOM_FOR_METADATA = 8 << 20;

    @Param({"1", "16", "1000"})
    public int lines;

    /**
     * A directory of the medium; {@code tmpfs} and {@code disk} stand for shared memory and the temporary directory.
     */
    @Param({"tmpfs", "disk"})
    public String medium;

    private Path directory;
    private PmemArena arena;
    private DaxVolume volume;
    private DaxFile file;
    private DaxWindow window;
    private MappedByteBuffer mapped;
    private int stride;
    private long value;

    @Setup
    public void open() throws IOException {
        boolean isDisk = medium.equals("disk");
        directory = isDisk
                ? Files.createTempDirectory("daxkv-micro")
                : Files.createTempDirectory(Path.of("/dev/shm"), "daxkv-micro");
        arena = PmemArena.create(
                directory.resolve("ours"),
                FILE_SIZE + ROOM_FOR_METADATA,
                isDisk ? PersistenceMode.PAGE : PersistenceMode.CLWB_EMULATED);
        volume = DaxVolume.format(arena.memory());
        file = volume.create("mapped", DaxFileKind.SELF_CERTIFYING);
        file.allocate(0, FILE_SIZE);
        window = file.window(0, FILE_SIZE);
        mapped = mapFilled(directory.resolve("kernel"));
        stride = FILE_SIZE / lines & -Long.BYTES;
        ours();
        kernel();
    }

    private static MappedByteBuffer mapFilled(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer buffer = channel.map(FileChannel.MapMode.READ_WRITE, 0, FILE_SIZE);
            for (int at = 0; at < FILE_SIZE; at += Long.BYTES) {
                buffer.putLong(at, at);
            }
            buffer.force();
            return buffer;
        }
    }

    @TearDown
    public void close() throws IOException {
        window.close();
        volume.close();
        Path ours = arena.file();
        arena.close();
        try (var files = Files.list(ours.getParent())) {
            for (Path left : files.toList()) {
                Files.delete(left);
            }
        }
        Files.delete(directory);
    }

    /** Window and fsync. */
    @Benchmark
    public void ours() {
        for (int i = 0; i < lines; i++) {
            window.putLong((long) i * stride, value++);
        }
        file.fsync();
    }

    /** Mapped file and one msync over all of it: the kernel finds the dirty pages. */
    @Benchmark
    public void kernel() {
        for (int i = 0; i < lines; i++) {
            mapped.putLong(i * stride, value++);
        }
        mapped.force();
    }

    /** Mapped file and one msync a store, told where it was. */
    @Benchmark
    public void kernelPageByPage() {
        for (int i = 0; i < lines; i++) {
            mapped.putLong(i * stride, value++);
            mapped.force(i * stride, Long.BYTES);
        }
    }
}
