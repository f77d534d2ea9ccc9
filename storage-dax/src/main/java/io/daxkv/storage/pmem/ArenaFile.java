package io.daxkv.storage.pmem;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import net.openhft.posix.PosixAPI;

/**
 * The backing file of an arena, open: created with its owner's eyes only, refused if it is odd, made longer without a
 * hole ever staying behind.
 *
 * <p><b>Durability.</b> When {@link #create}, {@link #open} or {@link #extend} returns, the file's length and blocks
 * are durable; after {@code create} its directory entry too.
 *
 * <p><b>Threads.</b> For one thread at a time.
 *
 * <p><b>Failure.</b> Typed: {@link ArenaFileException} leaves a file as it was, {@link MediumFullException} leaves the
 * old length.
 */
final class ArenaFile implements AutoCloseable {
    // Two descriptors of one file. The raw one is what mmap and lseek take. The Java one writes and syncs; it is
    // reached through the raw one's entry in /proc, so that no rename in between can make them differ, and it is not a
    // channel, because an interrupt closes a channel. Both stay open for the arena's life: the kernel reports a failed
    // write-back once per open description, and closing any descriptor of a file drops the process's lock on it.

    /** Bytes of a page; lengths are multiples of it. */
    static final long PAGE_SIZE = 4096;

    /** Fewer bytes than any volume needs; shorter files are something else. */
    static final long SIZE_MIN = 4 * PAGE_SIZE;

    private static final int O_RDWR = 2;
    private static final int O_CREAT = 0100;
    private static final int O_EXCL = 0200;
    private static final int O_CLOEXEC = 02_000_000;
    private static final int OWNER_READ_WRITE = 0600;
    private static final int FALLOC_FL_KEEP_SIZE = 1;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int EFBIG = 27;
    private static final int ENOSPC = 28;
    private static final int ENOSYS = 38;
    private static final int EOPNOTSUPP = 95;
    private static final int EDQUOT = 122;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final PosixAPI posix = Posix.API;
    private final Path path;
    private final int descriptor;
    private final RandomAccessFile file;
    private boolean isClosed;

    private ArenaFile(Path path, int flags) {
        this.path = path;
        descriptor = posix.open(path.toString(), O_RDWR | O_CLOEXEC | flags, OWNER_READ_WRITE);
        if (descriptor < 0) {
            throw new ArenaFileException("cannot open: file=" + path + ", cause=" + posix.lastErrorStr());
        }
        Path opened = Path.of("/proc/self/fd/" + descriptor);
        try {
            if ((flags & O_CREAT) != 0) {
                // The process's umask may have taken even the owner's bits.
                Files.setPosixFilePermissions(opened, OWNER_ONLY);
            }
            file = new RandomAccessFile(opened.toFile(), "rw");
        } catch (IOException e) {
            posix.close(descriptor);
            throw new ArenaFileException("cannot open: file=" + path + ", cause=" + e, e);
        }
    }

    /** Creates an empty file; {@link #extend} it before use. */
    static ArenaFile create(Path path) {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new ArenaFileException("already there: file=" + path);
        }
        return new ArenaFile(path, O_CREAT | O_EXCL);
    }

    /** Opens an existing file and checks everything that can be known without its content. */
    static ArenaFile open(Path path) {
        checkRegular(path);
        ArenaFile opened = new ArenaFile(path, 0);
        try {
            opened.check();
            return opened;
        } catch (PmemException e) {
            opened.close();
            throw e;
        }
    }

    /** Refuses what is not a plain file before it is opened, for opening a pipe or a device can have effects. */
    static void checkRegular(Path path) {
        try {
            BasicFileAttributes found =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!found.isRegularFile()) {
                throw new ArenaFileException("not a regular file: file=" + path + ", kind="
                        + (found.isSymbolicLink() ? "symbolic link" : found.isDirectory() ? "directory" : "other"));
            }
        } catch (IOException e) {
            throw new ArenaFileException("cannot find: file=" + path + ", cause=" + e, e);
        }
    }

    private void check() {
        try {
            Path opened = Path.of("/proc/self/fd/" + descriptor);
            Object openedKey =
                    Files.readAttributes(opened, BasicFileAttributes.class).fileKey();
            Object namedKey = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
            if (!openedKey.equals(namedKey)) {
                throw new ArenaFileException("replaced while it was opened: file=" + path);
            }
            Set<PosixFilePermission> loose = EnumSet.copyOf(Files.getPosixFilePermissions(opened));
            if (!OWNER_ONLY.containsAll(loose)) {
                throw new ArenaFileException("open to others: file=" + path + ", permissions="
                        + PosixFilePermissions.toString(loose) + ", wanted=rw------- (chmod 600)");
            }
        } catch (IOException e) {
            throw new ArenaFileException("cannot inspect: file=" + path + ", cause=" + e, e);
        }
        long size = size();
        if (size < SIZE_MIN || size % PAGE_SIZE != 0) {
            throw new ArenaFileException("not an arena's length: file=" + path + ", size=" + size + ", sizeMin="
                    + SIZE_MIN + ", multipleOf=" + PAGE_SIZE);
        }
    }

    Path path() {
        return path;
    }

    /** Returns the descriptor for mapping; valid until {@link #close}. */
    int descriptor() {
        return descriptor;
    }

    /** Returns the channel that file locks need; nothing else may use it, see above. */
    FileChannel lockChannel() {
        return file.getChannel();
    }

    long size() {
        try {
            return file.length();
        } catch (IOException e) {
            throw new PmemException("cannot measure: file=" + path + ", cause=" + e, e);
        }
    }

    /**
     * Makes the file longer by durable zeroes that have their place on the medium. The steps are ordered.
     *
     * @throws MediumFullException if there is no room; the file has its old length then
     */
    void extend(long oldSize, long newSize) {
        // 1. Ask first: a request for far too much should not fill the disk on its way to failing.
        checkRoom(newSize - oldSize);
        try {
            // 2. Reserve, which sets the length at once: after a crash it is a whole number of pages, with holes that
            //    the next open fills.
            reserve(oldSize, newSize);
            // 3. Write the zeroes. A reserved block is not enough: a store through the mapping would convert it, which
            //    costs a journal commit per page and on a synchronous mapping happens inside the store.
            new ZeroFill(path, file).fill(oldSize, newSize);
            file.getFD().sync();
        } catch (IOException e) {
            shorten(oldSize);
            throw notFilled(newSize - oldSize, e);
        } catch (PmemException e) {
            shorten(oldSize);
            throw e;
        }
    }

    private void reserve(long oldSize, long newSize) {
        // Allocation keeps the length: asked to change it, the library would answer a refusal with a lock and an
        // unlock of this file, and so drop the lock that makes it ours.
        if (posix.fallocate(descriptor, FALLOC_FL_KEEP_SIZE, oldSize, newSize - oldSize) != 0) {
            int error = posix.lastError();
            // A file system that cannot reserve (ENOSYS, EOPNOTSUPP) still can be filled.
            if (error != ENOSYS && error != EOPNOTSUPP) {
                throw refused("fallocate", newSize - oldSize, error);
            }
        }
        if (posix.ftruncate(descriptor, newSize) != 0) {
            throw refused("ftruncate", newSize - oldSize, posix.lastError());
        }
    }

    private PmemException refused(String call, long wanted, int error) {
        String cause = call + ": " + posix.strerror(error);
        boolean isFull = error == ENOSPC || error == EFBIG || error == EDQUOT;
        return isFull
                ? full(wanted, new IOException(cause))
                : new PmemException("cannot allocate: file=" + path + ", wanted=" + wanted + ", cause=" + cause);
    }

    private void checkRoom(long wanted) {
        try {
            var store = Files.getFileStore(path);
            // A memory file system without a limit reports a total of 0: it knows nothing, so we learn nothing.
            if (store.getTotalSpace() > 0 && store.getUsableSpace() < wanted) {
                throw full(wanted, null);
            }
        } catch (IOException e) {
            throw new PmemException("cannot measure free space: file=" + path + ", cause=" + e, e);
        }
    }

    /** Tells a full medium from a broken one by the room that is left; the JDK hands no error number on. */
    private PmemException notFilled(long wanted, IOException cause) {
        boolean isFull = path.toFile().getAbsoluteFile().getParentFile().getUsableSpace() < ZeroFill.CHUNK_SIZE;
        return isFull
                ? full(wanted, cause)
                : new PmemException("cannot fill: file=" + path + ", wanted=" + wanted + ", cause=" + cause, cause);
    }

    private MediumFullException full(long wanted, IOException cause) {
        String message = "no room: file=" + path + ", wanted=" + wanted + ", usable="
                + path.toFile().getAbsoluteFile().getParentFile().getUsableSpace();
        return cause == null
                ? new MediumFullException(message)
                : new MediumFullException(message + ", cause=" + cause.getMessage(), cause);
    }

    private void shorten(long size) {
        try {
            file.setLength(size);
        } catch (IOException e) {
            // The bytes past the mapped space hold nothing; the next extend or open deals with them.
            ZeroFill.LOG.warn("cannot take back: file={}, size={}, cause={}", path, size, e.toString());
        }
    }

    /**
     * Gives every hole its blocks: a crash while growing, or a sparse copy, leaves some, and a store into a hole of a
     * full medium would end the process. Changes no byte's value.
     */
    void fillHoles() {
        long size = size();
        long filled = 0;
        try {
            for (long hole = holeFrom(0, size); hole < size; hole = holeFrom(hole, size)) {
                long data = posix.lseek(descriptor, hole, SEEK_DATA);
                long end = data < 0 ? size : data;
                new ZeroFill(path, file).fill(hole, end);
                filled += end - hole;
                hole = end;
            }
            if (filled > 0) {
                file.getFD().sync();
            }
        } catch (IOException e) {
            throw notFilled(size - filled, e);
        }
    }

    /** Returns whether some byte has no block of its own. */
    boolean hasHole() {
        long size = size();
        return holeFrom(0, size) < size;
    }

    /** Returns the first byte of the next hole, or {@code size}. */
    private long holeFrom(long offset, long size) {
        long hole = offset < size ? posix.lseek(descriptor, offset, SEEK_HOLE) : size;
        return hole < 0 ? size : hole;
    }

    /** Makes the file's name durable. */
    void syncDirectory() {
        Path directory = path.toAbsolutePath().getParent();
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw new PmemException("cannot sync the directory: directory=" + directory + ", cause=" + e, e);
        }
    }

    /** Closes both descriptors, which also drops the lock; a second call does nothing. */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        posix.close(descriptor);
        try {
            file.close();
        } catch (IOException e) {
            ZeroFill.LOG.warn("cannot close: file={}, cause={}", path, e.toString());
        }
    }

    /** Closes the file and removes its name: for a file that was never an arena. */
    void discard() {
        close();
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            ZeroFill.LOG.warn("cannot remove the half-made file: file={}, cause={}", path, e.toString());
        }
    }
}
