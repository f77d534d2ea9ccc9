package io.daxkv.bench.micro;

import io.daxkv.storage.kv.ValueBuffer;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A verified read of 100 B out of 100 000 keys, engine only: index probe, copy, checksum. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GetPathBenchmark {
    private final ValueBuffer value = new ValueBuffer();
    private BenchStore keys;

    @Setup
    public void open() throws IOException {
        keys = new BenchStore();
    }

    @TearDown
    public void close() {
        keys.close();
    }

    @Benchmark
    public int get100() {
        if (!keys.store().get(keys.nextKey(), value)) {
            throw new IllegalStateException("key is gone");
        }
        return value.length();
    }
}
