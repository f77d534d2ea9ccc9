package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Blocks that are the file's before there are bytes for them, unwritten: they read as zero, and a later store or write
 * needs no space. Rows T4 and T6 of the operation table.
 */
class Preallocation {
    final VolumeCore core;
    final FileLocks locks;
    final BlockMap map;
    final Inode inode;
    final FilePins pins;
    final FilePoison poison;
    final IoPath io;
    final Truncation truncation;
    final Writeback writeback;

    Preallocation(FileParts parts, IoPath io, Truncation truncation, Writeback writeback) {
        this.core = parts.core;
        this.locks = parts.locks;
        this.map = parts.map;
        this.inode = parts.inode;
        this.pins = parts.pins;
        this.poison = parts.poison;
        this.io = io;
        this.truncation = truncation;
        this.writeback = writeback;
    }

    /** Gives every hole of a range a block, durably; the size as the rule says. */
    void allocate(long offset, long length, SizeRule rule) {
        locks.io.writeLock().lock();
        try {
            core.checkTakesStores();
            inode.checkExists();
            long end = Math.addExact(offset, length);
            long first = VolumeLayout.indexOf(offset);
            long count = VolumeLayout.indexCount(end) - first;
            checkEnd(end, rule);
            if (inode.kind == DaxFileKind.ORDINARY) {
                // Nothing that anybody reads changes, so no window is told.
                map.reserveHoles(first, count);
            } else {
                io.allocate(first, count);
            }
            moveEnd(end, rule);
        } finally {
            locks.io.writeLock().unlock();
        }
    }

    /**
     * Makes a range read as zero, durably but for the edges, and gives it blocks, its own or new ones: whole blocks
     * become unwritten, the bytes of blocks it covers in part are zeroed.
     */
    void zeroRange(long offset, long length, SizeRule rule) {
        locks.io.writeLock().lock();
        locks.invalidate.writeLock().lock();
        try {
            core.checkTakesStores();
            inode.checkExists();
            core.reached(SyncPoint.LAYOUT_AFTER_LOCK);
            long end = Math.addExact(offset, length);
            long first = VolumeLayout.indexCount(offset);
            long last = Math.max(first, VolumeLayout.indexOf(end));
            poison.checkEdges(offset, end);
            checkEnd(end, rule);
            // 0. First of all: it may let the invalidate lock go for a while (L8).
            if (first < last) {
                pins.awaitUnpinned(first, last - first);
            }
            // 1. All that a full volume can refuse; nothing anybody reads has changed if it does.
            map.reserveHoles(VolumeLayout.indexOf(offset), VolumeLayout.indexCount(end) - VolumeLayout.indexOf(offset));
            truncation.prepareEdges(offset, end);
            if (rule == SizeRule.EXTEND && end > inode.size()) {
                io.prepareEdge(inode.size());
            }
            if (first < last) {
                map.split(first, last);
                makeUnwritten(first, last - first);
            }
            // 2. The edges, which may be one block.
            zeroEdges(offset, end);
            moveEnd(end, rule);
        } finally {
            locks.invalidate.writeLock().unlock();
            locks.io.writeLock().unlock();
        }
    }

    private void zeroEdges(long offset, long end) {
        long first = VolumeLayout.offsetOf(VolumeLayout.indexCount(offset));
        long last = VolumeLayout.offsetOf(VolumeLayout.indexOf(end));
        io.zero(offset, Math.min(first, end) - offset);
        if (last >= first) {
            io.zero(last, end - last);
        }
    }

    /**
     * Makes every block of whole indexes, which all have one, unwritten. A block that cannot be stored to later is
     * replaced by a new one: it is shared, lost, or an old pin still holds it.
     */
    private void makeUnwritten(long first, long count) {
        List<MapRun> runs = new ArrayList<>();
        Set<Long> fresh = new HashSet<>();
        try {
            map.walk(first, first + count, (index, block, blocks, wordOffset) -> {
                boolean isOdd = needsNew(block, blocks);
                for (int i = 0; i < (isOdd ? blocks : 1); i++) {
                    if (isOdd && needsNew(block + i, 1)) {
                        long own = core.allocator.allocate();
                        fresh.add(own);
                        runs.add(new MapRun(index + i, own, 1, true));
                    } else {
                        runs.add(new MapRun(index + i, block + i, isOdd ? 1 : blocks, true));
                    }
                }
            });
            map.makeRoom(first, count, runs);
        } catch (NoSpaceException e) {
            fresh.forEach(block -> core.allocator.free(block, 1));
            throw e;
        }
        truncation.destroy(first, count);
        // A block that stays gets its second owner back below, with the map's old word; a fresh one has its first.
        for (MapRun run : runs) {
            if (!fresh.contains(run.block())) {
                core.allocator.share(run.block(), run.count());
            }
        }
        List<long[]> before = map.remap(first, count, runs);
        core.reached(SyncPoint.LAYOUT_BEFORE_FREE);
        truncation.release(before);
    }

    private boolean needsNew(long block, long count) {
        return core.allocator.isShared(block, count)
                || core.badBlocks.touches(block, count)
                || pins.holds(block, count);
    }

    private void checkEnd(long end, SizeRule rule) {
        if (rule == SizeRule.EXTEND) {
            poison.checkTail(end);
        }
    }

    private void moveEnd(long end, SizeRule rule) {
        if (rule == SizeRule.KEEP) {
            return;
        }
        if (end > inode.size()) {
            truncation.extend(end);
        } else if (end > inode.durableSize()) {
            // A write moved the end here and nobody synced it yet: the promise is a durable size.
            writeback.fsyncSize();
        }
    }
}
