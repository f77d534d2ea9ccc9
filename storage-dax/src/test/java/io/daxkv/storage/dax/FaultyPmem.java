package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.PersistCounters;
import io.daxkv.storage.pmem.PersistFailedException;
import io.daxkv.storage.pmem.PersistGranularity;
import io.daxkv.storage.pmem.Pmem;
import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.ByteBuffer;
import net.openhft.chronicle.bytes.BytesStore;

/**
 * A recorder that can be made to fail: its next bulk store half-way, as a copy from a buffer that goes away does, or a
 * flush. It can also call somebody before a copy out, and leave out all flushes, as on a medium whose caches persist.
 */
final class FaultyPmem extends Pmem {
    private final RecordingPmem recorder;
    private int failAfter = -1;
    private int flushesUntilFailure;
    private boolean isFlushLeftOut;
    private Runnable beforeGet = () -> {};

    FaultyPmem(RecordingPmem recorder) {
        this.recorder = recorder;
    }

    RecordingPmem recorder() {
        return recorder;
    }

    /** Makes the next bulk store from a buffer stop with {@link IllegalStateException} after {@code bytes} bytes. */
    void failPutAfter(int bytes) {
        failAfter = bytes;
    }

    /** Makes the {@code number}-th flush from now (1 = the next) fail. */
    void failFlushAt(int number) {
        flushesUntilFailure = number;
    }

    /** Makes every flush do nothing. */
    void leaveOutFlushes() {
        isFlushLeftOut = true;
    }

    /** Calls {@code action} before each bulk load into a buffer. */
    void beforeGet(Runnable action) {
        beforeGet = action;
    }

    @Override
    public void put(long offset, ByteBuffer source, int at, int length) {
        if (failAfter >= 0) {
            int stored = failAfter;
            failAfter = -1;
            recorder.put(offset, source, at, stored);
            throw new IllegalStateException("source went away after " + stored + " bytes");
        }
        recorder.put(offset, source, at, length);
    }

    @Override
    public long size() {
        return recorder.size();
    }

    @Override
    public PersistGranularity granularity() {
        return recorder.granularity();
    }

    @Override
    public void grow(long newSize) {
        recorder.grow(newSize);
    }

    @Override
    public byte getByte(long offset) {
        return recorder.getByte(offset);
    }

    @Override
    public short getShort(long offset) {
        return recorder.getShort(offset);
    }

    @Override
    public int getInt(long offset) {
        return recorder.getInt(offset);
    }

    @Override
    public long getLong(long offset) {
        return recorder.getLong(offset);
    }

    @Override
    public long getLongAcquire(long offset) {
        return recorder.getLongAcquire(offset);
    }

    @Override
    public void get(long offset, byte[] target, int at, int length) {
        recorder.get(offset, target, at, length);
    }

    @Override
    public void get(long offset, ByteBuffer target, int at, int length) {
        beforeGet.run();
        recorder.get(offset, target, at, length);
    }

    @Override
    public void putByte(long offset, byte value) {
        recorder.putByte(offset, value);
    }

    @Override
    public void putShort(long offset, short value) {
        recorder.putShort(offset, value);
    }

    @Override
    public void putInt(long offset, int value) {
        recorder.putInt(offset, value);
    }

    @Override
    public void putLong(long offset, long value) {
        recorder.putLong(offset, value);
    }

    @Override
    public void putLongRelease(long offset, long value) {
        recorder.putLongRelease(offset, value);
    }

    @Override
    public boolean compareAndSetInt(long offset, int expected, int value) {
        return recorder.compareAndSetInt(offset, expected, value);
    }

    @Override
    public boolean compareAndSetLong(long offset, long expected, long value) {
        return recorder.compareAndSetLong(offset, expected, value);
    }

    @Override
    public void put(long offset, byte[] source, int at, int length) {
        recorder.put(offset, source, at, length);
    }

    @Override
    public void copy(long source, long target, long length) {
        recorder.copy(source, target, length);
    }

    @Override
    public void zero(long offset, long length) {
        recorder.zero(offset, length);
    }

    @Override
    public void flush(long offset, long length) {
        if (flushesUntilFailure > 0 && --flushesUntilFailure == 0) {
            throw new PersistFailedException("flush failed: cause=injected, offset=" + offset, null);
        }
        if (!isFlushLeftOut) {
            recorder.flush(offset, length);
        }
    }

    @Override
    public void drain() {
        recorder.drain();
    }

    @Override
    public BytesStore<?, ?> raw(long offset, long length) {
        return recorder.raw(offset, length);
    }

    @Override
    public PersistCounters counters() {
        return recorder.counters();
    }
}
