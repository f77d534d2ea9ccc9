package io.daxkv.storage.pmem;

import java.nio.ByteBuffer;
import java.util.Objects;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.PointerBytesStore;
import net.openhft.chronicle.core.OS;

/**
 * The mapped file as {@link Pmem}: production's one implementation.
 *
 * <p><b>Threads.</b> As {@link Pmem}. {@link #grow} excludes itself only. A thread that was handed an offset in the new
 * part has, by whatever handed it over, the new size too.
 *
 * <p><b>Failure.</b> A page the medium cannot deliver surfaces as {@link InternalError}, at the access or a little
 * later: the caller must not acknowledge what it has not read back.
 */
final class MappedPmem extends Pmem implements AutoCloseable {
    // Only loads, stores and copies may touch the mapping: on a media error the JVM turns those into errors, while a
    // compare-and-set, a checksum intrinsic or setMemory would end the process. Hence the zero page in zero(), and the
    // load before each compare-and-set.

    /** Enough that a copy's start costs nothing against its length. */
    private static final int ZEROES_SIZE = 64 << 10;

    private final ArenaFile file;
    private final MappedRange range;
    private final Medium medium;
    private final PersistCounters counters = new PersistCounters();
    private final Persister persister;
    private final PointerBytesStore store = new PointerBytesStore();
    private final long address;
    private final DramRegion zeroes = DramRegion.allocate(ZEROES_SIZE);
    // Not volatile: see Threads. A stale size only refuses what its reader could not know about.
    private long size;
    private boolean isClosed;

    /** Maps the whole of {@code file}, which has no holes. */
    MappedPmem(ArenaFile file, MappedRange range, Medium medium) {
        this.file = file;
        this.range = range;
        this.medium = medium;
        address = range.address();
        persister = persisterFor(medium.granularity());
        store.singleThreadedCheckDisabled(true);
        // The store spans the reservation, so growing leaves it alone; it checks nothing, check() does.
        store.set(address, range.capacity());
        mapUpTo(file.size());
    }

    private Persister persisterFor(PersistGranularity granularity) {
        return switch (granularity) {
            case BYTE -> new FencePersister(counters);
            case CACHE_LINE -> new CacheLinePersister(address, counters);
            case PAGE -> new PagePersister(address, counters);
            case VOLATILE -> new VolatilePersister(counters);
        };
    }

    private void mapUpTo(long newSize) {
        boolean isSync = !medium.emulated()
                && (medium.granularity() == PersistGranularity.BYTE
                        || medium.granularity() == PersistGranularity.CACHE_LINE);
        range.map(file.descriptor(), size, newSize, isSync);
        size = newSize;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public PersistGranularity granularity() {
        return medium.granularity();
    }

    @Override
    public PersistCounters counters() {
        return counters;
    }

    /** Rounds {@code newSize} up to whole pages. */
    @Override
    public synchronized void grow(long newSize) {
        if (isClosed) {
            throw new IllegalStateException("closed: file=" + file.path());
        }
        if (newSize <= size) {
            return;
        }
        long roundedSize = newSize + ArenaFile.PAGE_SIZE - 1 & -ArenaFile.PAGE_SIZE;
        if (roundedSize > range.capacity()) {
            throw new PmemException("no address space to grow: size=" + size + ", newSize=" + roundedSize
                    + ", reserved=" + range.capacity() + "; a restart reserves anew");
        }
        // Blocks before addresses: a mapped page without its block is a signal, not an exception.
        file.extend(size, roundedSize);
        mapUpTo(roundedSize);
    }

    @Override
    public byte getByte(long offset) {
        check(offset, Byte.BYTES);
        return store.readByte(offset);
    }

    @Override
    public short getShort(long offset) {
        check(offset, Short.BYTES);
        return store.readShort(offset);
    }

    @Override
    public int getInt(long offset) {
        check(offset, Integer.BYTES);
        return store.readInt(offset);
    }

    @Override
    public long getLong(long offset) {
        check(offset, Long.BYTES);
        return store.readLong(offset);
    }

    @Override
    public long getLongAcquire(long offset) {
        check(offset, Long.BYTES);
        assert isAligned(offset) : "not 8-byte aligned: offset=" + offset;
        return store.readVolatileLong(offset);
    }

    @Override
    public void get(long offset, byte[] target, int at, int length) {
        check(offset, length);
        Objects.checkFromIndexSize(at, length, target.length);
        getArray(offset, target, at, length);
    }

    @Override
    public void get(long offset, ByteBuffer target, int at, int length) {
        check(offset, length);
        Objects.checkFromIndexSize(at, length, target.limit());
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("target is read-only");
        }
        if (target.isDirect()) {
            store.nativeRead(offset, OS.memory().address(target) + at, length);
        } else {
            getArray(offset, target.array(), target.arrayOffset() + at, length);
        }
    }

    @Override
    public void putByte(long offset, byte value) {
        check(offset, Byte.BYTES);
        store.writeByte(offset, value);
    }

    @Override
    public void putShort(long offset, short value) {
        check(offset, Short.BYTES);
        store.writeShort(offset, value);
    }

    @Override
    public void putInt(long offset, int value) {
        check(offset, Integer.BYTES);
        store.writeInt(offset, value);
    }

    @Override
    public void putLong(long offset, long value) {
        check(offset, Long.BYTES);
        store.writeLong(offset, value);
    }

    @Override
    public void putLongRelease(long offset, long value) {
        check(offset, Long.BYTES);
        assert isAligned(offset) : "not 8-byte aligned: offset=" + offset;
        store.writeOrderedLong(offset, value);
    }

    @Override
    public boolean compareAndSetInt(long offset, int expected, int value) {
        check(offset, Integer.BYTES);
        assert (offset & Integer.BYTES - 1) == 0 : "not 4-byte aligned: offset=" + offset;
        return store.readVolatileInt(offset) == expected && store.compareAndSwapInt(offset, expected, value);
    }

    @Override
    public boolean compareAndSetLong(long offset, long expected, long value) {
        check(offset, Long.BYTES);
        assert isAligned(offset) : "not 8-byte aligned: offset=" + offset;
        return store.readVolatileLong(offset) == expected && store.compareAndSwapLong(offset, expected, value);
    }

    @Override
    public void put(long offset, byte[] source, int at, int length) {
        check(offset, length);
        Objects.checkFromIndexSize(at, length, source.length);
        putArray(offset, source, at, length);
    }

    @Override
    public void put(long offset, ByteBuffer source, int at, int length) {
        check(offset, length);
        Objects.checkFromIndexSize(at, length, source.limit());
        if (source.isDirect()) {
            store.nativeWrite(OS.memory().address(source) + at, offset, length);
        } else if (source.hasArray()) {
            putArray(offset, source.array(), source.arrayOffset() + at, length);
        } else {
            // Read-only views hide their array.
            for (int i = 0; i < length; i++) {
                store.writeByte(offset + i, source.get(at + i));
            }
        }
    }

    @Override
    public void copy(long source, long target, long length) {
        check(source, length);
        check(target, length);
        store.nativeRead(source, address + target, length);
    }

    @Override
    public void zero(long offset, long length) {
        check(offset, length);
        for (long done = 0; done < length; done += ZEROES_SIZE) {
            store.nativeWrite(zeroes.address(), offset + done, Math.min(ZEROES_SIZE, length - done));
        }
    }

    @Override
    public void flush(long offset, long length) {
        check(offset, length);
        if (length > 0) {
            persister.flush(offset, length);
        }
    }

    @Override
    public void drain() {
        persister.drain();
    }

    @Override
    public BytesStore<?, ?> raw(long offset, long length) {
        check(offset, length);
        PointerBytesStore raw = new PointerBytesStore();
        raw.singleThreadedCheckDisabled(true);
        raw.set(address + offset, length);
        return raw;
    }

    /** Takes the memory away; every access by this thread throws from now on. */
    @Override
    public synchronized void close() {
        isClosed = true;
        size = 0;
        range.close();
        zeroes.close();
    }

    private void getArray(long offset, byte[] target, int at, int length) {
        if (length >= MemoryCopy.WORTHWHILE_SIZE) {
            MemoryCopy.toArray(address + offset, target, at, length);
        } else {
            store.read(offset, target, at, length);
        }
    }

    private void putArray(long offset, byte[] source, int at, int length) {
        if (length >= MemoryCopy.WORTHWHILE_SIZE) {
            MemoryCopy.fromArray(source, at, address + offset, length);
        } else {
            store.write(offset, source, at, length);
        }
    }

    private void check(long offset, long length) {
        if (offset < 0 || length < 0 || offset > size - length) {
            throw outside(offset, length);
        }
    }

    private IndexOutOfBoundsException outside(long offset, long length) {
        return new IndexOutOfBoundsException(
                "outside the space: offset=" + offset + ", length=" + length + ", size=" + size);
    }

    private static boolean isAligned(long offset) {
        return (offset & Long.BYTES - 1) == 0;
    }
}
