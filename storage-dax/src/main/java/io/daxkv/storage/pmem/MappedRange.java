package io.daxkv.storage.pmem;

import net.openhft.posix.PosixAPI;
import net.openhft.posix.PosixRuntimeException;

/**
 * A range of addresses, reserved once, into whose beginning a file is mapped. Because the reservation is far larger
 * than the file, mapping more of a growing file never moves what other threads are using.
 *
 * <p><b>Threads.</b> {@link #map} and {@link #close} are the owner's to serialise.
 */
final class MappedRange implements AutoCloseable {
    /** Addresses to reserve: 1 TiB costs nothing but numbers, of which x86-64 gives a process 128 TiB. */
    private static final long RESERVED_SIZE = 1L << 40;

    /** Base alignment: what one huge page covers, so that a DAX file system can map the file by huge pages. */
    private static final long ALIGNMENT = 2L << 20;

    private static final int PROT_NONE = 0;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 0x1;
    private static final int MAP_PRIVATE = 0x2;
    /** Makes the kernel refuse flags it does not know; with plain MAP_SHARED, tmpfs accepts MAP_SYNC and ignores it. */
    private static final int MAP_SHARED_VALIDATE = 0x3;

    private static final int MAP_FIXED = 0x10;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final int MAP_NORESERVE = 0x4000;
    private static final int MAP_SYNC = 0x8_0000;
    private static final int NO_FILE = -1;

    private final PosixAPI posix = Posix.API;
    private final long reservation;
    private final long reservedSize;
    private final long address;
    private boolean isClosed;

    private MappedRange(long reservation, long reservedSize) {
        this.reservation = reservation;
        this.reservedSize = reservedSize;
        this.address = reservation + ALIGNMENT - 1 & -ALIGNMENT;
    }

    /** Reserves addresses for at least {@code size} bytes; 1 TiB where the process may have that many. */
    static MappedRange reserve(long size) {
        long wanted = Math.max(RESERVED_SIZE, size) + ALIGNMENT;
        while (true) {
            try {
                int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
                return new MappedRange(Posix.API.mmap(0, wanted, PROT_NONE, flags, NO_FILE, 0), wanted);
            } catch (PosixRuntimeException e) {
                // A limit on address space (ulimit -v); growing then ends earlier, with an error of its own.
                if (wanted / 2 < size + ALIGNMENT) {
                    throw new PmemException("no address space: size=" + size + ", cause=" + e.getMessage(), e);
                }
                wanted /= 2;
            }
        }
    }

    /** Returns whether the file system of {@code descriptor} maps it synchronously: whether it is persistent memory. */
    static boolean acceptsSync(int descriptor) {
        PosixAPI posix = Posix.API;
        try {
            // Not inside a reservation: a refused MAP_FIXED may already have unmapped what was there.
            int flags = MAP_SHARED_VALIDATE | MAP_SYNC;
            long probe = posix.mmap(0, ArenaFile.PAGE_SIZE, PROT_READ_WRITE, flags, descriptor, 0);
            posix.munmap(probe, ArenaFile.PAGE_SIZE);
            return true;
        } catch (PosixRuntimeException e) {
            return false;
        }
    }

    /** Returns where offset 0 is; does not change. */
    long address() {
        return address;
    }

    /** Returns how many bytes a file can have here. */
    long capacity() {
        return reservedSize - (address - reservation);
    }

    /**
     * Maps the bytes {@code [from, to)} of a file at the same offsets of this range.
     *
     * @param from a multiple of the page size
     */
    void map(int descriptor, long from, long to, boolean isSync) {
        int flags = MAP_FIXED | (isSync ? MAP_SHARED_VALIDATE | MAP_SYNC : MAP_SHARED);
        try {
            posix.mmap(address + from, to - from, PROT_READ_WRITE, flags, descriptor, from);
        } catch (PosixRuntimeException e) {
            throw new PmemException("cannot map: from=" + from + ", to=" + to + ", cause=" + e.getMessage(), e);
        }
    }

    /** Unmaps everything; a second call does nothing. An access by any thread afterwards ends the process. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            posix.munmap(reservation, reservedSize);
        }
    }
}
