package io.daxkv.storage.dax;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A sparse space of bytes on persistent memory, reached by copies (the IO path) and by windows (the mmap path). Both
 * see the same bytes at once, both mark the same dirty lines, one {@link #fsync} makes both durable. Facade: each
 * operation lives in a class of its own.
 *
 * <p><b>Durability.</b> Bytes, by whichever path, and the size after growing writes: at the next fsync that begins
 * after the call. {@link #allocate}, {@link #punchHole} and {@link #truncate}: on return, except the zeroes they store
 * into a block they keep.
 *
 * <p><b>Ordering.</b> Two writes or stores have no order across a crash unless an fsync separates them.
 *
 * <p><b>Threads.</b> Safe for many threads. Reads share the file, writes and layout changes own it; windows take
 * neither.
 *
 * <p><b>Failure.</b> {@link NoSpaceException}, {@link VolumeShutDownException}, {@link FileDeletedException} and
 * {@link VolumeCorruptException}; a failed write-back throws {@link io.daxkv.storage.pmem.PersistFailedException} and
 * shuts the volume down for good.
 */
public final class DaxFile {
    private final FileParts parts;
    private final FileOperations operations;
    private final FaultHandler faults;
    private final IoPath io;
    private final Writeback writeback;
    private final Truncation truncation;

    DaxFile(FileParts parts, FileOperations operations) {
        this.parts = parts;
        this.operations = operations;
        this.writeback = operations.writeback(parts);
        parts.writeback = writeback;
        this.faults = operations.faults(parts);
        this.io = operations.io(parts);
        this.truncation = operations.truncation(parts, io, writeback);
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
        io.write(requireOffset(offset), source);
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

    /**
     * Gives every hole of a range a block, 2 MiB ones where range and free space allow, and grows the file to its end.
     */
    public void allocate(long offset, long length) {
        truncation.allocate(requireOffset(offset), requireLength(length));
    }

    /** Turns a range into a hole and gives its whole blocks back; the size stays. Waits for stores under way in it. */
    public void punchHole(long offset, long length) {
        truncation.punchHole(requireOffset(offset), requireLength(length));
    }

    /** Sets the file's length: cuts bytes off, or adds bytes that read as zero. */
    public void truncate(long newSize) {
        truncation.truncate(requireOffset(newSize));
    }

    /** Makes everything written or stored to the file before this call durable: its dirty lines, with one drain. */
    public void fsync() {
        writeback.fsync(0, BlockMap.INDEX_COUNT);
    }

    /** As {@link #fsync()}, for whole blocks of a range; dirt outside stays dirty (D8). */
    public void fsync(long offset, long length) {
        writeback.fsync(
                VolumeLayout.indexOf(requireOffset(offset)), VolumeLayout.indexCount(offset + requireLength(length)));
    }

    /**
     * Returns the runs of one state that make up {@code [offset, offset + length)}, in order, on block boundaries
     * inside.
     */
    public List<Extent> extents(long offset, long length) {
        parts.inode.checkExists();
        List<Extent> extents = new ArrayList<>();
        long end = offset + length;
        long[] covered = {offset};
        parts.map.walk(VolumeLayout.indexOf(offset), VolumeLayout.indexCount(end), (index, block, count, word) -> {
            long from = Math.max(VolumeLayout.offsetOf(index), offset);
            long to = Math.min(VolumeLayout.offsetOf(index + count), end);
            append(extents, covered[0], from, ExtentState.HOLE);
            append(extents, from, to, ExtentState.MAPPED);
            covered[0] = to;
        });
        append(extents, covered[0], end, ExtentState.HOLE);
        return extents;
    }

    /** Returns how many lines are marked dirty now. */
    public long dirtyLineCount() {
        return parts.tree.dirtyLineCount();
    }

    FileParts parts() {
        return parts;
    }

    /** Undoes what a crash left half-done; called once, before anybody else has the file. */
    void recover() {
        truncation.dropBeyondEnd();
    }

    /** Frees everything, once the inode is durably gone. */
    void release() {
        truncation.releaseAll();
    }

    private static void append(List<Extent> extents, long from, long to, ExtentState state) {
        if (from >= to) {
            return;
        }
        int last = extents.size() - 1;
        if (last >= 0 && extents.get(last).state() == state) {
            Extent before = extents.get(last);
            extents.set(last, new Extent(before.offset(), to - before.offset(), state));
        } else {
            extents.add(new Extent(from, to - from, state));
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
