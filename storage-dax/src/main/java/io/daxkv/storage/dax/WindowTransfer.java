package io.daxkv.storage.dax;

import java.nio.ByteBuffer;

/**
 * Reads and writes whose buffer is a window: of another file, of the same file, of the very range. The bytes go through
 * a bounce buffer, a bounded piece at a time: a load of the source faults and a store to the target allocates while the
 * layer holds nothing that a fault takes (L3), so both always get on (L10, S50, S51, S52).
 *
 * <p>The io lock is held throughout, as for any read or write; a fault never takes it (L2).
 */
class WindowTransfer {
    /** A piece: enough to copy at full speed, little enough to keep one for each thread. */
    static final int BOUNCE_SIZE = 64 << 10;

    final VolumeCore core;
    final FileLocks locks;
    final IoPath io;

    WindowTransfer(FileParts parts, IoPath io) {
        this.core = parts.core;
        this.locks = parts.locks;
        this.io = io;
    }

    /**
     * Writes bytes of a window: what each piece held when it was copied. Returns how many came before the first that
     * could not be loaded or written; throws if that is none.
     */
    long write(long offset, DaxWindow source, long position, long length) {
        source.check(position, length);
        ByteBuffer bounce = core.bounce.get();
        locks.io.writeLock().lock();
        try {
            for (long done = 0; ; ) {
                DaxException failure = load(source, position + done, pieceOf(bounce, offset + done, length - done));
                bounce.flip();
                try {
                    io.write(offset + done, bounce);
                } catch (DaxException e) {
                    failure = e;
                }
                done += bounce.position();
                if (failure != null && done == 0) {
                    throw failure;
                }
                if (failure != null || done == length) {
                    return done;
                }
            }
        } finally {
            locks.io.writeLock().unlock();
        }
    }

    /**
     * Reads into a window, up to the end of the file. Returns how many bytes were stored, -1 at or past the end; throws
     * if the first could not be.
     */
    long read(long offset, DaxWindow target, long position, long length) {
        target.check(position, length);
        ByteBuffer bounce = core.bounce.get();
        locks.io.readLock().lock();
        try {
            for (long done = 0; ; ) {
                ByteBuffer piece = pieceOf(bounce, target.offset() + position + done, length - done);
                int found = done == 0 ? io.read(offset, piece) : readMore(offset + done, piece);
                if (found <= 0) {
                    return done > 0 ? done : found;
                }
                bounce.flip();
                DaxException failure = store(target, position + done, bounce);
                done += bounce.position();
                if (failure != null && done == 0) {
                    throw failure;
                }
                if (failure != null || done == length) {
                    return done;
                }
            }
        } finally {
            locks.io.readLock().unlock();
        }
    }

    /** As {@link IoPath#read}; at lost bytes it ends, as at the end of the file: what came before them counts. */
    private int readMore(long offset, ByteBuffer target) {
        try {
            return io.read(offset, target);
        } catch (PoisonedException e) {
            return -1;
        }
    }

    /** Fills {@code target} from a window, block by block; returns what stopped it early, or null. */
    DaxException load(DaxWindow source, long position, ByteBuffer target) {
        core.reached(SyncPoint.IO_BEFORE_COPY);
        while (target.hasRemaining()) {
            int at = target.position();
            int piece = IoPath.pieceLength(source.offset() + position + at, target.remaining());
            try {
                source.get(position + at, target, at, piece);
            } catch (DaxException e) {
                return e;
            }
            target.position(at + piece);
        }
        return null;
    }

    /** Empties {@code source} into a window, block by block; returns what stopped it early, or null. */
    DaxException store(DaxWindow target, long position, ByteBuffer source) {
        core.reached(SyncPoint.IO_BEFORE_COPY);
        while (source.hasRemaining()) {
            int at = source.position();
            int piece = IoPath.pieceLength(target.offset() + position + at, source.remaining());
            try {
                target.put(position + at, source, at, piece);
            } catch (DaxException e) {
                return e;
            }
            source.position(at + piece);
        }
        return null;
    }

    /** Empties the bounce buffer for the next piece, which ends where the blocks of {@code start} end. */
    private static ByteBuffer pieceOf(ByteBuffer bounce, long start, long left) {
        int max = BOUNCE_SIZE - (int) (start & VolumeLayout.BLOCK_SIZE - 1);
        return bounce.clear().limit((int) Math.min(max, left));
    }
}
