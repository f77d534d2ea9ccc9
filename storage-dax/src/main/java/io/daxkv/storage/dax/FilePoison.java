package io.daxkv.storage.dax;

/**
 * What a file's operations do about blocks that the medium has lost: rows F19, I3, I10 and T15 of the operation table.
 *
 * <p>Every operation asks before it changes anything. A load or store faults and gets a {@link PoisonedException}; so
 * does an IO read, unless it can return at least one byte from before the poison (Linux fails the whole request, which
 * hides good bytes from who asked for many); so does a write or zeroing of a part of a lost block. A write of the whole
 * block repairs it.
 */
class FilePoison {
    final VolumeCore core;
    private final FileLocks locks;
    private final BlockMap map;
    private final WindowSet windows;
    private final Inode inode;

    FilePoison(FileParts parts) {
        this.core = parts.core;
        this.locks = parts.locks;
        this.map = parts.map;
        this.windows = parts.windows;
        this.inode = parts.inode;
    }

    /**
     * Takes note that the medium lost the blocks of indexes {@code [first, end)}. On return no access admitted before
     * is still running, and every later one fails.
     */
    void mark(long first, long end) {
        boolean[] isShared = {false};
        // Owned, so that no fault is between its look at the record and its translation.
        locks.invalidate.writeLock().lock();
        try {
            inode.checkExists();
            map.walk(first, end, (index, block, count, word) -> {
                long stop = Math.min(index + count, end);
                for (long at = Math.max(index, first); at < stop; at++) {
                    core.badBlocks.add(block + at - index);
                }
                isShared[0] |= core.allocator.isShared(block, count);
            });
            long from = first & -VolumeLayout.HUGE_BLOCKS;
            windows.revoke(from, (end + VolumeLayout.HUGE_BLOCKS - 1 & -VolumeLayout.HUGE_BLOCKS) - from);
            // A revoke that finds nothing to take does not wait for stores that a write-back took it from (U1).
            core.quiesce();
        } finally {
            locks.invalidate.writeLock().unlock();
        }
        if (isShared[0]) {
            revokeEverywhere();
        }
    }

    /** Makes every access of every file fault once: any of them may be the one that shares a lost block. */
    private void revokeEverywhere() {
        for (FileParts parts : core.files) {
            parts.locks.invalidate.writeLock().lock();
            try {
                parts.windows.revoke(0, BlockMap.INDEX_COUNT);
            } finally {
                parts.locks.invalidate.writeLock().unlock();
            }
        }
    }

    /**
     * Refuses to map an index whose block is lost; called with its entry locked, so the record holds. An unwritten
     * block reads as zero, lost or not; it could not be stored to.
     */
    void checkFault(long index, long mapping, boolean write) {
        if (!core.badBlocks.isEmpty() && (write || MappingEntry.hasData(mapping)) && isLost(mapping, index)) {
            throw lost(index, index + 1);
        }
    }

    /** Returns true if a 2 MiB mapping has a lost block, so that its good ones must be mapped one by one. */
    boolean isIn(long hugeMapping) {
        return MappingEntry.isHuge(hugeMapping)
                && core.badBlocks.touches(MappingEntry.blockAt(hugeMapping, 0), VolumeLayout.HUGE_BLOCKS);
    }

    /** Returns how many of {@code count} bytes from {@code offset} on can be read: at least 1, or it throws. */
    int checkRead(long offset, int count) {
        if (core.badBlocks.isEmpty() || count == 0) {
            return count;
        }
        long end = VolumeLayout.indexCount(offset + count);
        long bad = firstLost(VolumeLayout.indexOf(offset), end, true);
        if (bad < 0) {
            return count;
        }
        if (bad == VolumeLayout.indexOf(offset)) {
            throw lost(bad, end);
        }
        return (int) (VolumeLayout.offsetOf(bad) - offset);
    }

    /**
     * Refuses a write of {@code count} bytes that covers a lost block in part, or would zero up to its start in one.
     */
    void checkWrite(long offset, long count) {
        if (core.badBlocks.isEmpty()) {
            return;
        }
        checkTail(offset);
        checkPart(offset, Math.min(count, rest(offset)), false);
        long end = offset + count;
        checkPart(Math.max(offset, end - inBlock(end)), Math.min(count, inBlock(end)), false);
    }

    /** Refuses to zero {@code [offset, end)} where it covers a lost block in part. */
    void checkEdges(long offset, long end) {
        if (rest(offset) < end - offset || inBlock(offset) == 0) {
            checkZero(offset, inBlock(offset) == 0 ? 0 : rest(offset));
            checkZero(end - inBlock(end), inBlock(end));
        } else {
            checkZero(offset, end - offset);
        }
    }

    /** Refuses an extension of the file that has to zero the rest of its last block, if that is lost. */
    void checkTail(long newEnd) {
        long size = inode.size();
        checkZero(size, Math.min(newEnd - size, inBlock(size) == 0 ? 0 : rest(size)));
    }

    /** Refuses to zero {@code length} bytes inside one block, if that is lost and they are not the whole of it. */
    void checkZero(long offset, long length) {
        checkPart(offset, length, true);
    }

    private void checkPart(long offset, long length, boolean needsData) {
        if (length > 0 && length < VolumeLayout.BLOCK_SIZE) {
            checkLost(VolumeLayout.indexOf(offset), VolumeLayout.indexOf(offset) + 1, needsData);
        }
    }

    /**
     * Refuses whatever needs all bytes of indexes {@code [first, end)}.
     *
     * @param needsData whether an unwritten block, which only reads as zero, does not matter
     */
    void checkLost(long first, long end, boolean needsData) {
        if (!core.badBlocks.isEmpty()) {
            long bad = firstLost(first, end, needsData);
            if (bad >= 0) {
                throw lost(bad, end);
            }
        }
    }

    /**
     * Begins the write of {@code count} bytes inside one block; returns the block if it is lost, so that it has to be
     * repaired after the write, else -1.
     */
    long beginOverwrite(long offset, int count) {
        if (core.badBlocks.isEmpty()) {
            return -1;
        }
        long index = VolumeLayout.indexOf(offset);
        long mapping = map.lookup(index);
        if (!isLost(mapping, index)) {
            return -1;
        }
        // It was lost after the write began.
        checkPart(offset, count, false);
        core.reached(SyncPoint.POISON_BEFORE_WRITE);
        beforeOverwrite(MappingEntry.blockAt(mapping, index));
        return MappingEntry.blockAt(mapping, index);
    }

    /** Ends the repair of a block that was written whole. */
    void endOverwrite(long block) {
        // 1. The bytes, durable: they are what makes the medium read again.
        core.flushAndDrain(VolumeLayout.offsetOf(block), VolumeLayout.BLOCK_SIZE);
        core.reached(SyncPoint.POISON_AFTER_WRITE);
        // 2. Only now the record. Cleared sooner, a reader could be let in to what is still lost, or half new (I10).
        afterOverwrite(block);
        core.reached(SyncPoint.POISON_AFTER_CLEAR);
    }

    void beforeOverwrite(long block) {}

    void afterOverwrite(long block) {
        core.badBlocks.remove(block);
    }

    private PoisonedException lost(long first, long end) {
        long stop = first + 1;
        while (stop < end && isLost(map.lookup(stop), stop)) {
            stop++;
        }
        return new PoisonedException(
                inode.name, VolumeLayout.offsetOf(first), VolumeLayout.offsetOf(stop) - VolumeLayout.offsetOf(first));
    }

    private long firstLost(long first, long end, boolean needsData) {
        for (long index = first; index < end; index++) {
            long mapping = map.lookup(index);
            if (isLost(mapping, index) && (!needsData || MappingEntry.hasData(mapping))) {
                return index;
            }
        }
        return -1;
    }

    private boolean isLost(long mapping, long index) {
        return MappingEntry.hasBlock(mapping) && core.badBlocks.contains(MappingEntry.blockAt(mapping, index));
    }

    private static long inBlock(long offset) {
        return offset & VolumeLayout.BLOCK_SIZE - 1;
    }

    private static long rest(long offset) {
        return VolumeLayout.BLOCK_SIZE - inBlock(offset);
    }
}
