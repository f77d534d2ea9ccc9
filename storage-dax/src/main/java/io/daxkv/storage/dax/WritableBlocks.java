package io.daxkv.storage.dax;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes an index ready for stores: a block of its own, written, durably mapped. Both paths come here before the first
 * byte, a write fault and the IO path. Rows F5, F8, F20, I7, I8 and T7 of the operation table:
 *
 * <ul>
 *   <li>a hole gets a zeroed block;
 *   <li>an unwritten block is zeroed and becomes a written one, a 2 MiB one whole;
 *   <li>a block shared with another index or file is copied, and the index gets the copy (copy-on-write);
 *   <li>anything else stays.
 * </ul>
 *
 * <p><b>Durability.</b> The block's bytes, copied or zero, are durable before the map names it, and that is durable on
 * return (D1, D6).
 *
 * <p><b>Threads.</b> The caller holds the lock of the index's entry, so two paths never prepare one index at once.
 */
class WritableBlocks {
    final VolumeCore core;
    final MappingTree tree;
    final BlockMap map;
    final WindowSet windows;
    final FilePins pins;

    private final AtomicLong copies = new AtomicLong();

    WritableBlocks(FileParts parts) {
        this.core = parts.core;
        this.tree = parts.tree;
        this.map = parts.map;
        this.windows = parts.windows;
        this.pins = parts.pins;
    }

    /** Returns true if an index needs no preparation. Takes no lock: the answer holds while nobody clones the file. */
    boolean isReady(long index) {
        long mapping = map.lookup(index);
        return MappingEntry.hasData(mapping) && !core.allocator.isShared(MappingEntry.blockAt(mapping, index), 1);
    }

    /**
     * Returns true if a mapping is one entry and one translation of 2 MiB: none of its blocks is shared, since a copy
     * of one would leave the others behind.
     */
    boolean isHugeEntry(long mapping) {
        return MappingEntry.isHuge(mapping)
                && !core.allocator.isShared(MappingEntry.blockAt(mapping, 0), VolumeLayout.HUGE_BLOCKS);
    }

    /** As {@link BlockMap#lookup}, for an entry of the mapping tree: of 4 KiB if a 2 MiB one must not be. */
    long entryFor(long index) {
        long mapping = map.lookup(index);
        return MappingEntry.isHuge(mapping) && !isHugeEntry(mapping) ? MappingEntry.single(mapping, index) : mapping;
    }

    /** Prepares every index of a range for the IO path, locking each entry that needs it, one at a time. */
    void prepareAll(long first, long count) {
        for (long index = first; index < first + count; index++) {
            if (!isReady(index) || mayReadHole(index)) {
                TreeChunk chunk = tree.makeChunk(index);
                long result = chunk.grab(index, false);
                try {
                    result = downgrade(chunk, index, result);
                    result = prepare(index, result);
                } finally {
                    chunk.put(index, result);
                }
            }
        }
    }

    /**
     * Returns true if windows may still read a hole at an index, though its block has data: a fault gives all of a 2
     * MiB block data at once and revokes its readers afterwards. A write that did not wait for that would return before
     * they see it (M7).
     */
    private boolean mayReadHole(long index) {
        TreeChunk chunk = tree.chunk(index);
        long entry = chunk == null ? MappingEntry.NONE : chunk.entryAt(index);
        return entry != MappingEntry.NONE && !MappingEntry.hasBlock(entry);
    }

    /**
     * Makes the single entry of an index out of a locked one that is a 2 MiB hole (F17): every window forgets the hole,
     * then single entries may come. Returns the entry that is locked now, any other as it is.
     */
    long downgrade(TreeChunk chunk, long index, long entry) {
        if (!MappingEntry.isHuge(entry) || MappingEntry.hasBlock(entry)) {
            return entry;
        }
        windows.revoke(chunk.firstIndex, VolumeLayout.HUGE_BLOCKS);
        return chunk.downgrade(index);
    }

    /**
     * Prepares an index and returns the entry that its locked one is to be replaced by: one with a block.
     *
     * @param entry the locked entry, in unlocked form
     * @throws NoSpaceException if a block is needed and there is none; the file is as before
     */
    long prepare(long index, long entry) {
        long mapping = map.lookup(index);
        if (mapping == MappingEntry.NONE) {
            map.mapHoles(index, 1);
            mapping = map.lookup(index);
        } else if (MappingEntry.isUnwritten(mapping)) {
            write(index, mapping);
            mapping = map.lookup(index);
        } else if (core.allocator.isShared(MappingEntry.blockAt(mapping, index), 1)) {
            return copy(index, mapping);
        }
        // Windows that read the hole forget the zero block before anybody maps the new one (M4, F4). An EMPTY entry was
        // made by the caller; no window can map it.
        if (MappingEntry.isHole(entry)) {
            windows.revoke(index, 1);
        }
        if (MappingEntry.hasBlock(entry)) {
            return entry;
        }
        return MappingEntry.isHuge(entry) ? mapping : MappingEntry.single(mapping, index);
    }

    /** Makes an unwritten block a written one. */
    private void write(long index, long mapping) {
        core.reached(SyncPoint.UNWRITTEN_BEFORE_ZERO);
        map.writeReserved(index);
        core.reached(SyncPoint.UNWRITTEN_AFTER_MAP);
        if (MappingEntry.isHuge(mapping)) {
            // The other 511 indexes changed too, and their entries are not ours. Their readers of the hole are sent
            // away here; one that is on its way looks at the map again after it mapped the zero block.
            long base = index & -VolumeLayout.HUGE_BLOCKS;
            windows.revoke(base, VolumeLayout.HUGE_BLOCKS);
            tree.makeChunk(base).removeUnlockedHoles();
        }
    }

    /** Gives an index a copy of a block that others own too; returns the entry for it. */
    private long copy(long index, long mapping) {
        core.reached(SyncPoint.COW_BEFORE_REVOKE);
        if (MappingEntry.isHuge(mapping)) {
            map.split(index, index + 1);
        }
        long shared = MappingEntry.blockAt(mapping, index);
        long own = core.allocator.allocate();
        try {
            // 1. Readers of the old block leave it: once it is the other owner's alone, that one stores in place (M2).
            windows.revoke(index, 1);
            core.reached(SyncPoint.COW_BEFORE_COPY);
            // 2. The bytes, durable, before the map names them: a copy is a write, and no mark stands for it (S37).
            copyOrStayLost(shared, own);
            core.reached(SyncPoint.COW_AFTER_COPY);
        } catch (RuntimeException e) {
            core.badBlocks.remove(own);
            core.allocator.free(own, 1);
            throw e;
        }
        // 3. The map, durably. The marks of the index stay: they name lines, and the lines moved with the block.
        map.replace(index, own);
        core.reached(SyncPoint.COW_AFTER_MAP);
        // 4. IO reads of the old block under way start over (isStill); told after the drop, they could miss it.
        copies.incrementAndGet();
        core.counters.sharedCopies.increment();
        // 5. To a pin of it, or to its other owner alone. Sooner, a crash could find the other owner's stores behind
        // our word too.
        pins.release(shared, 1);
        core.reached(SyncPoint.COW_AFTER_DROP);
        return MappingEntry.ofBlock(own, false);
    }

    /**
     * Copies a block; what the medium lost stays lost in the copy, until the write that asked for it has overwritten it
     * whole (I10).
     */
    private void copyOrStayLost(long source, long target) {
        if (core.badBlocks.contains(source)) {
            core.badBlocks.add(target);
            core.pmem.zero(VolumeLayout.offsetOf(target), VolumeLayout.BLOCK_SIZE);
            core.flushAndDrain(VolumeLayout.offsetOf(target), VolumeLayout.BLOCK_SIZE);
        } else {
            copyBlock(source, target);
        }
    }

    /** Copies a whole block durably. */
    void copyBlock(long source, long target) {
        core.pmem.copy(VolumeLayout.offsetOf(source), VolumeLayout.offsetOf(target), VolumeLayout.BLOCK_SIZE);
        core.flushAndDrain(VolumeLayout.offsetOf(target), VolumeLayout.BLOCK_SIZE);
    }

    /**
     * Returns the stamp of copies made; an IO read takes it before it looks a block up. Such a read holds the io lock
     * only, shared, and a fault needs none of it: the fault may copy the block away under the read and give it up to
     * its other owner, who then stores in place what was never in this file.
     */
    long stamp() {
        return copies.get();
    }

    /** Returns true if no block was copied away since {@code before}, so what was read since is right. */
    boolean isStill(long before) {
        VarHandle.loadLoadFence();
        return copies.get() == before;
    }
}
