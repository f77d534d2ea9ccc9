package io.daxkv.bench.micro;

import io.daxkv.storage.dax.DaxFile;
import io.daxkv.storage.dax.DaxFileKind;
import io.daxkv.storage.dax.DaxWindow;
import io.daxkv.storage.pmem.PersistCounters;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Stores to lines spread over a file, then one fsync of the whole file. Budget: lines flushed = lines dirtied, one
 * drain, cost linear in the lines and independent of the file.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FsyncBenchmark {
    private static final long ROOM_FOR_METADATA = 16L << 20;
    private static final long ARENA_SIZE = (4L << 30) + ROOM_FOR_METADATA;

    /** Lines stored to before each fsync. */
    @Param({"1", "16", "1000"})
    public int lines;

    /** Length of the file over which they are spread. */
    @Param({"64", "1024", "4096"})
    public int fileMiB;

    private MemoryArena arena;
    private DaxFile file;
    private DaxWindow window;
    private long stride;
    private long value;
    private Counts counts;
    private long flushedBefore;
    private long drainsBefore;

    /** What was asked of the medium in an iteration. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Counts {
        public long batches;
        public long dirtiedLines;
        public long flushedLines;
        public long drains;
    }

    @Setup
    public void open() throws IOException {
        arena = new MemoryArena(ARENA_SIZE);
        file = arena.volume().create("fsync", DaxFileKind.SELF_CERTIFYING);
        long size = (long) fileMiB << 20;
        file.allocate(0, size);
        window = file.window(0, size);
        stride = size / lines & -Long.BYTES;
        storeAndSync();
    }

    @TearDown
    public void close() {
        window.close();
        arena.close();
    }

    @Setup(Level.Iteration)
    public void begin() {
        PersistCounters persists = arena.memory().counters();
        flushedBefore = persists.flushedLineCount();
        drainsBefore = persists.drainCount();
    }

    @TearDown(Level.Iteration)
    public void end() {
        PersistCounters persists = arena.memory().counters();
        counts.flushedLines = persists.flushedLineCount() - flushedBefore;
        counts.drains = persists.drainCount() - drainsBefore;
    }

    @Benchmark
    public void fsyncSpread(Counts iterationCounts) {
        counts = iterationCounts;
        storeAndSync();
        counts.batches++;
        counts.dirtiedLines += lines;
    }

    private void storeAndSync() {
        for (int i = 0; i < lines; i++) {
            window.putLong(i * stride, value++);
        }
        file.fsync();
    }
}
