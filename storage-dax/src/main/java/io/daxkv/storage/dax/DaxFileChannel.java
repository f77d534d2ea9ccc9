package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.PmemException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.util.Objects;
import java.util.function.IntToLongFunction;

/**
 * A file as the channel existing Java code expects: the same bytes, return values and exceptions as a channel of a file
 * system, over the IO path. Many channels of one file, and its windows, see each other's bytes at once.
 *
 * <pre>{@code
 * try (FileChannel channel = file.channel();
 *         OutputStream out = Channels.newOutputStream(channel)) {
 *     out.write(bytes);
 *     channel.force(false);
 * }
 * }</pre>
 *
 * <p><b>Durability.</b> What was written is durable after {@link #force}, which is an fsync of the file, whatever its
 * argument; a channel opened with {@code SYNC} or {@code DSYNC} does that at each write.
 *
 * <p><b>Threads.</b> Safe for many. Each read and each write, gathering ones too, is one: no other write comes between.
 * Calls that move the position take turns. An interrupt closes nothing, because nothing here waits for long.
 *
 * <p><b>Failure.</b> {@link IOException} with the layer's typed exception as its cause. There is no {@code map}: use
 * {@link DaxFile#window}; and there are no locks: a volume belongs to one process.
 */
public final class DaxFileChannel extends CopyingFileChannel {
    private final DaxFile file;
    private final IoPath io;
    private final WindowTransfer transfer;
    private final ChannelOptions options;
    private final Object positionLock = new Object();
    /** Where the next relative read or write begins, unless the channel appends. */
    private long position;

    DaxFileChannel(DaxFile file, IoPath io, WindowTransfer transfer, ChannelOptions options) {
        this.file = file;
        this.io = io;
        this.transfer = transfer;
        this.options = options;
        if (options.truncates()) {
            file.truncate(0);
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        checkReads();
        synchronized (positionLock) {
            int count = readAt(position, target);
            position += Math.max(count, 0);
            return count;
        }
    }

    @Override
    public int read(ByteBuffer target, long at) throws IOException {
        requireNotNegative("position", at);
        checkReads();
        return readAt(at, target);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, targets.length);
        checkReads();
        for (int i = offset; i < offset + length; i++) {
            requireWritable(targets[i]);
        }
        return scatter(
                new Parts(length, i -> targets[offset + i].remaining(), (i, at) -> io.read(at, targets[offset + i])));
    }

    /**
     * Reads from the position on into windows, in order, and moves the position by what was read.
     *
     * @return bytes read, fewer if a window could not take more; -1 at the end
     * @throws IOException if a window could not take the first byte
     */
    public long read(WindowRange... targets) throws IOException {
        checkReads();
        return scatter(new Parts(targets.length, i -> targets[i].length(), (i, at) -> {
            WindowRange target = targets[i];
            return transfer.read(at, target.window(), target.position(), target.length());
        }));
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        checkWrites();
        synchronized (positionLock) {
            int count = writeAt(position, source);
            position += count;
            return count;
        }
    }

    /** On a channel that appends, the bytes go to the end whatever {@code at} says, as on Linux. */
    @Override
    public int write(ByteBuffer source, long at) throws IOException {
        requireNotNegative("position", at);
        checkWrites();
        return writeAt(at, source);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, sources.length);
        checkWrites();
        return gather(new Parts(length, i -> sources[offset + i].remaining(), (i, at) -> {
            int count = sources[offset + i].remaining();
            io.write(at, sources[offset + i]);
            return count;
        }));
    }

    /**
     * Writes bytes of windows, in order, from the position on, and moves the position by what was written.
     *
     * @return bytes written, fewer if a window could not give more
     * @throws IOException if the first byte could not be loaded or written
     */
    public long write(WindowRange... sources) throws IOException {
        checkWrites();
        return gather(new Parts(sources.length, i -> sources[i].length(), (i, at) -> {
            WindowRange source = sources[i];
            return transfer.write(at, source.window(), source.position(), source.length());
        }));
    }

    @Override
    public long position() throws IOException {
        checkOpen(true);
        synchronized (positionLock) {
            return options.appends() ? file.size() : position;
        }
    }

    @Override
    public DaxFileChannel position(long newPosition) throws IOException {
        checkOpen(true);
        requireNotNegative("position", newPosition);
        synchronized (positionLock) {
            position = newPosition;
        }
        return this;
    }

    @Override
    public long size() throws IOException {
        checkOpen(true);
        return file.size();
    }

    @Override
    public DaxFileChannel truncate(long newSize) throws IOException {
        checkOpen(true);
        requireNotNegative("size", newSize);
        checkWrites();
        synchronized (positionLock) {
            try {
                if (newSize < file.size()) {
                    file.truncate(newSize);
                }
            } catch (PmemException e) {
                throw refused(e);
            }
            position = Math.min(position, newSize);
        }
        return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        checkOpen(true);
        try {
            file.fsync();
        } catch (PmemException e) {
            throw refused(e);
        }
    }

    @Override
    protected void implCloseChannel() {
        // The file stays open; what was written waits for an fsync like any dirt.
    }

    /** The buffers of a gathering write or a scattering read. */
    private record Parts(int count, IntToLongFunction length, Move move) {
        /** Moves one after the other; a refusal after the first byte ends the move, as the end of the file does. */
        long moveAll(long start) {
            long done = 0;
            for (int i = 0; i < count; i++) {
                long wanted = length.applyAsLong(i);
                if (wanted == 0) {
                    continue;
                }
                long moved;
                try {
                    moved = move.move(i, start + done);
                } catch (DaxException e) {
                    if (done == 0) {
                        throw e;
                    }
                    return done;
                }
                if (moved < wanted) {
                    return done == 0 ? moved : done + Math.max(moved, 0);
                }
                done += moved;
            }
            return done;
        }
    }

    /** Moves one buffer's bytes from or to a place in the file; returns how many, -1 at the end. */
    @FunctionalInterface
    private interface Move {
        long move(int part, long at);
    }

    private long scatter(Parts parts) throws IOException {
        synchronized (positionLock) {
            io.locks.io.readLock().lock();
            try {
                long count = parts.moveAll(position);
                position += Math.max(count, 0);
                return count;
            } catch (PmemException e) {
                throw refused(e);
            } finally {
                io.locks.io.readLock().unlock();
            }
        }
    }

    private long gather(Parts parts) throws IOException {
        synchronized (positionLock) {
            long count;
            long ticket = beginWrite();
            try {
                count = parts.moveAll(start(position));
                position += count;
            } catch (PmemException e) {
                throw refused(e);
            } finally {
                endWrite(ticket);
            }
            syncIfAsked();
            return count;
        }
    }

    /** The gate before the lock, and once for the whole write: a freeze waits for whoever passed it (L1). */
    private long beginWrite() {
        long ticket = io.core.gate.beginWrite();
        io.locks.io.writeLock().lock();
        return ticket;
    }

    private void endWrite(long ticket) {
        io.locks.io.writeLock().unlock();
        io.core.gate.endWrite(ticket);
    }

    private int readAt(long at, ByteBuffer target) throws IOException {
        requireWritable(target);
        if (!target.hasRemaining()) {
            return 0;
        }
        try {
            return io.read(at, target);
        } catch (PmemException e) {
            throw refused(e);
        }
    }

    private int writeAt(long at, ByteBuffer source) throws IOException {
        int count = source.remaining();
        long ticket = beginWrite();
        try {
            io.write(start(at), source);
        } catch (PmemException e) {
            throw refused(e);
        } finally {
            endWrite(ticket);
        }
        syncIfAsked();
        return count;
    }

    /** Returns where a write begins; the end of the file, if the channel appends, stays it while the lock is owned. */
    private long start(long at) {
        return options.appends() ? file.size() : at;
    }

    /** After the lock is gone (I12): others may read and write while this write becomes durable. */
    private void syncIfAsked() throws IOException {
        if (options.syncs()) {
            force(false);
        }
    }

    @Override
    void checkReads() throws IOException {
        checkOpen(true);
        if (!options.reads()) {
            throw new NonReadableChannelException();
        }
    }

    @Override
    void checkWrites() throws IOException {
        checkOpen(true);
        if (!options.writes()) {
            throw new NonWritableChannelException();
        }
    }

    private static void requireWritable(ByteBuffer target) {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("target is read-only");
        }
    }

    private static IOException refused(PmemException cause) {
        return new IOException(cause.getMessage(), cause);
    }
}
