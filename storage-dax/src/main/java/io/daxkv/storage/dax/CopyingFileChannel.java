package io.daxkv.storage.dax;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** The part of a file channel that follows from its reads and writes, and the part that only a file system has. */
abstract class CopyingFileChannel extends FileChannel {
    private static final int PIECE_SIZE = 64 << 10;

    @Override
    public final long transferTo(long at, long count, WritableByteChannel target) throws IOException {
        checkOpen(target.isOpen());
        checkReads();
        requireNotNegative("position", at);
        requireNotNegative("count", count);
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(count, PIECE_SIZE));
        long done = 0;
        while (done < count) {
            int found = read(piece.clear().limit((int) Math.min(count - done, PIECE_SIZE)), at + done);
            if (found <= 0) {
                break;
            }
            int written = target.write(piece.flip());
            done += written;
            if (written < found) {
                break;
            }
        }
        return done;
    }

    /** As JDK 17: behind the end nothing is transferred. Newer ones leave a hole there. */
    @Override
    public final long transferFrom(ReadableByteChannel source, long at, long count) throws IOException {
        checkOpen(source.isOpen());
        checkWrites();
        requireNotNegative("position", at);
        requireNotNegative("count", count);
        if (at > size()) {
            return 0;
        }
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(count, PIECE_SIZE));
        long done = 0;
        while (done < count) {
            if (source.read(piece.clear().limit((int) Math.min(count - done, PIECE_SIZE))) <= 0) {
                break;
            }
            done += write(piece.flip(), at + done);
        }
        return done;
    }

    /** Not offered: a mapped buffer would go round the tracking. */
    @Override
    public final MappedByteBuffer map(MapMode mode, long at, long length) {
        throw new UnsupportedOperationException("channel maps nothing: use DaxFile.window(offset, length)");
    }

    /** Not offered. */
    @Override
    public final FileLock lock(long at, long length, boolean shared) {
        throw noLocks();
    }

    /** Not offered. */
    @Override
    public final FileLock tryLock(long at, long length, boolean shared) {
        throw noLocks();
    }

    abstract void checkReads() throws IOException;

    abstract void checkWrites() throws IOException;

    final void checkOpen(boolean isOtherOpen) throws IOException {
        if (!isOpen() || !isOtherOpen) {
            throw new ClosedChannelException();
        }
    }

    static void requireNotNegative(String what, long value) {
        if (value < 0) {
            throw new IllegalArgumentException("negative " + what + ": value=" + value);
        }
    }

    private static UnsupportedOperationException noLocks() {
        return new UnsupportedOperationException("channel locks nothing: a volume belongs to one process");
    }
}
