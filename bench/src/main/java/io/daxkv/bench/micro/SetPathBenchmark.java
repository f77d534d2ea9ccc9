package io.daxkv.bench.micro;

import io.daxkv.storage.kv.KvCounters;
import io.daxkv.storage.pmem.CacheLine;
import io.daxkv.storage.pmem.PersistCounters;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A durable overwrite of 100 B in batches of 16, engine only. Budget: at most 1 us each; lines flushed = lines dirtied;
 * one drain a batch; nothing flushed twice.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SetPathBenchmark {
    static final int BATCH = 16;

    private BenchStore keys;
    private Flushes flushes;
    private long dirtiedBefore;
    private long flushedBefore;
    private long redundantBefore;
    private long drainsBefore;

    /** What the medium was asked for in an iteration; JMH adds the iterations up. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Flushes {
        public long batches;
        public long dirtiedLines;
        public long flushedLines;
        public long redundantLines;
        public long drains;
    }

    @Setup
    public void open() throws IOException {
        keys = new BenchStore();
    }

    @TearDown
    public void close() {
        keys.close();
    }

    @Setup(Level.Iteration)
    public void begin() {
        PersistCounters persists = keys.persists();
        dirtiedBefore = dirtiedLines();
        flushedBefore = persists.flushedLineCount();
        redundantBefore = persists.redundantLineCount();
        drainsBefore = persists.drainCount();
    }

    @TearDown(Level.Iteration)
    public void end() {
        PersistCounters persists = keys.persists();
        flushes.dirtiedLines = dirtiedLines() - dirtiedBefore;
        flushes.flushedLines = persists.flushedLineCount() - flushedBefore;
        flushes.redundantLines = persists.redundantLineCount() - redundantBefore;
        flushes.drains = persists.drainCount() - drainsBefore;
    }

    /** A batch begins on a line of its own and is padded to a whole line, so its bytes are its lines. */
    private long dirtiedLines() {
        KvCounters counters = keys.store().counters();
        return (counters.appendedByteCount() + counters.paddingByteCount()) / CacheLine.SIZE;
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void set100(Flushes iterationFlushes) {
        flushes = iterationFlushes;
        keys.putNext(BATCH);
        iterationFlushes.batches++;
    }
}
