package io.daxkv.storage.pmem;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * One backing file, owned and mapped: where a store's bytes come from and where they survive.
 *
 * <p><b>Durability.</b> {@link #medium} says what this file's medium can promise, and {@link #memory} keeps that
 * promise.
 *
 * <p><b>Threads.</b> {@code memory} is for all threads. {@link #close} is the caller's to order after every access: an
 * access by another thread that it overtakes ends the process.
 *
 * <p><b>Failure.</b> Opening fails with {@link ArenaLockedException}, {@link ArenaFileException},
 * {@link MediumRefusedException} or {@link MediumFullException}, each of which names what an operator can do; nothing
 * stays open, locked or half-made then.
 */
public final class PmemArena implements AutoCloseable {
    private final ArenaLock lock;
    private final ArenaFile file;
    private final Medium medium;
    private final MappedPmem memory;
    private boolean isClosed;

    private PmemArena(ArenaLock lock, ArenaFile file, Medium medium, MappedPmem memory) {
        this.lock = lock;
        this.file = file;
        this.medium = medium;
        this.memory = memory;
    }

    /** Returns whether anything, arena or not, has the name {@code file}. */
    public static boolean exists(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Creates {@code file} with {@code size} zero bytes, all of them backed by the medium and durable with the file's
     * name, readable by its owner alone.
     *
     * @param size bytes, at least 16 KiB; rounded up to 4 KiB
     */
    public static PmemArena create(Path file, long size, PersistenceMode mode) {
        if (size < ArenaFile.SIZE_MIN) {
            throw new IllegalArgumentException("arena too small: size=" + size + ", sizeMin=" + ArenaFile.SIZE_MIN);
        }
        if (exists(file)) {
            throw new ArenaFileException("already there: file=" + file);
        }
        ArenaLock lock = ArenaLock.acquire(file);
        ArenaFile created = null;
        try {
            created = ArenaFile.create(file);
            lock.lockFile(created);
            // The medium before the zeroes: a refusal should not come after minutes of filling.
            Medium medium = mediumOf(created, mode);
            created.extend(0, size + ArenaFile.PAGE_SIZE - 1 & -ArenaFile.PAGE_SIZE);
            created.syncDirectory();
            return mapped(lock, created, medium);
        } catch (RuntimeException e) {
            if (created != null) {
                created.discard();
            }
            lock.close();
            throw e;
        }
    }

    /** Opens an existing file. Holes in it, which a crash while growing or a sparse copy leaves, are filled first. */
    public static PmemArena open(Path file, PersistenceMode mode) {
        // Before the lock: a name that is no file should not get a lock file beside it.
        ArenaFile.checkRegular(file);
        ArenaLock lock = ArenaLock.acquire(file);
        ArenaFile opened = null;
        try {
            opened = ArenaFile.open(file);
            lock.lockFile(opened);
            Medium medium = mediumOf(opened, mode);
            opened.fillHoles();
            return mapped(lock, opened, medium);
        } catch (RuntimeException e) {
            if (opened != null) {
                opened.close();
            }
            lock.close();
            throw e;
        }
    }

    private static Medium mediumOf(ArenaFile file, PersistenceMode mode) {
        Medium medium = MediumProbe.of(file).medium(mode);
        if (medium.granularity() == PersistGranularity.CACHE_LINE && CacheWriteback.refusal() != null) {
            throw new MediumRefusedException("cannot write back cache lines: asked=" + mode + ", cause="
                    + CacheWriteback.refusal() + "; or ask for page or volatile");
        }
        return medium;
    }

    private static PmemArena mapped(ArenaLock lock, ArenaFile file, Medium medium) {
        MappedRange range = MappedRange.reserve(file.size());
        try {
            return new PmemArena(lock, file, medium, new MappedPmem(file, range, medium));
        } catch (RuntimeException e) {
            range.close();
            throw e;
        }
    }

    /** Returns the arena's bytes; not to be used after {@link #close}. */
    public Pmem memory() {
        return memory;
    }

    /** Returns what the bytes lie on. */
    public Medium medium() {
        return medium;
    }

    /** Returns the backing file. */
    public Path file() {
        return file.path();
    }

    /** Unmaps the file and lets the next owner in, without making anything durable; a second call does nothing. */
    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        // The lock last: the next owner must not map a file that this one can still store to.
        memory.close();
        file.close();
        lock.close();
    }
}
