package io.daxkv.bench.micro;

import io.daxkv.storage.kv.ByteSlice;
import io.daxkv.storage.kv.KvBatch;
import io.daxkv.storage.kv.KvOptions;
import io.daxkv.storage.kv.KvStore;
import io.daxkv.storage.pmem.PersistCounters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A store with some keys of one size, and slices that walk over them without allocating. */
final class BenchStore implements AutoCloseable {
    static final int KEY_COUNT = 100_000;
    static final int VALUE_SIZE = 100;

    private static final long ARENA_SIZE = 1L << 30;
    private static final int KEY_SIZE = 16;
    private static final int BATCH = 100;
    private static final int STEP = 7_919;

    private final MemoryArena arena;
    private final KvStore store;
    private final ByteBuffer keys = ByteBuffer.allocateDirect(KEY_COUNT * KEY_SIZE);
    private final ByteSlice key = new ByteSlice();
    private final ByteSlice value = ByteSlice.of(new byte[VALUE_SIZE]);
    private int index;

    BenchStore() throws IOException {
        arena = new MemoryArena(ARENA_SIZE);
        store = KvStore.open(arena.volume(), KvOptions.defaults());
        for (int i = 0; i < KEY_COUNT; i++) {
            keys.put(i * KEY_SIZE, String.format("key:%012d", i).getBytes(StandardCharsets.US_ASCII));
        }
        for (int i = 0; i < KEY_COUNT; i += BATCH) {
            putNext(BATCH);
        }
    }

    KvStore store() {
        return store;
    }

    PersistCounters persists() {
        return arena.memory().counters();
    }

    /** Returns the next key; the slice is reused. */
    ByteSlice nextKey() {
        index = (index + STEP) % KEY_COUNT;
        return key.set(keys, index * KEY_SIZE, KEY_SIZE);
    }

    /** Overwrites the next {@code count} keys in one batch and makes it durable. */
    void putNext(int count) {
        try (KvBatch batch = store.begin()) {
            for (int i = 0; i < count; i++) {
                batch.put(nextKey(), value, 0);
            }
        }
        store.commit();
    }

    @Override
    public void close() {
        store.close();
        arena.close();
    }
}
