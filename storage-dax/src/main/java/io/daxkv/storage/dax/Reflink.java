package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Files and ranges that share blocks: clone a file, clone a range, share equal ranges. Row T8 of the operation table.
 * Nothing is copied; the first store or write to a shared block copies it then ({@link WritableBlocks}).
 *
 * <p>The source stands still meanwhile: its writes wait at the io lock, its faults at the invalidate lock, and no store
 * admitted before is under way. Loads through translations that stand go on until the translations are revoked.
 *
 * <p>The io locks of two files are taken in the order of their inodes (L9).
 */
class Reflink {
    final FileParts parts;
    final VolumeCore core;
    final Inode inode;
    final IoPath io;
    final Truncation truncation;
    final Writeback writeback;

    Reflink(FileParts parts, IoPath io, Truncation truncation, Writeback writeback) {
        this.parts = parts;
        this.core = parts.core;
        this.inode = parts.inode;
        this.io = io;
        this.truncation = truncation;
        this.writeback = writeback;
    }

    /** Makes a new inode whose file has this file's bytes of this instant, durably; whole or absent after a crash. */
    Inode clone(InodeTable inodes, String name) {
        parts.locks.io.writeLock().lock();
        parts.locks.invalidate.writeLock().lock();
        try {
            core.checkTakesStores();
            inode.checkExists();
            core.reached(SyncPoint.LAYOUT_AFTER_LOCK);
            parts.pins.awaitUnleased(0, BlockMap.INDEX_COUNT);
            // 1. What is shared is durable and stands still, from here until the locks go.
            truncation.settle(0, BlockMap.INDEX_COUNT);
            writeback.fsyncSize();
            // 2. Tables that nobody reaches, owners counted in DRAM: a crash forgets both.
            List<MapRun> runs = writtenRuns(0, VolumeLayout.indexCount(inode.size()), 0);
            BlockMapBuilder builder = new BlockMapBuilder(core, VolumeLayout.indexCount(inode.size()));
            share(runs);
            try {
                runs.forEach(builder::add);
                long root = builder.finish();
                core.reached(SyncPoint.LAYOUT_MID_REMAP);
                // 3. The inode, its state last: one word makes all of it a file.
                return inodes.create(name, inode.kind, root, inode.size());
            } catch (NoSpaceException | IllegalArgumentException e) {
                builder.discard();
                runs.forEach(run -> core.allocator.free(run.block(), run.count()));
                throw e;
            }
        } finally {
            parts.locks.invalidate.writeLock().unlock();
            parts.locks.io.writeLock().unlock();
        }
    }

    /** Makes a range of this file share the blocks of a range of another or this file. */
    void cloneRange(Reflink source, long sourceOffset, long offset, long length) {
        change(source, sourceOffset, offset, length, () -> {
            long end = offset + length;
            parts.poison.checkTail(offset);
            if (offset > inode.size()) {
                // What windows left behind the old end, before the end moves over it (S33).
                io.zeroTail(offset);
            }
            remap(source, VolumeLayout.indexOf(sourceOffset), VolumeLayout.indexOf(offset), length);
            if (end > inode.size()) {
                writeback.growDurably(end);
            }
            return true;
        });
    }

    /** As {@link #cloneRange} if both ranges hold the same bytes; else changes nothing and returns false. */
    boolean dedupeRange(Reflink source, long sourceOffset, long offset, long length) {
        return change(source, sourceOffset, offset, length, () -> {
            long end = offset + length;
            if (end > inode.size() || VolumeLayout.inBlock(length) != 0 && end != inode.size()) {
                throw new IllegalArgumentException("range to share must end inside the file, on a block or at its end:"
                        + " end=" + end + ", size=" + inode.size());
            }
            source.parts.poison.checkLost(
                    VolumeLayout.indexOf(sourceOffset), VolumeLayout.indexCount(sourceOffset + length), true);
            parts.poison.checkLost(VolumeLayout.indexOf(offset), VolumeLayout.indexCount(end), true);
            // Compared after the last store that was admitted, and nobody stores before the blocks are one (S39).
            truncation.settle(VolumeLayout.indexOf(offset), VolumeLayout.indexCount(length));
            if (!isEqual(source, sourceOffset, offset, length)) {
                return false;
            }
            core.reached(SyncPoint.LAYOUT_MID_REMAP);
            remap(source, VolumeLayout.indexOf(sourceOffset), VolumeLayout.indexOf(offset), length);
            return true;
        });
    }

    /** Runs a change of this file that shares blocks of a source, which is durable and stands still meanwhile. */
    private boolean change(Reflink source, long sourceOffset, long offset, long length, BooleanSupplier change) {
        requireRange(source, sourceOffset, offset, length);
        long count = VolumeLayout.indexCount(length);
        FileLocks low = inode.offset <= source.inode.offset ? parts.locks : source.parts.locks;
        FileLocks high = low == parts.locks ? source.parts.locks : parts.locks;
        low.io.writeLock().lock();
        high.io.writeLock().lock();
        parts.locks.invalidate.writeLock().lock();
        try {
            checkRange(source, sourceOffset, offset, length);
            if (length == 0) {
                return true;
            }
            core.reached(SyncPoint.LAYOUT_AFTER_LOCK);
            parts.pins.awaitUnpinned(VolumeLayout.indexOf(offset), count);
            if (source != this) {
                // In no order: who owns both io locks is alone with the two invalidate locks.
                source.parts.locks.invalidate.writeLock().lock();
            }
            try {
                source.parts.pins.awaitUnleased(VolumeLayout.indexOf(sourceOffset), count);
                source.truncation.settle(VolumeLayout.indexOf(sourceOffset), count);
                return change.getAsBoolean();
            } finally {
                if (source != this) {
                    source.parts.locks.invalidate.writeLock().unlock();
                }
            }
        } finally {
            parts.locks.invalidate.writeLock().unlock();
            high.io.writeLock().unlock();
            low.io.writeLock().unlock();
        }
    }

    private void remap(Reflink source, long from, long first, long length) {
        long count = VolumeLayout.indexCount(length);
        List<MapRun> runs = source.writtenRuns(from, count, first - from);
        // All that a full volume can refuse, while nothing has changed.
        parts.map.makeRoom(first, count, runs);
        truncation.destroy(first, count);
        share(runs);
        List<long[]> before = parts.map.remap(first, count, runs);
        core.reached(SyncPoint.LAYOUT_BEFORE_FREE);
        truncation.release(before);
    }

    /** Returns the written blocks of a range, as runs at indexes {@code shift} higher; the rest is to be a hole. */
    private List<MapRun> writtenRuns(long first, long count, long shift) {
        List<MapRun> runs = new ArrayList<>();
        parts.map.walk(first, first + count, new BlockMap.Visitor() {
            @Override
            public void mapped(long index, long block, int blocks, long wordOffset) {
                long from = Math.max(index, first);
                long to = Math.min(index + blocks, first + count);
                runs.add(new MapRun(from + shift, block + from - index, (int) (to - from), false));
            }

            @Override
            public void unwritten(long index, long block, int blocks, long wordOffset) {
                // Reads as zero, as a hole does; whoever writes it first would zero it under the other's eyes.
            }
        });
        return runs;
    }

    private void share(List<MapRun> runs) {
        runs.forEach(run -> core.allocator.share(run.block(), run.count()));
    }

    private boolean isEqual(Reflink source, long sourceOffset, long offset, long length) {
        byte[] theirs = new byte[VolumeLayout.BLOCK_SIZE];
        byte[] ours = new byte[VolumeLayout.BLOCK_SIZE];
        for (long done = 0; done < length; done += VolumeLayout.BLOCK_SIZE) {
            int piece = (int) Math.min(VolumeLayout.BLOCK_SIZE, length - done);
            source.load(sourceOffset + done, theirs);
            load(offset + done, ours);
            if (!Arrays.equals(theirs, 0, piece, ours, 0, piece)) {
                return false;
            }
        }
        return true;
    }

    private void load(long offset, byte[] target) {
        long index = VolumeLayout.indexOf(offset);
        long mapping = parts.map.lookup(index);
        long block = MappingEntry.hasData(mapping) ? MappingEntry.blockAt(mapping, index) : VolumeLayout.ZERO_BLOCK;
        core.pmem.get(VolumeLayout.offsetOf(block), target, 0, target.length);
    }

    /** Checks what needs no lock. */
    private void requireRange(Reflink source, long sourceOffset, long offset, long length) {
        if (source.core != core) {
            throw new IllegalArgumentException(
                    "files of two volumes share no blocks: source=" + source.inode.name + ", file=" + inode.name);
        }
        long sourceEnd = Math.addExact(sourceOffset, length);
        if (VolumeLayout.inBlock(sourceOffset) != 0
                || VolumeLayout.inBlock(offset) != 0
                || VolumeLayout.indexCount(Math.addExact(offset, length)) > BlockMap.INDEX_COUNT) {
            throw new IllegalArgumentException("ranges to share must start on a block: sourceOffset=" + sourceOffset
                    + ", offset=" + offset + ", length=" + length);
        }
        if (source == this
                && VolumeLayout.indexOf(offset) < VolumeLayout.indexCount(sourceEnd)
                && VolumeLayout.indexOf(sourceOffset) < VolumeLayout.indexCount(offset + length)) {
            throw new IllegalArgumentException("ranges to share overlap: sourceOffset=" + sourceOffset + ", offset="
                    + offset + ", length=" + length);
        }
    }

    /** Checks a range against both sizes, under the locks. */
    private void checkRange(Reflink source, long sourceOffset, long offset, long length) {
        core.checkTakesStores();
        inode.checkExists();
        source.inode.checkExists();
        long sourceEnd = sourceOffset + length;
        boolean endsInBlock = VolumeLayout.inBlock(length) != 0;
        if (sourceEnd > source.inode.size()
                || endsInBlock && (sourceEnd != source.inode.size() || offset + length < inode.size())) {
            throw new IllegalArgumentException("range to share must end on a block, or at the end of both files:"
                    + " sourceEnd=" + sourceEnd + ", sourceSize=" + source.inode.size() + ", end=" + (offset + length)
                    + ", size=" + inode.size());
        }
    }
}
