package io.daxkv.storage.dax;

import java.nio.ByteBuffer;
import java.nio.file.OpenOption;
import java.util.List;

/**
 * A sparse space of bytes on persistent memory, reached by copies (the IO path) and by windows (the mmap path). Both
 * see the same bytes at once, both mark the same dirty lines, one {@link #fsync} makes both durable. Facade: each
 * operation lives in a class of its own.
 *
 * <p><b>Durability.</b> Bytes, by whichever path, and the size after growing writes: at the next fsync that begins
 * after the call. {@link #allocate}, {@link #zeroRange}, {@link #punchHole} and {@link #truncate}: on return, except
 * the zeroes they store into a block they keep in part.
 *
 * <p><b>Ordering.</b> Two writes or stores have no order across a crash unless an fsync separates them.
 *
 * <p><b>Threads.</b> Safe for many threads. Reads share the file, writes and layout changes own it; windows take
 * neither.
 *
 * <p><b>Failure.</b> {@link NoSpaceException}, {@link VolumeShutDownException}, {@link FileDeletedException} and
 * {@link VolumeCorruptException}, {@link PoisonedException}; a failed write-back throws
 * {@link io.daxkv.storage.pmem.PersistFailedException} and shuts the volume down for good.
 */
public final class DaxFile {
    private final FileParts parts;
    private final FileOperations operations;
    private final FaultHandler faults;
    private final IoPath io;
    private final WindowTransfer transfer;
    private final Writeback writeback;
    private final Truncation truncation;
    private final Preallocation preallocation;
    private final RangeShift rangeShift;
    private final Reflink reflink;

    DaxFile(FileParts parts, FileOperations operations) {
        this.parts = parts;
        this.operations = operations;
        this.writeback = operations.writeback(parts);
        parts.writeback = writeback;
        this.faults = operations.faults(parts);
        this.io = operations.io(parts);
        this.transfer = operations.transfer(parts, io);
        this.truncation = operations.truncation(parts, io, writeback);
        this.preallocation = operations.preallocation(parts, io, truncation, writeback);
        this.rangeShift = operations.rangeShift(parts, truncation, writeback);
        this.reflink = operations.reflink(parts, io, truncation, writeback);
    }

    public String name() {
        return parts.inode.name;
    }

    public DaxFileKind kind() {
        return parts.inode.kind;
    }

    /** Returns the file's length in bytes, holes included. */
    public long size() {
        return parts.inode.size();
    }

    /**
     * Copies bytes from {@code offset} on into {@code target}, up to its limit or the end of the file; holes read as
     * zero.
     *
     * @return bytes copied, or -1 at or past the end
     */
    public int read(long offset, ByteBuffer target) {
        return io.read(requireOffset(offset), target);
    }

    /** Copies the rest of {@code source} to {@code offset} on, filling holes and growing the file as needed. */
    public void write(long offset, ByteBuffer source) {
        long ticket = beginWrite();
        try {
            io.write(requireOffset(offset), source);
        } finally {
            endWrite(ticket);
        }
    }

    /**
     * As {@link #read(long, ByteBuffer)}, into a window, which may be one of this file and of these very bytes.
     *
     * @return bytes copied, fewer if the window could not take more; -1 at or past the end
     * @throws DaxException if the window could not take the first byte
     */
    public long read(long offset, DaxWindow target, long position, long length) {
        return transfer.read(requireOffset(offset), target, position, length);
    }

    /**
     * As {@link #write(long, ByteBuffer)}, from a window, which may be one of this file and of these very bytes: each
     * byte is what the window held when it was copied.
     *
     * @return bytes written, fewer if the window could not give more or the volume had no room for more
     * @throws DaxException if the first byte could not be loaded or written; nothing changed then
     */
    public long write(long offset, DaxWindow source, long position, long length) {
        long ticket = beginWrite();
        try {
            return transfer.write(requireOffset(offset), source, position, length);
        } finally {
            endWrite(ticket);
        }
    }

    /**
     * Opens the file as a channel, for code that knows nothing of this layer.
     *
     * @param options as {@link java.nio.channels.FileChannel#open} reads them; none means read and write
     */
    public DaxFileChannel channel(OpenOption... options) {
        return new DaxFileChannel(this, io, transfer, ChannelOptions.of(options));
    }

    /** Opens a {@link WindowMode#TRACKED} view, as {@link #window(long, long, WindowMode)}. */
    public DaxWindow window(long offset, long length) {
        return window(offset, length, WindowMode.TRACKED);
    }

    /**
     * Opens a mapped view. It may reach beyond the end of the file; it sees bytes there once the file grows.
     *
     * @param offset a multiple of 4 KiB; of 2 MiB for 2 MiB translations
     * @param length at least 1
     */
    public DaxWindow window(long offset, long length, WindowMode mode) {
        if ((offset | offset + length) < 0 || (offset & VolumeLayout.BLOCK_SIZE - 1) != 0 || length <= 0) {
            throw new IllegalArgumentException("window must start on a block: offset=" + offset + ", length=" + length);
        }
        DaxWindow window = operations.window(parts, faults, offset, length, mode);
        faults.open(window);
        return window;
    }

    /** As {@link #allocate(long, long, SizeRule)}; grows the file to the end of the range. */
    public void allocate(long offset, long length) {
        allocate(offset, length, SizeRule.EXTEND);
    }

    /**
     * Gives every hole of a range a block, 2 MiB ones where range and free space allow, so that stores and writes there
     * need no more space. The blocks are unwritten: they read as zero.
     *
     * @param rule whether the file grows to the end of the range; if not, what lies beyond its end is kept until the
     *     volume is opened the next time
     */
    public void allocate(long offset, long length, SizeRule rule) {
        change(() -> preallocation.allocate(requireOffset(offset), requireLength(length), rule));
    }

    /**
     * Makes a range read as zero and gives it blocks, its own or, for holes and shared blocks, new ones: punch and
     * allocate in one.
     *
     * @param rule whether the file grows to the end of the range
     */
    public void zeroRange(long offset, long length, SizeRule rule) {
        change(() -> preallocation.zeroRange(requireOffset(offset), requireLength(length), rule));
    }

    /** Turns a range into a hole and gives its whole blocks back; the size stays. Waits for stores under way in it. */
    public void punchHole(long offset, long length) {
        change(() -> truncation.punchHole(requireOffset(offset), requireLength(length)));
    }

    /**
     * Takes a range out; what follows moves down and the file gets shorter, durably. After a crash the file is as
     * before or as after.
     *
     * @throws IllegalArgumentException if the range is not whole blocks or does not end before the end of the file
     * @throws NoSpaceException if there is no room for the tables of the map to be; nothing changed then
     */
    public void collapseRange(long offset, long length) {
        change(() -> rangeShift.collapse(requireOffset(offset), requireLength(length)));
    }

    /**
     * Puts a hole in; what follows moves up and the file gets longer, durably. After a crash the file is as before or
     * as after.
     *
     * @throws IllegalArgumentException if the range is not whole blocks or does not start before the end of the file
     * @throws NoSpaceException if there is no room for the tables of the map to be; nothing changed then
     */
    public void insertRange(long offset, long length) {
        change(() -> rangeShift.insert(requireOffset(offset), requireLength(length)));
    }

    /**
     * Makes a range of this file share the blocks of a range of {@code source}, which may be this file: both hold the
     * same bytes, and the first store or write to either copies the block it goes to. Grows the file as a write would.
     * Durable on return; a crash inside leaves each block of the range old or new.
     *
     * @param length a multiple of 4 KiB, or up to the end of the source if that becomes the end of this file too
     * @throws IllegalArgumentException if a range is not so, lies beyond the source's end, or both overlap
     * @throws NoSpaceException if there is no room for the tables it takes; nothing changed then
     */
    public void cloneRange(DaxFile source, long sourceOffset, long offset, long length) {
        change(() -> reflink.cloneRange(
                source.reflink, requireOffset(sourceOffset), requireOffset(offset), requireLength(length)));
    }

    /**
     * As {@link #cloneRange}, if both ranges hold the same bytes already, at one instant at which nobody writes either.
     *
     * @return false if they do not; nothing changed then
     */
    public boolean dedupeRange(DaxFile source, long sourceOffset, long offset, long length) {
        boolean[] isShared = new boolean[1];
        change(() -> isShared[0] = reflink.dedupeRange(
                source.reflink, requireOffset(sourceOffset), requireOffset(offset), requireLength(length)));
        return isShared[0];
    }

    /** Sets the file's length: cuts bytes off, or adds bytes that read as zero. */
    public void truncate(long newSize) {
        change(() -> truncation.truncate(requireOffset(newSize)));
    }

    /**
     * Keeps the blocks behind a range, which must lie inside the file, where they are until the pin closes: layout
     * changes of the range wait for it, up to the volume's age cap (T16).
     */
    public DaxPin pin(long offset, long length) {
        return parts.pins.pin(requireOffset(offset), requireLength(length));
    }

    /**
     * Hands out the memory behind a range, which must lie inside the file; its holes get blocks. Every fsync of it
     * writes back all of its blocks until the lease closes (U4).
     *
     * @param length at least 1
     */
    public RawLease lease(long offset, long length) {
        RawLease[] lease = new RawLease[1];
        change(() -> lease[0] = parts.pins.leases.lease(io, requireOffset(offset), requireLength(length)));
        return lease[0];
    }

    /**
     * Takes note that the medium lost the bytes of a range, by whole blocks (T15). From now on loads, stores and reads
     * of them throw {@link PoisonedException}, also in files that share the blocks; the other bytes of the file go on.
     * A write of a whole block repairs it; a block given up by punch or truncate is never used again while the volume
     * is open. The medium is expected to report the loss again after a restart: nothing of this is durable.
     */
    public void markPoisoned(long offset, long length) {
        parts.poison.mark(
                VolumeLayout.indexOf(requireOffset(offset)), VolumeLayout.indexCount(offset + requireLength(length)));
    }

    /** Makes everything written or stored to the file before this call durable: its dirty lines, with one drain. */
    public void fsync() {
        parts.inode.checkExists();
        writeback.fsync(0, BlockMap.INDEX_COUNT);
    }

    /** As {@link #fsync()}, for whole blocks of a range; dirt outside stays dirty (D8). */
    public void fsync(long offset, long length) {
        parts.inode.checkExists();
        writeback.fsync(
                VolumeLayout.indexOf(requireOffset(offset)), VolumeLayout.indexCount(offset + requireLength(length)));
    }

    /**
     * Returns the runs of one state that make up {@code [offset, offset + length)}, in order, on block boundaries
     * inside.
     */
    public List<Extent> extents(long offset, long length) {
        long end = Math.addExact(requireOffset(offset), requireLength(length));
        parts.locks.io.readLock().lock();
        try {
            parts.inode.checkExists();
            return ExtentList.of(parts, offset, end);
        } finally {
            parts.locks.io.readLock().unlock();
        }
    }

    /**
     * Gives back the memory that the layer keeps for ranges without dirt; windows fault again for them. Waits for
     * faults, writes and an fsync under way. Changes nothing anybody can see.
     *
     * @return how many entries went
     */
    public long dropCleanEntries() {
        return operations.cleanEntries(parts).drop();
    }

    /** Returns how many lines are marked dirty now. */
    public long dirtyLineCount() {
        return parts.tree.dirtyLineCount();
    }

    FileParts parts() {
        return parts;
    }

    /** Makes the inode of a clone of this file. */
    Inode clone(InodeTable inodes, String cloneName) {
        return reflink.clone(inodes, cloneName);
    }

    /** Undoes what a crash left half-done; called once, before anybody else has the file. */
    void recover() {
        truncation.dropBeyondEnd();
    }

    /** Ends the file, once its inode is durably gone: now, or when its last window, pin or lease closes. */
    void unlink() {
        parts.eviction.unlink();
    }

    /**
     * Waits while the volume is frozen, then holds a freeze off until {@link #endWrite} of the ticket. Who owns the io
     * lock passed before it took that (L1); once more, it could wait for a freeze that waits for it.
     */
    long beginWrite() {
        return parts.locks.io.isWriteLockedByCurrentThread() ? 0 : parts.core.gate.beginWrite();
    }

    void endWrite(long ticket) {
        if (ticket != 0) {
            parts.core.gate.endWrite(ticket);
        }
    }

    /** Runs a change of the file unless the volume is frozen, then it waits. */
    private void change(Runnable operation) {
        long ticket = beginWrite();
        try {
            operation.run();
        } finally {
            endWrite(ticket);
        }
    }

    private static long requireLength(long length) {
        if (length < 0) {
            throw new IllegalArgumentException("negative length: length=" + length);
        }
        return length;
    }

    private static long requireOffset(long offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("negative file offset: offset=" + offset);
        }
        return offset;
    }
}
