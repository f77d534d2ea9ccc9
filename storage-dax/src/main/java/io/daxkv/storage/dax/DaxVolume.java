package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.PersistFailedException;
import io.daxkv.storage.pmem.Pmem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Files on one persistent memory: the superblock, the free blocks, the names.
 *
 * <p><b>Durability.</b> {@link #format}, {@link #create}, {@link #clone}, {@link #delete} and {@link #grow} are durable
 * on return, and a crash inside one leaves the volume as before it or as after.
 *
 * <p><b>Threads.</b> Safe for many threads.
 *
 * <p><b>Failure.</b> {@link VolumeCorruptException} if metadata does not verify; nothing is changed or repaired
 * silently.
 */
public final class DaxVolume implements AutoCloseable {
    private final VolumeCore core;
    private final FileOperations operations;
    private final InodeTable inodes;
    private final Map<String, DaxFile> files = new HashMap<>();
    private Superblock superblock;

    DaxVolume(Pmem pmem, FileOperations operations, SyncPoint.Hook syncHook) {
        this(pmem, operations, new DaxVolumeOptions(), syncHook);
    }

    DaxVolume(Pmem pmem, FileOperations operations, DaxVolumeOptions options, SyncPoint.Hook syncHook) {
        this.superblock = Superblock.read(pmem);
        this.core = new VolumeCore(pmem, superblock, options, syncHook);
        this.operations = operations;
        this.inodes = new InodeTable(core, (superblock.features() & VolumeLayout.FEATURE_REMAP) != 0);
        // All blocks are claimed before the first file is mended: mending allocates and frees.
        inodes.load().forEach(this::register);
        if (superblock.features() != VolumeLayout.FEATURES_KNOWN) {
            // Verified as what it was; from here on it may become what code without these features must refuse.
            replaceSuperblock(superblock.next(superblock.blockCount()));
        }
        files.values().forEach(DaxFile::recover);
    }

    /** Makes an empty volume over the whole of {@code pmem}; whatever was there is unreachable from then on. */
    public static DaxVolume format(Pmem pmem) {
        return format(pmem, UUID.randomUUID());
    }

    /** As {@link #format(Pmem)}, with a known identity, so that a test repeats itself to the bit. */
    static DaxVolume format(Pmem pmem, UUID id) {
        if (pmem.size() < VolumeLayout.SIZE_MIN) {
            throw new IllegalArgumentException(
                    "too small for a volume: size=" + pmem.size() + ", min=" + VolumeLayout.SIZE_MIN);
        }
        // Both superblocks go first, then what they led to; the new one comes last and alone. A crash leaves the volume
        // that was there, or none, or the new one: never an old superblock over an empty root page.
        pmem.zero(0, VolumeLayout.ROOT_PAGE);
        pmem.persist(0, VolumeLayout.ROOT_PAGE);
        long rest = VolumeLayout.offsetOf(VolumeLayout.FIRST_FREE_BLOCK) - VolumeLayout.ROOT_PAGE;
        pmem.zero(VolumeLayout.ROOT_PAGE, rest);
        pmem.persist(VolumeLayout.ROOT_PAGE, rest);
        new Superblock(id, 0, pmem.size() >>> VolumeLayout.BLOCK_SHIFT).write(pmem);
        return open(pmem);
    }

    /** Opens the volume in {@code pmem}. */
    public static DaxVolume open(Pmem pmem) {
        return open(pmem, new DaxVolumeOptions());
    }

    /** As {@link #open(Pmem)}, with options. */
    public static DaxVolume open(Pmem pmem, DaxVolumeOptions options) {
        return new DaxVolume(pmem, new FileOperations(), options, SyncPoint.Hook.NONE);
    }

    /**
     * Opens the volume in {@code pmem}, or makes one if every byte of it is zero, as a crash between making a file and
     * formatting it leaves it.
     *
     * @throws VolumeCorruptException if there is no volume but something else; nothing was changed
     */
    public static DaxVolume openOrFormat(Pmem pmem) {
        if (isFormatted(pmem)) {
            return open(pmem);
        }
        byte[] bytes = new byte[1 << 20];
        for (long offset = 0; offset < pmem.size(); offset += bytes.length) {
            int count = (int) Math.min(bytes.length, pmem.size() - offset);
            pmem.get(offset, bytes, 0, count);
            for (int i = 0; i < count; i++) {
                if (bytes[i] != 0) {
                    throw new VolumeCorruptException(
                            "not a volume, and not empty either: it is left as it is: firstByteAt=" + (offset + i));
                }
            }
        }
        return format(pmem);
    }

    /** Returns true if {@code pmem} carries a superblock, valid or not: then it is to be opened, never formatted. */
    public static boolean isFormatted(Pmem pmem) {
        return Superblock.isPresent(pmem);
    }

    /** Returns the identity drawn when the volume was formatted. */
    public UUID id() {
        return superblock.id();
    }

    public Pmem pmem() {
        return core.pmem;
    }

    /** Creates an empty file; {@code name} is 1..88 bytes of UTF-8 and not taken. */
    public DaxFile create(String name, DaxFileKind kind) {
        long ticket = core.gate.beginWrite();
        try {
            return createNow(name, kind);
        } finally {
            core.gate.endWrite(ticket);
        }
    }

    /**
     * Makes a new file with the bytes of another at one instant, durably, at the cost of tables only: the files share
     * their blocks until one of them is written. After a crash the clone is whole or absent.
     *
     * @throws NoSpaceException if there is no room for the tables; nothing changed then
     */
    public DaxFile clone(String name, String cloneName) {
        long ticket = core.gate.beginWrite();
        try {
            return cloneNow(name, cloneName);
        } finally {
            core.gate.endWrite(ticket);
        }
    }

    /** Returns a file; every open of one name returns the same object. */
    public synchronized DaxFile open(String name) {
        DaxFile file = files.get(name);
        if (file == null) {
            throw new IllegalArgumentException("no such file: name=" + name);
        }
        return file;
    }

    public synchronized boolean exists(String name) {
        return files.containsKey(name);
    }

    /**
     * Takes a file's name away, durably: it can be created anew at once. Windows, pins and leases of the old file go on
     * working; its blocks come back when the last of them closes (T10). All other calls on it are refused.
     */
    public void delete(String name) {
        long ticket = core.gate.beginWrite();
        try {
            // Outside the monitor: it waits for the file's IO.
            takeAway(name).unlink();
        } finally {
            core.gate.endWrite(ticket);
        }
    }

    /** Returns the names of all files, in no order. */
    public synchronized List<String> names() {
        return new ArrayList<>(files.keySet());
    }

    /** Returns the volume's bytes. */
    public synchronized long size() {
        return VolumeLayout.offsetOf(superblock.blockCount());
    }

    /** Returns the bytes no file owns. */
    public long freeSize() {
        return VolumeLayout.offsetOf(core.allocator.freeBlocks());
    }

    /** Returns those of them that lie in whole 2 MiB blocks. */
    public long freeHugeSize() {
        return core.allocator.freeHugeBlocks() << VolumeLayout.HUGE_SHIFT;
    }

    /** Returns what the volume's windows had to ask the layer for; live. */
    public DaxCounters counters() {
        return core.counters;
    }

    /** Makes the volume {@code newSize} bytes long, while it is in use; does nothing if it already is. */
    public void grow(long newSize) {
        long ticket = core.gate.beginWrite();
        try {
            growNow(newSize);
        } finally {
            core.gate.endWrite(ticket);
        }
    }

    /**
     * Makes every file durable and holds up whatever would change one from then on, until {@link #thaw}: IO writes,
     * layout changes, and stores to windows, which fault and wait. Reads, loads and fsync go on. Stores through a
     * {@link RawLease} cannot be held up.
     *
     * @throws IllegalStateException if the volume is frozen already
     */
    public void freeze() {
        core.gate.freeze(() -> {
            core.checkTakesStores();
            stopStores();
            fsyncAll();
        });
    }

    /**
     * Lets go on what {@link #freeze} held up; any thread may call it.
     *
     * @throws IllegalStateException if the volume is not frozen
     */
    public void thaw() {
        core.gate.thaw();
    }

    /**
     * Makes every file durable and takes no further stores, not even through windows that were writable; loads and
     * reads go on, the memory below stays open. Idempotent; ends a freeze.
     */
    @Override
    public void close() {
        core.gate.runShut(() -> {
            stopStores();
            if (core.takesStores()) {
                fsyncAll();
                core.shutDown("closed");
            }
        });
    }

    private synchronized DaxFile createNow(String name, DaxFileKind kind) {
        core.checkTakesStores();
        requireFree(name);
        return register(inodes.create(name, kind));
    }

    private synchronized DaxFile cloneNow(String name, String cloneName) {
        core.checkTakesStores();
        DaxFile source = open(name);
        requireFree(cloneName);
        return register(source.clone(inodes, cloneName));
    }

    private synchronized DaxFile takeAway(String name) {
        core.checkTakesStores();
        DaxFile file = open(name);
        inodes.delete(file.parts().inode);
        files.remove(name);
        return file;
    }

    private synchronized void growNow(long newSize) {
        core.checkTakesStores();
        long blockCount = newSize >>> VolumeLayout.BLOCK_SHIFT;
        if (blockCount <= superblock.blockCount()) {
            return;
        }
        // The space before the superblock that promises it, the superblock before anybody may use it.
        core.pmem.grow(newSize);
        replaceSuperblock(superblock.next(blockCount));
        core.allocator.grow(blockCount);
    }

    /** Makes the next store of every window fault; called with the gate shut, so it does not get through. */
    private void stopStores() {
        core.files.forEach(parts -> parts.windows.revoke(0, BlockMap.INDEX_COUNT));
        // Also for stores whose permission somebody else has just taken and is waiting for himself: a revoke that finds
        // nothing to take does not wait (U1).
        core.quiesce();
    }

    private synchronized void fsyncAll() {
        files.values().forEach(DaxFile::fsync);
    }

    VolumeCore core() {
        return core;
    }

    private void requireFree(String name) {
        if (files.containsKey(name)) {
            throw new IllegalArgumentException("file exists: name=" + name);
        }
    }

    private void replaceSuperblock(Superblock next) {
        try {
            next.write(core.pmem);
        } catch (PersistFailedException e) {
            // What stands there now is unknown, as after any drain that failed.
            core.shutDown("a write-back failed");
            throw e;
        }
        superblock = next;
    }

    private DaxFile register(Inode inode) {
        FileParts parts = new FileParts(core, inode, operations);
        core.files.add(parts);
        DaxFile file = new DaxFile(parts, operations);
        files.put(inode.name, file);
        return file;
    }
}
