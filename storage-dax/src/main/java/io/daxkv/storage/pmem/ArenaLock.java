package io.daxkv.storage.pmem;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes an arena one owner's: by a lock on {@code <file>.lock}, which nothing else ever opens, and one on the file
 * itself in case somebody deletes the first. Held until {@link #close}; the kernel drops it when the process dies, so a
 * lock file that is left behind means nothing.
 */
final class ArenaLock implements AutoCloseable {
    /**
     * The files this process holds. The one state of this package that outlives its objects, because the thing it
     * mirrors does: the kernel's locks belong to the process, would be granted to a second opener within it, and are
     * dropped when any descriptor of the file is closed; so that opener must be turned away before it opens anything.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private static final int PID_SIZE_MAX = 20;

    private final Path key;
    private final FileChannel channel;

    private ArenaLock(Path key, FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    /**
     * Locks the arena at {@code file}, which need not exist yet.
     *
     * @throws ArenaLockedException if somebody has it
     */
    static ArenaLock acquire(Path file) {
        Path key = keyOf(file);
        if (!HELD.add(key)) {
            throw new ArenaLockedException("open in this process already: file=" + file + ", pid="
                    + ProcessHandle.current().pid());
        }
        try {
            return new ArenaLock(key, lock(file));
        } catch (RuntimeException e) {
            HELD.remove(key);
            throw e;
        }
    }

    private static Path keyOf(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        try {
            return absolute.getParent().toRealPath().resolve(absolute.getFileName());
        } catch (IOException e) {
            throw new ArenaFileException("no such directory: directory=" + absolute.getParent(), e);
        }
    }

    private static FileChannel lock(Path file) {
        Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    lockFile,
                    Set.of(
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            if (!isLocked(channel)) {
                throw new ArenaLockedException(
                        "open in another process: file=" + file + ", lock=" + lockFile + ", pid=" + pidIn(channel));
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return channel;
        } catch (IOException e) {
            closeQuietly(channel);
            throw new ArenaFileException("cannot lock: lock=" + lockFile + ", cause=" + e, e);
        } catch (ArenaLockedException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    /** Locks the arena's own file too: the kernel keeps this one by inode, whatever happens to names. */
    void lockFile(ArenaFile file) {
        try {
            if (!isLocked(file.lockChannel())) {
                throw new ArenaLockedException("open in another process: file=" + file.path()
                        + ", lock=the file itself (its lock file was deleted, or it has another name)");
            }
        } catch (IOException e) {
            throw new ArenaFileException("cannot lock: file=" + file.path() + ", cause=" + e, e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            // This process has it under another name.
            return false;
        }
    }

    private static String pidIn(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(PID_SIZE_MAX);
        channel.read(text, 0);
        String pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
        return pid.matches("[0-9]+") ? pid : "unknown";
    }

    private static void closeQuietly(FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                ZeroFill.LOG.warn("cannot close a lock file: cause={}", e.toString());
            }
        }
    }

    /** Lets the next owner in; call last. A second call does nothing. */
    @Override
    public void close() {
        if (channel.isOpen()) {
            closeQuietly(channel);
            HELD.remove(key);
        }
    }
}
