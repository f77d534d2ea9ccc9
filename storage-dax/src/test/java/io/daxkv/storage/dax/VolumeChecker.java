package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The invariants of the layer as executable checks, run on a quiet volume: nobody faults, stores or syncs meanwhile.
 *
 * <ul>
 *   <li>M1 a window's translation is the block map's, or the zero block over a hole or unwritten block, and then never
 *       writable; nor is one of a shared block;
 *   <li>M3 a translation implies an entry;
 *   <li>M12 a window that permits no stores to the file has no writable translation;
 *   <li>M13 one huge entry or single ones, the map agrees with a huge one, and so do the windows;
 *   <li>M4 no hole entry is left over a block;
 *   <li>D2 what a PROTECTED window may store to is dirty, each line of it; D15 what a SYNC window may store to is
 *       reached by the durable size;
 *   <li>D2' a dirty line implies a DIRTY mark that write-back can reach, and an entry with a block to flush;
 *   <li>no entry is locked, none is EMPTY, no TOWRITE is left;
 *   <li>every block has as many owners as words name it, a table one, or is free; none is lost (O6). A file owns what a
 *       pin keeps from being free, too.
 * </ul>
 */
final class VolumeChecker {
    private VolumeChecker() {}

    static void check(DaxVolume volume) {
        volume.core().files.forEach(VolumeChecker::checkEntries);
        BitSet owned = ownedBlocks(volume, true);
        checkOwnerCounts(volume);
        long blocks = volume.size() >>> VolumeLayout.BLOCK_SHIFT;
        BitSet quarantined = volume.core().allocator.quarantined();
        assertFalse(owned.intersects(quarantined), "O6: a quarantined block is owned");
        assertEquals(
                blocks - owned.cardinality() - quarantined.cardinality(),
                volume.core().allocator.freeBlocks(),
                "O6: free = total - owned - quarantined blocks");
    }

    /**
     * Checks that every line of every block that anybody owns is durable; what a freed or unwritten block holds is
     * nobody's concern.
     */
    static void checkDurable(DaxVolume volume, RecordingPmem pmem, String what) {
        BitSet owned = ownedBlocks(volume, false);
        for (int from = owned.nextSetBit(0); from >= 0; ) {
            int to = owned.nextClearBit(from);
            pmem.assertDurable(what, VolumeLayout.offsetOf(from), VolumeLayout.offsetOf(to - from));
            from = owned.nextSetBit(to);
        }
    }

    /** Checks one window's translations against its file. */
    static void check(DaxFile file, DaxWindow window) {
        FileParts parts = file.parts();
        long first = VolumeLayout.indexOf(window.offset());
        for (long index = first; index < VolumeLayout.indexCount(window.offset() + window.length()); index++) {
            long load = window.loadAddress(index);
            if (load < 0) {
                continue;
            }
            long mapping = parts.map.lookup(index);
            String where = "index=" + index + ", map=" + MappingEntry.toString(mapping);
            boolean hasData = MappingEntry.hasData(mapping);
            long expected = hasData ? MappingEntry.blockAt(mapping, index) : VolumeLayout.ZERO_BLOCK;
            assertEquals(VolumeLayout.offsetOf(expected), load, "M1: " + where);
            long entry = entryAt(parts, index);
            assertTrue(entry != MappingEntry.NONE, "M3: " + where);
            assertTrue(!window.pages.isHuge(index) || MappingEntry.isHuge(entry), "M13: huge translation, " + where);
            if (window.storeAddress(index) >= 0) {
                assertTrue(
                        hasData && !parts.core.allocator.isShared(expected, 1),
                        "M1: writable hole or shared block, " + where);
                checkWritable(parts, window, index, where);
            }
        }
    }

    private static void checkWritable(FileParts parts, DaxWindow window, long index, String where) {
        assertTrue(window.mode().storesToFile(), "M12: writable in " + window.mode() + ", " + where);
        TreeChunk chunk = parts.tree.chunk(index);
        if (window.mode() == WindowMode.PROTECTED) {
            assertTrue(chunk.isDirty(index), "D2: writable, not dirty, " + where);
            assertEquals(LineMask.ALL, chunk.mask(index), "D2: writable, clean lines, " + where);
        }
        if (window.mode() == WindowMode.SYNC && !parts.inode.isDeleted()) {
            long end = Math.min(parts.inode.size(), VolumeLayout.offsetOf(index + 1));
            assertTrue(end <= parts.inode.durableSize(), "D15: writable, size not durable, " + where);
        }
    }

    private static void checkEntries(FileParts parts) {
        long end = VolumeLayout.indexCount(parts.inode.size()) + VolumeLayout.HUGE_BLOCKS;
        for (long index = 0; index < end; index++) {
            TreeChunk chunk = parts.tree.chunk(index);
            if (chunk == null) {
                index |= VolumeLayout.HUGE_BLOCKS - 1;
                continue;
            }
            long entry = chunk.entryAt(index);
            String where = "index=" + index + ", " + MappingEntry.toString(entry);
            assertFalse(MappingEntry.isLocked(entry) || MappingEntry.isEmpty(entry), "left behind: " + where);
            assertFalse(chunk.isToWrite(index), "TOWRITE left: " + where);
            long mapping = parts.map.lookup(index);
            if (MappingEntry.isHole(entry)) {
                assertFalse(MappingEntry.hasData(mapping), "M4: hole entry over data, " + where);
            }
            if (MappingEntry.hasBlock(entry)) {
                assertEquals(MappingEntry.blockAt(mapping, index), MappingEntry.blockAt(entry, index), "M1: " + where);
                assertTrue(!MappingEntry.isHuge(entry) || MappingEntry.isHuge(mapping), "M13: " + where);
                assertTrue(MappingEntry.hasData(mapping), "M1: entry of an unwritten block, " + where);
                assertTrue(
                        !MappingEntry.isHuge(entry) || parts.blocks.isHugeEntry(mapping),
                        "M13: huge entry over a shared block, " + where);
            }
            if (chunk.mask(index) != LineMask.NONE) {
                assertTrue(MappingEntry.hasBlock(entry), "D2': dirty lines without a block, " + where);
                assertTrue(chunk.isDirty(index), "D2': dirty lines without DIRTY, " + where);
                assertEquals(chunk, parts.tree.nextDirtyChunk(index), "D2': chunk not reachable, " + where);
            }
        }
    }

    private static long entryAt(FileParts parts, long index) {
        TreeChunk chunk = parts.tree.chunk(index);
        return chunk == null ? MappingEntry.NONE : chunk.entryAt(index);
    }

    private static BitSet ownedBlocks(DaxVolume volume, boolean withUnwritten) {
        BitSet owned = new BitSet();
        owned.set(0, (int) VolumeLayout.FIRST_FREE_BLOCK);
        own(owned, new BlockMap(volume.core(), VolumeLayout.ROOT_PAGE, DaxFileKind.ORDINARY), withUnwritten);
        volume.core().files.forEach(parts -> {
            own(owned, parts.map, withUnwritten);
            parts.pins.withheld().forEach(run -> owned.set((int) run[0], (int) (run[0] + run[1])));
        });
        return owned;
    }

    /** Every block has as many owners as words name it, and a table one; none is a table and somebody's data. */
    private static void checkOwnerCounts(DaxVolume volume) {
        Map<Long, Integer> words = new HashMap<>();
        Set<Long> tables = new HashSet<>();
        BlockMap.Visitor counter = new BlockMap.Visitor() {
            @Override
            public void mapped(long index, long block, int count, long wordOffset) {
                for (int i = 0; i < count; i++) {
                    words.merge(block + i, 1, Integer::sum);
                }
            }

            @Override
            public void unwritten(long index, long block, int count, long wordOffset) {
                mapped(index, block, count, wordOffset);
                for (int i = 0; i < count; i++) {
                    assertEquals(
                            1,
                            volume.core().allocator.ownerCount(block + i),
                            "unwritten block is shared: index=" + (index + i) + ", block=" + (block + i));
                }
            }

            @Override
            public void table(long block) {
                assertTrue(tables.add(block), "table owned twice: " + block);
            }
        };
        new BlockMap(volume.core(), VolumeLayout.ROOT_PAGE, DaxFileKind.ORDINARY)
                .walk(0, BlockMap.INDEX_COUNT, counter);
        volume.core().files.forEach(parts -> {
            parts.map.walk(0, BlockMap.INDEX_COUNT, counter);
            parts.pins.withheld().forEach(run -> counter.mapped(0, run[0], (int) run[1], 0));
        });
        words.forEach((block, count) -> {
            assertFalse(tables.contains(block), "table is data too: " + block);
            assertEquals(count, volume.core().allocator.ownerCount(block), "O6: owners of block " + block);
        });
    }

    private static void own(BitSet owned, BlockMap map, boolean withUnwritten) {
        map.walk(0, BlockMap.INDEX_COUNT, new BlockMap.Visitor() {
            @Override
            public void mapped(long index, long block, int count, long wordOffset) {
                owned.set((int) block, (int) block + count);
            }

            @Override
            public void unwritten(long index, long block, int count, long wordOffset) {
                if (withUnwritten) {
                    mapped(index, block, count, wordOffset);
                }
            }

            @Override
            public void table(long block) {
                own(owned, block, 1);
            }
        });
    }

    private static void own(BitSet owned, long first, long count) {
        for (long block = first; block < first + count; block++) {
            assertFalse(owned.get((int) block), "block owned twice: " + block);
            owned.set((int) block);
        }
    }
}
