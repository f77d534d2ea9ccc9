package io.daxkv.bench.micro;

import io.daxkv.storage.dax.DaxFile;
import io.daxkv.storage.dax.DaxFileKind;
import io.daxkv.storage.dax.DaxWindow;
import io.daxkv.storage.pmem.CacheLine;
import io.daxkv.storage.pmem.Pmem;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A load or store through a window, with its permission check and its line mark, against the same on the bare arena.
 * Budget: at most 10 ns more a store. Positions wander over 16 KiB, so that the data is in the nearest cache and the
 * difference is the window's own.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class WindowStoreBenchmark {
    private static final long ARENA_SIZE = 64L << 20;
    private static final long WINDOW_SIZE = 2L << 20;
    private static final int SPAN_MASK = (16 << 10) - 1;
    private static final int STEP = 8 * 1021;
    private static final int STORES_PER_FSYNC = 16;
    private static final int MEDIUM = 1024;
    private static final int LARGE = 64 << 10;

    private final byte[] bytes = new byte[LARGE];
    private MemoryArena arena;
    private Pmem memory;
    private DaxFile file;
    private DaxWindow window;
    private long rawOffset;
    private int position;

    /** Opens a window on a file whose blocks are all there; the bare arena is used in the middle, past any metadata. */
    @Setup
    public void open() throws IOException {
        arena = new MemoryArena(ARENA_SIZE);
        memory = arena.memory();
        file = arena.volume().create("window", DaxFileKind.ORDINARY);
        file.allocate(0, WINDOW_SIZE);
        window = file.window(0, WINDOW_SIZE);
        rawOffset = ARENA_SIZE / 2;
    }

    @TearDown
    public void close() {
        window.close();
        arena.close();
    }

    private int next() {
        position = (position + STEP) & SPAN_MASK;
        return position;
    }

    @Benchmark
    public void rawStore() {
        int at = next();
        memory.putLong(rawOffset + at, at);
    }

    @Benchmark
    public void windowStore() {
        int at = next();
        window.putLong(at, at);
    }

    @Benchmark
    public long rawLoad() {
        return memory.getLong(rawOffset + next());
    }

    @Benchmark
    public long windowLoad() {
        return window.getLong(next());
    }

    @Benchmark
    public void rawCopy64() {
        memory.put(rawOffset + next(), bytes, 0, CacheLine.SIZE);
    }

    @Benchmark
    public void windowCopy64() {
        window.put(next(), bytes, 0, CacheLine.SIZE);
    }

    @Benchmark
    public void rawCopy1024() {
        memory.put(rawOffset + next(), bytes, 0, MEDIUM);
    }

    @Benchmark
    public void windowCopy1024() {
        window.put(next(), bytes, 0, MEDIUM);
    }

    @Benchmark
    public void rawCopy65536() {
        memory.put(rawOffset + next(), bytes, 0, LARGE);
    }

    @Benchmark
    public void windowCopy65536() {
        window.put(next(), bytes, 0, LARGE);
    }

    /**
     * A store to each of 16 lines made durable together, for each line: the bare arena, told which lines. Where the JDK
     * flushes with an instruction that evicts (17 on AMD), the next store to the line fetches it again, which is most
     * of it.
     */
    @Benchmark
    @OperationsPerInvocation(STORES_PER_FSYNC)
    public void rawPersist16() {
        for (int i = 0; i < STORES_PER_FSYNC; i++) {
            long offset = rawOffset + (long) i * 2 * CacheLine.SIZE;
            memory.putLong(offset, position++);
            memory.flush(offset, Long.BYTES);
        }
        memory.drain();
    }

    /** The same through a window: fsync finds the lines by their marks. */
    @Benchmark
    @OperationsPerInvocation(STORES_PER_FSYNC)
    public void windowFsync16() {
        for (int i = 0; i < STORES_PER_FSYNC; i++) {
            window.putLong((long) i * 2 * CacheLine.SIZE, position++);
        }
        file.fsync();
    }
}
