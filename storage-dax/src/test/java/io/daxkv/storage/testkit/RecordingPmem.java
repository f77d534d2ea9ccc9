package io.daxkv.storage.testkit;

import io.daxkv.storage.pmem.CacheLine;
import io.daxkv.storage.pmem.PersistCounters;
import io.daxkv.storage.pmem.PersistFailedException;
import io.daxkv.storage.pmem.PersistGranularity;
import io.daxkv.storage.pmem.Pmem;
import io.daxkv.storage.pmem.PmemException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import net.openhft.chronicle.bytes.BytesStore;

/**
 * Pmem on the heap that remembers, for each line, whether a power failure at this instant would lose its last store:
 * the second implementation of the seam, for tests.
 *
 * <p>What it is for:
 *
 * <ul>
 *   <li><b>The lint.</b> {@link #assertAllDurable} fails if a line is dirty, or flushed and not drained, at an
 *       acknowledgement; {@link #assertNoRedundantFlush} if a line was flushed that nobody had stored to since its last
 *       flush.
 *   <li><b>Crashes.</b> {@link #crashKeepingNothing}, {@link #crashKeepingEverything} and {@link #crash} return what
 *       the medium could hold after a power failure now. {@link #onEvent} finds the instants worth crashing at: just
 *       before each drain.
 *   <li><b>Failure.</b> {@link #failDrainAt} and a size limit that {@link #grow} refuses to pass.
 * </ul>
 *
 * <p><b>Durability.</b> A flush captures its lines as they are; a drain makes durable what the <em>same thread</em> has
 * captured. A store after the flush needs another flush. This holds for {@code BYTE} media too, because the seam asks
 * every caller to flush. On {@code PAGE} media a flush widens to 4 KiB pages; on {@code VOLATILE} media a drain
 * satisfies the lint, but a power failure takes everything.
 *
 * <p><b>Ordering.</b> None between stores that are not durable, release stores included: each 8-byte atom of a line
 * ({@code PAGE}: each 512-byte sector) is kept or lost by itself.
 *
 * <p><b>Threads.</b> Safe for use by many threads; one lock, held while the listener runs.
 *
 * <p>Not modelled: a value that was stored, overwritten before any flush, and evicted in between; errors of the medium
 * on load; anything faster than a lock.
 */
public final class RecordingPmem extends Pmem {
    /** Bytes that pmem keeps or loses whole. */
    public static final int ATOM_SIZE = Long.BYTES;

    /** Bytes that a disk keeps or loses whole. */
    public static final int SECTOR_SIZE = 512;

    private static final int PAGE_SIZE = 4096;

    private final PersistGranularity granularity;
    private final long sizeMax;
    private final int flushUnit;
    private final PersistCounters counters = new PersistCounters();
    private final RecordedSpace space;
    private final Map<Thread, FlushedLines> undrained = new HashMap<>();
    private long size;
    private long moment;
    private long drainsUntilFailure;
    private boolean hasFailed;
    private Throwable firstRedundantFlush;
    private Consumer<PmemEvent> listener;

    /** Creates {@code size} durable zero bytes of cache-line pmem that cannot grow. */
    public RecordingPmem(long size) {
        this(size, size);
    }

    /** Creates {@code size} durable zero bytes of cache-line pmem that can grow to {@code sizeMax}. */
    public RecordingPmem(long size, long sizeMax) {
        this(size, sizeMax, PersistGranularity.CACHE_LINE);
    }

    /** Creates {@code size} durable zero bytes; memory is taken as it is stored to, so a large space is cheap. */
    public RecordingPmem(long size, long sizeMax, PersistGranularity granularity) {
        this(size, sizeMax, granularity, new RecordedSpace(size));
    }

    private RecordingPmem(long size, long sizeMax, PersistGranularity granularity, RecordedSpace space) {
        if (size < 0 || size > sizeMax) {
            throw new IllegalArgumentException("bad size: size=" + size + ", sizeMax=" + sizeMax);
        }
        this.size = size;
        this.sizeMax = sizeMax;
        this.granularity = Objects.requireNonNull(granularity);
        this.flushUnit = granularity == PersistGranularity.PAGE ? PAGE_SIZE : CacheLine.SIZE;
        this.space = space;
    }

    // The lint.

    /**
     * Fails unless every store so far would survive a power failure at this instant.
     *
     * @param what what is about to be promised, for the message
     */
    public void assertAllDurable(String what) {
        assertDurable(what, 0, size());
    }

    /** As {@link #assertAllDurable}, for the lines of one range. */
    public synchronized void assertDurable(String what, long offset, long length) {
        space.assertDurable(what, offset, length);
    }

    /**
     * Fails, with the first culprit's stack as cause, if a flush named a line nobody stored to since its last flush.
     */
    public synchronized void assertNoRedundantFlush() {
        if (redundantLineCount() > 0) {
            throw new AssertionError("redundant flush: lines=" + redundantLineCount(), firstRedundantFlush);
        }
    }

    /** Returns how many flushed lines had seen no store since they were last flushed. */
    public long redundantLineCount() {
        return counters.redundantLineCount();
    }

    // Crashes.

    /** Returns the space after a power failure that lost every store it could. */
    public synchronized RecordingPmem crashKeepingNothing() {
        return imageOf(chunk -> chunk.durable);
    }

    /** Returns the space after a power failure that lost nothing: what a killed process leaves. */
    public synchronized RecordingPmem crashKeepingEverything() {
        return imageOf(chunk -> chunk.present);
    }

    /** Returns one of the images a power failure could leave now, each atom drawn by itself. */
    public synchronized RecordingPmem crash(RandomGenerator random) {
        RecordingPmem image = imageOf(chunk -> chunk.durable);
        if (granularity == PersistGranularity.PAGE) {
            new CrashImage(image.space, SECTOR_SIZE, random).keepSomeOf(space);
        } else if (granularity != PersistGranularity.VOLATILE) {
            CrashImage atoms = new CrashImage(image.space, ATOM_SIZE, random);
            undrained.values().forEach(lines -> atoms.keepSomeOf(lines, space));
            atoms.keepSomeOf(space);
        }
        return image;
    }

    private RecordingPmem imageOf(Function<RecordedChunk, byte[]> content) {
        return new RecordingPmem(size, sizeMax, granularity, space.copyOf(content));
    }

    // Failure and observation.

    /** Makes the {@code number}-th drain from now (1 = the next) fail, and every later one of any thread. */
    public synchronized void failDrainAt(long number) {
        drainsUntilFailure = number;
    }

    /** Calls {@code listener} at each event, by the thread that causes it, with the space standing still. */
    public synchronized void onEvent(Consumer<PmemEvent> listener) {
        this.listener = listener;
    }

    private void tell(PmemEvent.Kind kind, long offset, long length) {
        if (listener != null) {
            listener.accept(new PmemEvent(kind, offset, length));
        }
    }

    // The seam.

    @Override
    public synchronized long size() {
        return size;
    }

    @Override
    public PersistGranularity granularity() {
        return granularity;
    }

    @Override
    public PersistCounters counters() {
        return counters;
    }

    @Override
    public synchronized void grow(long newSize) {
        if (newSize <= size) {
            return;
        }
        if (newSize > sizeMax) {
            throw new PmemException("no room to grow: size=" + size + ", newSize=" + newSize + ", sizeMax=" + sizeMax);
        }
        space.grow(newSize);
        size = newSize;
        tell(PmemEvent.Kind.GROWN, 0, newSize);
    }

    @Override
    public synchronized byte getByte(long offset) {
        checkRange(offset, Byte.BYTES);
        return space.getByte(offset);
    }

    @Override
    public synchronized short getShort(long offset) {
        checkRange(offset, Short.BYTES);
        return space.getShort(offset);
    }

    @Override
    public synchronized int getInt(long offset) {
        checkRange(offset, Integer.BYTES);
        return space.getInt(offset);
    }

    @Override
    public synchronized long getLong(long offset) {
        checkRange(offset, Long.BYTES);
        return space.getLong(offset);
    }

    @Override
    public long getLongAcquire(long offset) {
        checkAligned(offset, Long.BYTES);
        return getLong(offset);
    }

    @Override
    public synchronized void get(long offset, byte[] target, int at, int length) {
        checkRange(offset, length);
        Objects.checkFromIndexSize(at, length, target.length);
        space.get(offset, target, at, length);
    }

    @Override
    public void get(long offset, ByteBuffer target, int at, int length) {
        byte[] bytes = new byte[length];
        get(offset, bytes, 0, length);
        target.put(at, bytes);
    }

    @Override
    public synchronized void putByte(long offset, byte value) {
        checkRange(offset, Byte.BYTES);
        space.putByte(offset, value);
        stored(offset, Byte.BYTES);
    }

    @Override
    public synchronized void putShort(long offset, short value) {
        checkRange(offset, Short.BYTES);
        space.putShort(offset, value);
        stored(offset, Short.BYTES);
    }

    @Override
    public synchronized void putInt(long offset, int value) {
        checkRange(offset, Integer.BYTES);
        space.putInt(offset, value);
        stored(offset, Integer.BYTES);
    }

    @Override
    public synchronized void putLong(long offset, long value) {
        checkRange(offset, Long.BYTES);
        space.putLong(offset, value);
        stored(offset, Long.BYTES);
    }

    @Override
    public void putLongRelease(long offset, long value) {
        checkAligned(offset, Long.BYTES);
        putLong(offset, value);
    }

    @Override
    public synchronized boolean compareAndSetInt(long offset, int expected, int value) {
        checkAligned(offset, Integer.BYTES);
        boolean stores = getInt(offset) == expected;
        if (stores) {
            putInt(offset, value);
        }
        return stores;
    }

    @Override
    public synchronized boolean compareAndSetLong(long offset, long expected, long value) {
        checkAligned(offset, Long.BYTES);
        boolean stores = getLong(offset) == expected;
        if (stores) {
            putLong(offset, value);
        }
        return stores;
    }

    @Override
    public synchronized void put(long offset, byte[] source, int at, int length) {
        checkRange(offset, length);
        Objects.checkFromIndexSize(at, length, source.length);
        space.put(offset, source, at, length);
        stored(offset, length);
    }

    @Override
    public void put(long offset, ByteBuffer source, int at, int length) {
        byte[] bytes = new byte[length];
        source.get(at, bytes);
        put(offset, bytes, 0, length);
    }

    @Override
    public synchronized void copy(long source, long target, long length) {
        checkRange(source, length);
        checkRange(target, length);
        byte[] bytes = new byte[(int) Math.min(length, RecordedChunk.SIZE)];
        for (long done = 0; done < length; done += bytes.length) {
            int count = (int) Math.min(bytes.length, length - done);
            get(source + done, bytes, 0, count);
            put(target + done, bytes, 0, count);
        }
    }

    @Override
    public synchronized void zero(long offset, long length) {
        checkRange(offset, length);
        byte[] zeroes = new byte[(int) Math.min(length, RecordedChunk.SIZE)];
        for (long done = 0; done < length; done += zeroes.length) {
            put(offset + done, zeroes, 0, (int) Math.min(zeroes.length, length - done));
        }
    }

    @Override
    public synchronized void flush(long offset, long length) {
        checkRange(offset, length);
        if (length == 0) {
            return;
        }
        long first = offset & -flushUnit;
        long end = Math.min(offset + length - 1 | flushUnit - 1, CacheLine.ceil(size) - 1) + 1;
        counters.flushed(CacheLine.count(first, end - first), length);
        FlushedLines mine = undrained.computeIfAbsent(Thread.currentThread(), thread -> new FlushedLines());
        long now = ++moment;
        for (long unit = first; unit < end; unit += flushUnit) {
            long unitLength = Math.min(flushUnit, end - unit);
            if (!space.flush(unit, unitLength, mine, now)) {
                counters.redundant(CacheLine.count(unit, unitLength));
                if (firstRedundantFlush == null) {
                    firstRedundantFlush = new Throwable("first redundant flush: offset=0x" + Long.toHexString(unit));
                }
            }
        }
        tell(PmemEvent.Kind.FLUSHED, offset, length);
    }

    @Override
    public synchronized void drain() {
        tell(PmemEvent.Kind.DRAINING, 0, 0);
        counters.drained();
        if (hasFailed || drainsUntilFailure > 0 && --drainsUntilFailure == 0) {
            hasFailed = true;
            throw new PersistFailedException("drain failed: cause=injected, drains=" + counters.drainCount(), null);
        }
        FlushedLines mine = undrained.get(Thread.currentThread());
        if (mine != null) {
            space.drained(mine, granularity != PersistGranularity.VOLATILE);
            mine.clear();
        }
        tell(PmemEvent.Kind.DRAINED, 0, 0);
    }

    /** Returns a store whose every store is recorded like any other. */
    @Override
    public BytesStore<?, ?> raw(long offset, long length) {
        checkRange(offset, length);
        return new RecordedBytesStore(this, offset, length);
    }

    private void stored(long offset, long length) {
        space.stored(offset, length, ++moment);
        tell(PmemEvent.Kind.STORED, offset, length);
    }

    private void checkRange(long offset, long length) {
        if (offset < 0 || length < 0 || offset > size - length) {
            throw new IndexOutOfBoundsException(
                    "outside the space: offset=" + offset + ", length=" + length + ", size=" + size);
        }
    }

    private static void checkAligned(long offset, int size) {
        if (offset % size != 0) {
            throw new IllegalArgumentException("not " + size + "-byte aligned: offset=" + offset);
        }
    }
}
