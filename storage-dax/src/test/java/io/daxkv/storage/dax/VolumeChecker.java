package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import java.util.BitSet;

/**
 * The invariants of the layer as executable checks, run on a quiet volume: nobody faults, stores or syncs meanwhile.
 *
 * <ul>
 *   <li>M1 a window's translation is the block map's, or the zero block over a hole, and then never writable;
 *   <li>M3 a translation implies an entry;
 *   <li>M13 one huge entry or single ones, and the map agrees with a huge one;
 *   <li>D2' a dirty line implies a DIRTY mark that write-back can reach, and an entry with a block to flush;
 *   <li>no entry is locked, none is EMPTY, no TOWRITE is left;
 *   <li>every block is owned once or free, none is lost (O6); a file owns what a pin keeps from being free, too.
 * </ul>
 */
final class VolumeChecker {
    private VolumeChecker() {}

    static void check(DaxVolume volume) {
        volume.core().files.forEach(VolumeChecker::checkEntries);
        BitSet owned = ownedBlocks(volume);
        long blocks = volume.size() >>> VolumeLayout.BLOCK_SHIFT;
        BitSet quarantined = volume.core().allocator.quarantined();
        assertFalse(owned.intersects(quarantined), "O6: a quarantined block is owned");
        assertEquals(
                blocks - owned.cardinality() - quarantined.cardinality(),
                volume.core().allocator.freeBlocks(),
                "O6: free = total - owned - quarantined blocks");
    }

    /**
     * Checks that every line of every block that anybody owns is durable; what a freed block holds is nobody's concern.
     */
    static void checkDurable(DaxVolume volume, RecordingPmem pmem, String what) {
        BitSet owned = ownedBlocks(volume);
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
            long expected =
                    mapping == MappingEntry.NONE ? VolumeLayout.ZERO_BLOCK : MappingEntry.blockAt(mapping, index);
            assertEquals(VolumeLayout.offsetOf(expected), load, "M1: " + where);
            if (mapping == MappingEntry.NONE) {
                assertEquals(-1, window.storeAddress(index), "M1: writable hole, " + where);
            }
            assertTrue(entryAt(parts, index) != MappingEntry.NONE, "M3: " + where);
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
            if (MappingEntry.hasBlock(entry)) {
                assertEquals(MappingEntry.blockAt(mapping, index), MappingEntry.blockAt(entry, index), "M1: " + where);
                assertTrue(!MappingEntry.isHuge(entry) || MappingEntry.isHuge(mapping), "M13: " + where);
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

    private static BitSet ownedBlocks(DaxVolume volume) {
        BitSet owned = new BitSet();
        owned.set(0, (int) VolumeLayout.FIRST_FREE_BLOCK);
        own(owned, new BlockMap(volume.core(), VolumeLayout.ROOT_PAGE, DaxFileKind.ORDINARY));
        volume.core().files.forEach(parts -> {
            own(owned, parts.map);
            parts.pins.withheld().forEach(run -> own(owned, run[0], run[1]));
        });
        return owned;
    }

    private static void own(BitSet owned, BlockMap map) {
        map.walk(0, BlockMap.INDEX_COUNT, new BlockMap.Visitor() {
            @Override
            public void mapped(long index, long block, int count, long wordOffset) {
                own(owned, block, count);
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
