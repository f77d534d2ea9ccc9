package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.List;

/**
 * Takes a range out of the middle of a file, or puts a hole in; what follows moves. Row T5 of the operation table.
 *
 * <p>No byte moves: a second block map with the words in their new places is built, tables only, and one word makes it
 * the file's. That costs a table for every 2 MiB of the file in 4 KiB blocks, and for every GiB in 2 MiB blocks.
 */
class RangeShift {
    final VolumeCore core;
    final FileLocks locks;
    final BlockMap map;
    final Inode inode;
    final FilePins pins;
    final Truncation truncation;
    final Writeback writeback;

    RangeShift(FileParts parts, Truncation truncation, Writeback writeback) {
        this.core = parts.core;
        this.locks = parts.locks;
        this.map = parts.map;
        this.inode = parts.inode;
        this.pins = parts.pins;
        this.truncation = truncation;
        this.writeback = writeback;
    }

    /** Takes whole blocks out, durably; after a crash the file is as before or as after. */
    void collapse(long offset, long length) {
        requireAligned(offset, length);
        lock();
        try {
            long size = inode.size();
            if (Math.addExact(offset, length) >= size) {
                throw new IllegalArgumentException("range to take out must end before the end of the file: offset="
                        + offset + ", length=" + length + ", size=" + size);
            }
            shift(VolumeLayout.indexOf(offset), VolumeLayout.indexOf(length), 0, size - length);
        } finally {
            unlock();
        }
    }

    /** Puts a hole of whole blocks in, durably; after a crash the file is as before or as after. */
    void insert(long offset, long length) {
        requireAligned(offset, length);
        lock();
        try {
            long size = inode.size();
            if (offset >= size) {
                throw new IllegalArgumentException(
                        "hole must be put in before the end of the file: offset=" + offset + ", size=" + size);
            }
            long newSize = Math.addExact(size, length);
            if (VolumeLayout.indexCount(newSize) > BlockMap.INDEX_COUNT) {
                throw new NoSpaceException("file would outgrow its block map: size=" + newSize);
            }
            shift(VolumeLayout.indexOf(offset), 0, VolumeLayout.indexOf(length), newSize);
        } finally {
            unlock();
        }
    }

    /** Takes {@code out} indexes out at {@code first} and puts {@code in} holes there. */
    private void shift(long first, long out, long in, long newSize) {
        if (out == in) {
            return;
        }
        // Before anything else: these may let the invalidate lock go for a while (L8).
        pins.awaitUnleased(first, BlockMap.INDEX_COUNT - first);
        pins.awaitUnpinned(first, BlockMap.INDEX_COUNT - first);
        // 1. What moves is durable where it is, and no window, entry or mark knows its old place: a mark left behind
        //    would flush another block, and the right one would count as clean (S34).
        truncation.settle(first, BlockMap.INDEX_COUNT - first);
        writeback.fsyncSize();
        // 2. The map to be, which nobody reaches.
        List<long[]> freed = new ArrayList<>();
        List<MapRun> runs = movedRuns(first, out, in, freed);
        long end = VolumeLayout.indexCount(newSize);
        for (MapRun run : runs) {
            end = Math.max(end, run.index() + run.count());
        }
        if (end > BlockMap.INDEX_COUNT) {
            throw new NoSpaceException("blocks beyond the end would outgrow the block map: end=" + end);
        }
        BlockMapBuilder builder = new BlockMapBuilder(core, end);
        try {
            runs.forEach(builder::add);
        } catch (NoSpaceException e) {
            builder.discard();
            throw e;
        }
        long root = builder.finish();
        core.reached(SyncPoint.LAYOUT_MID_REMAP);
        locks.writeback.lock();
        try {
            // 3. Map and size in one step, since no fsync may store a size in between.
            inode.replaceMap(root, newSize);
            core.reached(SyncPoint.LAYOUT_BEFORE_FREE);
            // 4. The tables that were, and the blocks taken out. Nobody looks up meanwhile: all locks are owned.
            truncation.release(freed);
            // 5. Private copies of pages that are no more: a load of one would not find the end (M10).
            long newEnd = VolumeLayout.indexCount(newSize);
            truncation.windows.dropCopies(newEnd, BlockMap.INDEX_COUNT - newEnd);
        } finally {
            locks.writeback.unlock();
        }
    }

    /** Returns what every index is to name, and puts the tables and blocks no longer named into {@code freed}. */
    private List<MapRun> movedRuns(long first, long out, long in, List<long[]> freed) {
        List<MapRun> runs = new ArrayList<>();
        map.walk(0, BlockMap.INDEX_COUNT, new BlockMap.Visitor() {
            @Override
            public void mapped(long index, long block, int count, long wordOffset) {
                add(index, block, count, false);
            }

            @Override
            public void unwritten(long index, long block, int count, long wordOffset) {
                add(index, block, count, true);
            }

            @Override
            public void table(long block) {
                freed.add(new long[] {block, 1});
            }

            private void add(long index, long block, int count, boolean unwritten) {
                // A 2 MiB block may lie across a border: the part before it, in it, behind it.
                int before = (int) Math.max(0, Math.min(count, first - index));
                int gone = (int) Math.max(before, Math.min(count, first + out - index));
                if (before > 0) {
                    runs.add(new MapRun(index, block, before, unwritten));
                }
                if (gone > before) {
                    freed.add(new long[] {block + before, gone - before});
                }
                if (count > gone) {
                    runs.add(new MapRun(index + gone - out + in, block + gone, count - gone, unwritten));
                }
            }
        });
        return runs;
    }

    private void lock() {
        locks.io.writeLock().lock();
        locks.invalidate.writeLock().lock();
        try {
            core.checkTakesStores();
            inode.checkExists();
            core.reached(SyncPoint.LAYOUT_AFTER_LOCK);
        } catch (RuntimeException e) {
            unlock();
            throw e;
        }
    }

    private void unlock() {
        locks.invalidate.writeLock().unlock();
        locks.io.writeLock().unlock();
    }

    private static void requireAligned(long offset, long length) {
        if (VolumeLayout.inBlock(offset) != 0 || VolumeLayout.inBlock(length) != 0) {
            throw new IllegalArgumentException("range must be whole blocks: offset=" + offset + ", length=" + length
                    + ", blockSize=" + VolumeLayout.BLOCK_SIZE);
        }
    }
}
