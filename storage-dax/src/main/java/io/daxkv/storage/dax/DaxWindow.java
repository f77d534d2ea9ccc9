package io.daxkv.storage.dax;

import java.nio.ByteBuffer;
import net.openhft.chronicle.bytes.Bytes;

/**
 * A mapped view of a range of a file: loads and stores go straight to persistent memory. Positions are bytes from the
 * start of the window. Every window and the IO path alias the same bytes.
 *
 * <p>The window is <em>tracked</em> unless opened in another {@link WindowMode}: each store marks its lines dirty after
 * its last byte, so fsync writes back exactly those. It may be longer than the file; touching a page wholly beyond the
 * end throws.
 *
 * <p><b>Durability.</b> A store is durable after an fsync of the file that begins after it, or not at all before a
 * crash; 8 aligned bytes never tear, anything longer may. {@link #persist} makes stores through a synchronous window
 * durable without one.
 *
 * <p><b>Threads.</b> Safe for many threads. A bulk access is atomic per page at most.
 *
 * <p><b>Failure.</b> {@link BeyondEndOfFileException}, {@link NoSpaceException} (a store to a hole),
 * {@link WindowClosedException}, {@link WindowPermissionException}, {@link VolumeShutDownException}; never a signal. A
 * store refused so stored nothing in the page that failed; one whose source fails half-way leaves what it stored,
 * marked.
 */
public class DaxWindow extends WindowMapping implements AutoCloseable {
    // This class is the tracked window; other modes replace what they do differently. The constructors are the
    // package's.
    //
    // A load reads the page table's stamp, translates, loads, and reads the stamp again: every revoke changes it, so a
    // load that raced with one is thrown away and repeated (bytes of a freed block are read, never returned). A store
    // cannot be taken back, so it announces itself to the epochs before it translates, and a revoke waits for it (U2).

    DaxWindow(VolumeCore core, FaultHandler faults, long offset, long length) {
        this(faults, offset, length, WindowMode.TRACKED);
    }

    DaxWindow(FaultHandler faults, long offset, long length, WindowMode mode) {
        super(faults, offset, length, mode);
    }

    public byte getByte(long position) {
        long at = check(position, Byte.BYTES);
        while (true) {
            long before = pages.stamp();
            long address = pages.translate(at, PageTable.PRESENT);
            if (address >= 0) {
                byte value = pmem.getByte(address);
                if (pages.isStill(before)) {
                    return value;
                }
            } else {
                fault(at, false);
            }
        }
    }

    public int getInt(long position) {
        long at = check(position, Integer.BYTES);
        if (WindowWords.crossesBlock(at, Integer.BYTES)) {
            return (int) WindowWords.getSlowly(this, position, Integer.BYTES);
        }
        while (true) {
            long before = pages.stamp();
            long address = pages.translate(at, PageTable.PRESENT);
            if (address >= 0) {
                int value = pmem.getInt(address);
                if (pages.isStill(before)) {
                    return value;
                }
            } else {
                fault(at, false);
            }
        }
    }

    public long getLong(long position) {
        long at = check(position, Long.BYTES);
        if (WindowWords.crossesBlock(at, Long.BYTES)) {
            return WindowWords.getSlowly(this, position, Long.BYTES);
        }
        while (true) {
            long before = pages.stamp();
            long address = pages.translate(at, PageTable.PRESENT);
            if (address >= 0) {
                long value = pmem.getLong(address);
                if (pages.isStill(before)) {
                    return value;
                }
            } else {
                fault(at, false);
            }
        }
    }

    public short getShort(long position) {
        return WindowWords.getShort(this, position);
    }

    /** Loads an 8-byte aligned value so that no later load can be seen before it. */
    public long getLongAcquire(long position) {
        return WindowWords.getLongAcquire(this, position);
    }

    /** Copies {@code count} bytes to {@code target} from index {@code index}. */
    public void get(long position, byte[] target, int index, int count) {
        long at = check(position, count);
        for (int done = 0; done < count; ) {
            long before = pages.stamp();
            long address = pages.translate(at + done, PageTable.PRESENT);
            if (address < 0) {
                fault(at + done, false);
                continue;
            }
            int piece = pieceLength(at + done, count - done);
            pmem.get(address, target, index + done, piece);
            if (pages.isStill(before)) {
                done += piece;
            }
        }
    }

    /** Copies {@code count} bytes to {@code target} from absolute index {@code index}; its position does not move. */
    public void get(long position, ByteBuffer target, int index, int count) {
        long at = check(position, count);
        for (int done = 0; done < count; ) {
            long before = pages.stamp();
            long address = pages.translate(at + done, PageTable.PRESENT);
            if (address < 0) {
                fault(at + done, false);
                continue;
            }
            int piece = pieceLength(at + done, count - done);
            pmem.get(address, target, index + done, piece);
            if (pages.isStill(before)) {
                done += piece;
            }
        }
    }

    public void putByte(long position, byte value) {
        long at = check(position, Byte.BYTES);
        for (boolean done = false; !done; ) {
            int ticket = epochs.enter();
            try {
                long address = pages.translate(at, PageTable.WRITABLE);
                if (address >= 0) {
                    pmem.putByte(address, value);
                    mark(at, Byte.BYTES);
                    done = true;
                }
            } finally {
                epochs.exit(ticket);
            }
            if (!done) {
                fault(at, true);
            }
        }
    }

    public void putInt(long position, int value) {
        long at = check(position, Integer.BYTES);
        if (WindowWords.crossesBlock(at, Integer.BYTES)) {
            WindowWords.putSlowly(this, position, value, Integer.BYTES);
            return;
        }
        for (boolean done = false; !done; ) {
            int ticket = epochs.enter();
            try {
                long address = pages.translate(at, PageTable.WRITABLE);
                if (address >= 0) {
                    pmem.putInt(address, value);
                    mark(at, Integer.BYTES);
                    done = true;
                }
            } finally {
                epochs.exit(ticket);
            }
            if (!done) {
                fault(at, true);
            }
        }
    }

    public void putLong(long position, long value) {
        long at = check(position, Long.BYTES);
        if (WindowWords.crossesBlock(at, Long.BYTES)) {
            WindowWords.putSlowly(this, position, value, Long.BYTES);
            return;
        }
        while (!tryPutLong(at, value, false)) {
            fault(at, true);
        }
    }

    /**
     * Stores 8 aligned bytes after all earlier stores of this thread; a crash keeps the old value or the new, never a
     * mix.
     *
     * @throws IllegalArgumentException if {@code position} is not a multiple of 8
     */
    public void putLongRelease(long position, long value) {
        long at = check(position, Long.BYTES);
        if ((at & Long.BYTES - 1) != 0) {
            throw new IllegalArgumentException("ordered store is not aligned: position=" + position);
        }
        while (!tryPutLong(at, value, true)) {
            fault(at, true);
        }
    }

    public void putShort(long position, short value) {
        WindowWords.putShort(this, position, value);
    }

    /** Stores 4 aligned bytes if {@code expected} is there; returns true if it did. A full fence either way. */
    public boolean compareAndSetInt(long position, int expected, int value) {
        return WindowWords.compareAndSet(this, position, expected, value);
    }

    /** Stores 8 aligned bytes if {@code expected} is there; returns true if it did. A full fence either way. */
    public boolean compareAndSetLong(long position, long expected, long value) {
        return WindowWords.compareAndSet(this, position, expected, value);
    }

    /** Copies {@code count} bytes from index {@code index} of {@code source}. */
    public void put(long position, byte[] source, int index, int count) {
        long at = check(position, count);
        for (int done = 0; done < count; ) {
            int stored = tryPut(at + done, source, index + done, count - done);
            if (stored == 0) {
                fault(at + done, true);
            }
            done += stored;
        }
    }

    /** Copies {@code count} bytes from absolute index {@code index} of {@code source}; its position does not move. */
    public void put(long position, ByteBuffer source, int index, int count) {
        long at = check(position, count);
        for (int done = 0; done < count; ) {
            int stored = tryPut(at + done, source, index + done, count - done);
            if (stored == 0) {
                fault(at + done, true);
            }
            done += stored;
        }
    }

    /** Stores what one translation reaches, at most {@code max} bytes; returns how many, 0 if none is allowed. */
    private int tryPut(long at, byte[] source, int index, int max) {
        int run = 0;
        int ticket = epochs.enter();
        try {
            long address = pages.translate(at, PageTable.WRITABLE);
            if (address >= 0) {
                run = pages.writableRun(at, address, max);
                pmem.put(address, source, index, run);
            }
            return run;
        } finally {
            // Even after a copy that failed half-way: others may have read what it stored (S23).
            markRun(at, run);
            epochs.exit(ticket);
        }
    }

    private int tryPut(long at, ByteBuffer source, int index, int max) {
        int run = 0;
        int ticket = epochs.enter();
        try {
            long address = pages.translate(at, PageTable.WRITABLE);
            if (address >= 0) {
                run = pages.writableRun(at, address, max);
                pmem.put(address, source, index, run);
            }
            return run;
        } finally {
            markRun(at, run);
            epochs.exit(ticket);
        }
    }

    /**
     * Makes a range of a synchronous window durable, and nothing else: flushes its lines and drains. The size and the
     * blocks that lead to it are durable since the pages became writable. No mark is cleared, so an fsync flushes the
     * lines once more.
     *
     * @throws IllegalStateException if the window is of another mode, whose sizes or copies no flush makes durable
     */
    public void persist(long position, long count) {
        throw new IllegalStateException("only a synchronous window persists by itself, use fsync: mode=" + mode());
    }

    /** Returns the window as a Chronicle store; each of its stores marks its lines. */
    public WindowBytesStore bytesStore() {
        return new WindowBytesStore(this);
    }

    /** Returns the window as Chronicle {@link Bytes}, empty and ready to be written; for one thread at a time. */
    public Bytes<?> bytes() {
        return WindowBytesStore.bytesOf(this);
    }

    /** Ends the view. Dirt belongs to the file: what was stored stays marked until an fsync (D16). Idempotent. */
    @Override
    public void close() {
        faults.close(this);
    }

    boolean tryPutLong(long at, long value, boolean ordered) {
        int ticket = epochs.enter();
        try {
            long address = pages.translate(at, PageTable.WRITABLE);
            if (address < 0) {
                return false;
            }
            if (SyncPoint.ENABLED) {
                core.reached(SyncPoint.STORE_AFTER_CHECK);
            }
            if (ordered) {
                pmem.putLongRelease(address, value);
            } else {
                pmem.putLong(address, value);
            }
            if (SyncPoint.ENABLED) {
                core.reached(SyncPoint.STORE_AFTER_STORE);
            }
            mark(at, Long.BYTES);
            return true;
        } finally {
            epochs.exit(ticket);
        }
    }

    final void fault(long at, boolean write) {
        faults.fault(this, VolumeLayout.indexOf(at), write);
    }
}
