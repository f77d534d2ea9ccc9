package io.daxkv.storage.pmem;

import java.nio.ByteBuffer;
import net.openhft.chronicle.bytes.BytesStore;

/**
 * A space of bytes that can be made to survive: the one seam through which every load, store, flush and drain of the
 * store passes. Offsets are bytes from the start of the arena. Values are little-endian.
 *
 * <p>Production has one implementation, over the mapped file; the test kit has the second, a recorder that knows for
 * each line whether it would survive a power failure at this instant. Because production loads only the first, calls
 * through this class are bound statically by the JIT.
 *
 * <p><b>Durability.</b> A store is durable once a {@link #drain()} that follows a {@link #flush} covering it, by the
 * same thread, has returned. Between the store and that return a power failure may keep it or lose it. On real media
 * the unit that survives whole is 8 aligned bytes (invariant U6); nothing larger may be assumed.
 *
 * <p><b>Ordering.</b> Plain stores, and the bytes of one bulk store, have no order between them until a drain separates
 * them. {@link #putLongRelease} is ordered after all earlier stores as other threads see it.
 *
 * <p><b>Threads.</b> Safe for use by many threads; a drain covers the calling thread's own flushes only.
 *
 * <p><b>Failure.</b> An offset outside the space is a bug and throws {@link IndexOutOfBoundsException}. If write-back
 * fails, {@link PersistFailedException} is thrown by this drain and every later one: what was flushed is unknown, so
 * nobody retries and nobody acknowledges.
 */
public abstract class Pmem {

    /** Returns the bytes of this space; grows by {@link #grow}, never shrinks. */
    public abstract long size();

    /** Returns what the medium needs to make a store durable. */
    public abstract PersistGranularity granularity();

    /**
     * Makes the space {@code newSize} bytes long, the new bytes zero and backed by storage before they can be touched.
     * Offsets handed out earlier stay valid. Does nothing if the space is already that long.
     *
     * @throws PmemException if the medium has no room; nothing changed then
     */
    public abstract void grow(long newSize);

    public abstract byte getByte(long offset);

    public abstract short getShort(long offset);

    public abstract int getInt(long offset);

    public abstract long getLong(long offset);

    /** Loads an 8-byte aligned value so that no later load can be seen before it. */
    public abstract long getLongAcquire(long offset);

    /** Copies {@code length} bytes to {@code target} from index {@code at}. */
    public abstract void get(long offset, byte[] target, int at, int length);

    /** Copies {@code length} bytes to {@code target} from absolute index {@code at}; its position does not move. */
    public abstract void get(long offset, ByteBuffer target, int at, int length);

    public abstract void putByte(long offset, byte value);

    public abstract void putShort(long offset, short value);

    public abstract void putInt(long offset, int value);

    public abstract void putLong(long offset, long value);

    /** Stores an 8-byte aligned value after all earlier stores; a crash keeps the old value or the new, never a mix. */
    public abstract void putLongRelease(long offset, long value);

    /**
     * Stores {@code value} at a 4-byte aligned offset if {@code expected} is there; a full fence either way.
     *
     * @return true if it stored
     */
    public abstract boolean compareAndSetInt(long offset, int expected, int value);

    /**
     * Stores {@code value} at an 8-byte aligned offset if {@code expected} is there; a full fence either way. A crash
     * keeps the old value or the new, never a mix.
     *
     * @return true if it stored
     */
    public abstract boolean compareAndSetLong(long offset, long expected, long value);

    /** Copies {@code length} bytes from index {@code at} of {@code source}. */
    public abstract void put(long offset, byte[] source, int at, int length);

    /** Copies {@code length} bytes from absolute index {@code at} of {@code source}; its position does not move. */
    public abstract void put(long offset, ByteBuffer source, int at, int length);

    /** Copies {@code length} bytes inside the space; the ranges must not overlap. */
    public abstract void copy(long source, long target, long length);

    /** Stores {@code length} zero bytes. */
    public abstract void zero(long offset, long length);

    /** Starts writing back every line that overlaps {@code [offset, offset + length)}; 0 flushes nothing. */
    public abstract void flush(long offset, long length);

    /** Waits until every range this thread has flushed is in the persistence domain. */
    public abstract void drain();

    /** Flushes one range and drains. Use it when nothing else is pending; batch otherwise. */
    public final void persist(long offset, long length) {
        flush(offset, length);
        drain();
    }

    /**
     * Returns a range as a Chronicle store over the memory itself: position 0 is {@code offset}. Whoever stores through
     * it flushes what was stored, and lets go of it before the space is closed: the store checks no bounds.
     */
    public abstract BytesStore<?, ?> raw(long offset, long length);

    /** Returns what was flushed and drained so far; live, readable by any thread. */
    public abstract PersistCounters counters();
}
