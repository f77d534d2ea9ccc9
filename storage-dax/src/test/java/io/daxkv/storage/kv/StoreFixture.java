package io.daxkv.storage.kv;

import io.daxkv.storage.dax.DaxFile;
import io.daxkv.storage.dax.DaxFileKind;
import io.daxkv.storage.dax.DaxVolume;
import io.daxkv.storage.pmem.PersistGranularity;
import io.daxkv.storage.testkit.ManualClock;
import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.charset.StandardCharsets;

/**
 * A store on recorded pmem, small enough that rotation and cleaning happen all the time. Each time the durable LSN
 * moves the recorder's lint runs: nothing that is acknowledged may be dirty or undrained.
 */
final class StoreFixture implements AutoCloseable {
    static final LogGeometry SMALL = new LogGeometry(4096, 8192);

    /** The smallest volume. */
    static final long SIZE = 1 << 20;

    final ManualClock clock;
    final LogGeometry geometry;
    final LogProtocol protocol;
    RecordingPmem pmem;
    DaxVolume volume;
    KvStore store;
    private boolean isLinted = true;

    StoreFixture(RecordingPmem pmem, LogGeometry geometry, LogProtocol protocol, ManualClock clock) {
        this.pmem = pmem;
        this.geometry = geometry;
        this.protocol = protocol;
        this.clock = clock;
    }

    static StoreFixture small() {
        return small(PersistGranularity.CACHE_LINE, new LogProtocol()).open();
    }

    /** Returns a fixture whose store is not open yet. */
    static StoreFixture small(PersistGranularity granularity, LogProtocol protocol) {
        RecordingPmem pmem = new RecordingPmem(SIZE, SIZE, granularity);
        return new StoreFixture(pmem, SMALL, protocol, new ManualClock(1_000_000));
    }

    /** Leaves the log only {@code size} bytes of the volume, so that a few keys fill it; before {@link #open}. */
    StoreFixture tight(long size) {
        DaxVolume fresh = DaxVolume.format(pmem);
        DaxFile ballast = fresh.create("ballast", DaxFileKind.SELF_CERTIFYING);
        ballast.allocate(0, (fresh.freeSize() - size) / 4096 * 4096);
        fresh.close();
        return this;
    }

    /**
     * Leaves the lint out, for tests that break the protocol or write while a commit is under way: a store that has not
     * marked its lines yet can lie in a sector that is being flushed for others, and is then flushed again.
     */
    StoreFixture withoutLint() {
        isLinted = false;
        return this;
    }

    StoreFixture open() {
        volume = DaxVolume.openOrFormat(pmem);
        // A known hash, so that a seed replays the order in which keys expire.
        store = KvStore.open(volume, KvOptions.defaults().withClock(clock), geometry, protocol, new SipHash(1, 2));
        if (isLinted) {
            store.addDurableListener(lsn -> {
                if (store.appendedLsn() == lsn) {
                    pmem.assertAllDurable("durable LSN " + lsn);
                }
            });
        }
        return this;
    }

    /** Closes the store and opens it again on the same medium. */
    void reopen() {
        store.close();
        volume.close();
        open();
    }

    /** Abandons the store, as a killed process would, and opens what {@code image} holds. */
    void reopen(RecordingPmem image) {
        pmem = image;
        open();
    }

    void put(String key, String value) {
        try (KvBatch batch = store.begin()) {
            batch.put(ByteSlice.of(key), ByteSlice.of(value), 0);
        }
        store.commit();
    }

    boolean delete(String key) {
        boolean isGone;
        try (KvBatch batch = store.begin()) {
            isGone = batch.delete(ByteSlice.of(key));
        }
        store.commit();
        return isGone;
    }

    /** Returns the value of a key, or null. */
    String get(String key) {
        ValueBuffer buffer = new ValueBuffer();
        return store.get(ByteSlice.of(key), buffer)
                ? new String(buffer.array(), buffer.offset(), buffer.length(), StandardCharsets.UTF_8)
                : null;
    }

    /** Ends the store's threads and gives its memory back; what the medium holds after that is of no interest. */
    void abandon() {
        pmem.onEvent(null);
        store.close();
        volume.close();
    }

    @Override
    public void close() {
        store.close();
        volume.close();
        if (isLinted) {
            pmem.assertNoRedundantFlush();
        }
    }
}
