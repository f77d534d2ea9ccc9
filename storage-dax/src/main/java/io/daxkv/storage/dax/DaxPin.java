package io.daxkv.storage.dax;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A hold on the blocks behind a range of a file, for whoever sends or receives them later: until {@link #close} these
 * blocks are this file's, whatever happens to the file. A layout change of the range waits for the pin, up to
 * {@link DaxVolumeOptions#pinAgeMax}; then it goes through, but its blocks stay out of the allocator until the pin
 * closes, so a late reader finds old bytes and never another file's.
 *
 * <p>A pin names the blocks of the moment it was taken. Writes and stores to them show through it; a hole that gets a
 * block afterwards, and a block that a write replaced by a copy, do not. Positions are bytes from the start of the
 * range.
 *
 * <p><b>Durability.</b> None of its own: what is read may not be durable yet.
 *
 * <p><b>Threads.</b> Safe for many threads.
 *
 * <p><b>Failure.</b> {@link IllegalStateException} after close; {@link PoisonedException}. A pin that is never closed
 * keeps its blocks until the volume is opened again.
 */
public final class DaxPin implements AutoCloseable {
    private final FilePins pins;
    private final VolumeCore core;
    private final String file;
    private final long offset;
    private final long length;
    private final List<PinnedRun> runs;
    private final long bornNanos;

    private volatile boolean isClosed;

    DaxPin(FilePins pins, VolumeCore core, String file, long offset, List<PinnedRun> runs) {
        this.pins = pins;
        this.core = core;
        this.file = file;
        this.offset = offset;
        this.runs = runs;
        this.length = runs.isEmpty() ? 0 : runs.get(runs.size() - 1).end();
        this.bornNanos = core.options.nanoClock().getAsLong();
    }

    /** Returns where the range starts, in bytes from the start of the file. */
    public long offset() {
        return offset;
    }

    /** Returns the range's length in bytes. */
    public long length() {
        return length;
    }

    /** Returns the range as runs, in order, without gaps. */
    public List<PinnedRun> runs() {
        return runs;
    }

    /** Copies {@code count} bytes to {@code target} from index {@code index}. */
    public void get(long position, byte[] target, int index, int count) {
        check(position, count);
        for (int done = 0; done < count; ) {
            PinnedRun run = runAt(position + done);
            int piece = (int) pieceLength(run, position + done, count - done);
            checkGood(run, position + done, piece);
            core.pmem.get(address(run, position + done), target, index + done, piece);
            done += piece;
        }
        checkStillOpen();
    }

    /** Copies bytes from {@code position} on into {@code target}, as many as it has room for. */
    public void get(long position, ByteBuffer target) {
        int count = target.remaining();
        check(position, count);
        for (int done = 0; done < count; ) {
            PinnedRun run = runAt(position + done);
            int piece = (int) pieceLength(run, position + done, count - done);
            checkGood(run, position + done, piece);
            core.pmem.get(address(run, position + done), target, target.position() + done, piece);
            done += piece;
        }
        checkStillOpen();
        target.position(target.position() + count);
    }

    public boolean isClosed() {
        return isClosed;
    }

    /** Lets the blocks go. Idempotent. */
    @Override
    public void close() {
        pins.close(this);
    }

    /** Makes the pin useless; called under the lock of the file's pins. */
    void markClosed() {
        isClosed = true;
    }

    long bornNanos() {
        return bornNanos;
    }

    /** Returns true if a block is held for one of the indexes {@code [first, first + count)}. */
    boolean covers(long first, long count) {
        for (PinnedRun run : runs) {
            if (!run.isHole()
                    && VolumeLayout.indexOf(offset + run.position()) < first + count
                    && VolumeLayout.indexCount(offset + run.end()) > first) {
                return true;
            }
        }
        return false;
    }

    boolean holds(long block) {
        for (PinnedRun run : runs) {
            if (run.holds(block)) {
                return true;
            }
        }
        return false;
    }

    private void check(long position, long count) {
        if ((position | count | length - position - count) < 0) {
            throw new IndexOutOfBoundsException(
                    "access outside the pin: position=" + position + ", count=" + count + ", length=" + length);
        }
        checkOpen();
    }

    private void checkOpen() {
        if (isClosed) {
            throw new IllegalStateException("pin is closed: file=" + file + ", offset=" + offset);
        }
    }

    /** Ends a copy: a pin closed meanwhile let the blocks go, and what was copied may be another file's. */
    private void checkStillOpen() {
        VarHandle.loadLoadFence();
        checkOpen();
    }

    private void checkGood(PinnedRun run, long position, long count) {
        if (core.badBlocks.isEmpty() || run.isHole()) {
            return;
        }
        long address = address(run, position);
        long first = VolumeLayout.indexOf(address);
        if (core.badBlocks.touches(first, VolumeLayout.indexCount(address + count) - first)) {
            throw new PoisonedException(file, offset + position, count);
        }
    }

    private PinnedRun runAt(long position) {
        int low = 0;
        for (int high = runs.size() - 1; low < high; ) {
            int middle = low + high >>> 1;
            if (runs.get(middle).end() <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return runs.get(low);
    }

    /** Returns how many bytes may be copied at once; in a hole no more than the zero block has. */
    private static long pieceLength(PinnedRun run, long position, long max) {
        long rest = Math.min(run.end() - position, max);
        return run.isHole() ? Math.min(rest, VolumeLayout.BLOCK_SIZE) : rest;
    }

    private static long address(PinnedRun run, long position) {
        return run.isHole()
                ? VolumeLayout.offsetOf(VolumeLayout.ZERO_BLOCK)
                : run.arenaOffset() + position - run.position();
    }
}
