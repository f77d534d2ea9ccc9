package io.daxkv.bench.micro;

import io.daxkv.storage.dax.DaxFile;
import io.daxkv.storage.dax.DaxFileKind;
import io.daxkv.storage.dax.DaxWindow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The slow path: what the first touch of a page costs, for each page of 16 MiB one after the other, and what taking
 * permission away costs with one window and with eight that all map the range.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FaultBenchmark {
    private static final long ARENA_SIZE = 64L << 20;
    private static final int PAGE = 4096;
    private static final int PAGES = 4096;
    private static final long SIZE = (long) PAGES * PAGE;

    /** A window that starts off a 2 MiB boundary gets 4 KiB translations only. */
    private static final long OFF_BOUNDARY = PAGE;

    @Param({"1", "8"})
    public int windows;

    private MemoryArena arena;
    private DaxFile file;
    private final ByteBuffer one = ByteBuffer.allocateDirect(1);
    private DaxWindow[] mapped;

    @Setup
    public void open() throws IOException {
        arena = new MemoryArena(ARENA_SIZE);
        file = arena.volume().create("fault", DaxFileKind.ORDINARY);
        mapped = new DaxWindow[windows];
    }

    @TearDown
    public void close() {
        arena.close();
    }

    /** Blocks everywhere, windows that map nothing yet. */
    @Setup(Level.Invocation)
    public void unmapped() {
        file.truncate(0);
        file.truncate(SIZE + OFF_BOUNDARY);
        for (int page = 0; page <= PAGES; page++) {
            file.write((long) page * PAGE, one.clear());
        }
        file.fsync();
        for (int i = 0; i < windows; i++) {
            mapped[i] = file.window(OFF_BOUNDARY, SIZE);
        }
    }

    @TearDown(Level.Invocation)
    public void closeWindows() {
        for (DaxWindow window : mapped) {
            window.close();
        }
    }

    private long readAll(DaxWindow window) {
        long sum = 0;
        for (int page = 0; page < PAGES; page++) {
            sum += window.getByte((long) page * PAGE);
        }
        return sum;
    }

    private void storeAll(DaxWindow window) {
        for (int page = 0; page < PAGES; page++) {
            window.putByte((long) page * PAGE, (byte) page);
        }
    }

    /** First load of each page. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public long readFault() {
        return readAll(mapped[0]);
    }

    /** First store to each page. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public void writeFault() {
        storeAll(mapped[0]);
    }

    /** First load, then first store of each page: subtract {@link #readFault} for the upgrade alone. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public long readFaultThenMkwrite() {
        long sum = readAll(mapped[0]);
        storeAll(mapped[0]);
        return sum;
    }

    /** Every window maps every page for storing, then each page is taken away by itself. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public void faultAllThenPunchEach() {
        for (DaxWindow window : mapped) {
            storeAll(window);
        }
        for (int page = 0; page < PAGES; page++) {
            file.punchHole(OFF_BOUNDARY + (long) page * PAGE, PAGE);
        }
    }

    /** The same without anybody who maps it: what is left of {@link #faultAllThenPunchEach} is faults and revokes. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public void punchEach() {
        for (int page = 0; page < PAGES; page++) {
            file.punchHole(OFF_BOUNDARY + (long) page * PAGE, PAGE);
        }
    }
}
