package io.daxkv.storage.dax;

import java.util.List;
import net.openhft.chronicle.bytes.BytesStore;

/**
 * The memory itself behind a range of a file, for code that wants addresses (U4): every run of it as a Chronicle
 * {@link BytesStore} whose loads and stores nobody checks, counts or tracks.
 *
 * <p>That freedom is paid for by the file: the range has blocks, a pin keeps them ({@link DaxPin}), and since nobody
 * sees the stores, all of its whole blocks count as dirty for as long as the lease lives. Every fsync of the range
 * writes back every line of them, 64 a block, stored to or not: lease what is stored to densely, and briefly.
 *
 * <p><b>Durability.</b> What was stored is durable after an fsync of the file that begins after it, also after the
 * lease was closed.
 *
 * <p><b>Ordering.</b> A layout change of the range waits for the lease, up to {@link DaxVolumeOptions#pinAgeMax}; past
 * that, what it destroys is gone: stores still land in the lease's blocks, but those are the file's no more. A freeze
 * and the closing of the volume cannot hold such stores up: close leases first.
 *
 * <p><b>Threads.</b> The lease serves many; so do its stores, as far as Chronicle's do.
 *
 * <p><b>Failure.</b> {@link IllegalStateException} after close. A store handed out must not be used after the lease was
 * closed: it still reaches the memory, which may be another file's by then.
 */
public final class RawLease implements AutoCloseable {
    private final FileLeases leases;
    private final VolumeCore core;
    private final DaxPin pin;

    RawLease(FileLeases leases, VolumeCore core, DaxPin pin) {
        this.leases = leases;
        this.core = core;
        this.pin = pin;
    }

    /** Returns where the range starts, in bytes from the start of the file. */
    public long offset() {
        return pin.offset();
    }

    /** Returns the range's length in bytes. */
    public long length() {
        return pin.length();
    }

    /** Returns the range as runs, in order, without gaps; none is a hole. */
    public List<PinnedRun> runs() {
        return pin.runs();
    }

    /** Returns one of {@link #runs} as a Chronicle store over the memory itself; it checks no bounds. */
    public BytesStore<?, ?> bytesStore(PinnedRun run) {
        if (pin.isClosed()) {
            throw new IllegalStateException("lease is closed: offset=" + offset());
        }
        if (!pin.runs().contains(run)) {
            throw new IllegalArgumentException("not a run of this lease: " + run);
        }
        return core.pmem.raw(run.arenaOffset(), run.length());
    }

    public boolean isClosed() {
        return pin.isClosed();
    }

    /** Ends the lease; the range stays dirty until the next fsync. Idempotent. */
    @Override
    public void close() {
        leases.close(this);
    }

    DaxPin pin() {
        return pin;
    }
}
