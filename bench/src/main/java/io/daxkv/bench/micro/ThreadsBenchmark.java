package io.daxkv.bench.micro;

import io.daxkv.storage.dax.DaxFile;
import io.daxkv.storage.dax.DaxFileKind;
import io.daxkv.storage.dax.DaxWindow;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/**
 * Loads and stores by one thread and by two, each on pages of its own, of one file through one window. Budget: two
 * threads do at least 1.8 times the work of one. The same by the bare arena says what the machine can do.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ThreadsBenchmark {
    private static final long ARENA_SIZE = 64L << 20;
    private static final long WINDOW_SIZE = 2L << 20;

    private final AtomicInteger threads = new AtomicInteger();
    private MemoryArena arena;
    private DaxWindow window;

    /** Where one thread works. */
    @State(Scope.Thread)
    public static class Place {
        private static final int SPAN_MASK = (16 << 10) - 1;
        private static final int STEP = 8 * 1021;

        private long base;
        private int position;

        @Setup
        public void choose(ThreadsBenchmark benchmark) {
            base = benchmark.threads.getAndIncrement() * 4L * (SPAN_MASK + 1);
        }

        private long next() {
            position = (position + STEP) & SPAN_MASK;
            return base + position;
        }
    }

    @Setup
    public void open() throws IOException {
        arena = new MemoryArena(ARENA_SIZE);
        DaxFile file = arena.volume().create("threads", DaxFileKind.ORDINARY);
        file.allocate(0, WINDOW_SIZE);
        window = file.window(0, WINDOW_SIZE);
    }

    @TearDown
    public void close() {
        window.close();
        arena.close();
    }

    @Benchmark
    @Threads(1)
    public void store1(Place place) {
        long at = place.next();
        window.putLong(at, at);
    }

    @Benchmark
    @Threads(2)
    public void store2(Place place) {
        long at = place.next();
        window.putLong(at, at);
    }

    @Benchmark
    @Threads(1)
    public long load1(Place place) {
        return window.getLong(place.next());
    }

    @Benchmark
    @Threads(2)
    public long load2(Place place) {
        return window.getLong(place.next());
    }

    @Benchmark
    @Threads(1)
    public void rawStore1(Place place) {
        long at = place.next();
        arena.memory().putLong(ARENA_SIZE / 2 + at, at);
    }

    @Benchmark
    @Threads(2)
    public void rawStore2(Place place) {
        long at = place.next();
        arena.memory().putLong(ARENA_SIZE / 2 + at, at);
    }
}
