package io.daxkv.storage.dax;

import java.nio.ByteBuffer;
import java.util.List;

/** Faulty ways to tell the mapping tree and the windows that a hole got a block. */
final class HoleMutants {
    private HoleMutants() {}

    static List<Mutant> all() {
        return List.of(
                ext4(),
                xfsA(),
                xfsB(),
                range(),
                invalidateAny(),
                invalidateKeepsPermission(),
                mapThenLock(),
                faultZeroesAfterMap(),
                writeZeroesAfterMap());
    }

    /** ext4 in 2016: invalidate the written range again after the copy, dirty or not. */
    private static Mutant ext4() {
        return new Mutant("ext4-2016", "S01", "S04") {
            @Override
            IoPath io(FileParts parts) {
                return new IoPath(parts) {
                    @Override
                    void copy(long offset, ByteBuffer source, int count) {
                        super.copy(offset, source, count);
                        forgetAllBut(this, offset, count);
                    }
                };
            }
        };
    }

    /** xfs until 4.7: write the whole file back, forget all of it, allocate, copy, forget the range again. */
    private static Mutant xfsA() {
        return new Mutant("xfs-2016a", "S01", "S02") {
            @Override
            IoPath io(FileParts parts) {
                return new IoPath(parts) {
                    @Override
                    void allocate(long first, long count) {
                        writeback(parts).fsync(0, BlockMap.INDEX_COUNT);
                        windows.revoke(0, BlockMap.INDEX_COUNT);
                        tree.destroy(0, BlockMap.INDEX_COUNT);
                        core.reached(SyncPoint.IO_BEFORE_MAP);
                        map.mapHoles(first, count);
                    }

                    @Override
                    void copy(long offset, ByteBuffer source, int count) {
                        super.copy(offset, source, count);
                        forgetAllBut(this, offset, count);
                    }
                };
            }
        };
    }

    /** xfs in 4.8-rc: forget every entry of the file before the lookup, flush nothing, revoke nothing after. */
    private static Mutant xfsB() {
        return new Mutant("xfs-2016b", "S02", "S03", "S04") {
            @Override
            IoPath io(FileParts parts) {
                return new IoPath(parts) {
                    @Override
                    void allocate(long first, long count) {
                        windows.revoke(0, BlockMap.INDEX_COUNT);
                        tree.destroy(0, BlockMap.INDEX_COUNT);
                        core.reached(SyncPoint.IO_BEFORE_MAP);
                        map.mapHoles(first, count);
                    }
                };
            }
        };
    }

    /** The first repair of it: only the written range, but still before the allocation. */
    private static Mutant range() {
        return new Mutant("range-2016", "S02") {
            @Override
            IoPath io(FileParts parts) {
                return new IoPath(parts) {
                    @Override
                    void allocate(long first, long count) {
                        if (tree.removeHoles(first, count)) {
                            windows.revoke(first, count);
                        }
                        core.reached(SyncPoint.IO_BEFORE_MAP);
                        map.mapHoles(first, count);
                    }
                };
            }
        };
    }

    /** An invalidation that removes dirty entries too, of the whole file as it was then. */
    private static Mutant invalidateAny() {
        return new Mutant("inval-any", "S01", "S03", "S04") {
            @Override
            IoPath io(FileParts parts) {
                return new IoPath(parts) {
                    @Override
                    void allocate(long first, long count) {
                        super.allocate(first, count);
                        windows.revoke(0, BlockMap.INDEX_COUNT);
                        tree.destroy(0, BlockMap.INDEX_COUNT);
                    }
                };
            }
        };
    }

    /** Linux 4.10: the entry of the hole goes, what windows translate stays. */
    private static Mutant invalidateKeepsPermission() {
        return new Mutant("inval-keeps-pte", "S02", "S06", "S07") {
            @Override
            IoPath io(FileParts parts) {
                return new IoPath(parts) {
                    @Override
                    void allocate(long first, long count) {
                        core.reached(SyncPoint.IO_BEFORE_MAP);
                        map.mapHoles(first, count);
                        tree.removeHoles(first, count);
                        core.reached(SyncPoint.IO_AFTER_REVOKE);
                    }
                };
            }

            @Override
            CleanEntries cleanEntries(FileParts parts) {
                return new CleanEntries(parts) {
                    @Override
                    void unmap(long first, long count) {}
                };
            }
        };
    }

    /** Linux 4.10: the fault asks where the block is, then locks the entry. */
    private static Mutant mapThenLock() {
        return new Mutant("map-then-lock", "S05") {
            @Override
            FaultHandler faults(FileParts parts) {
                return new FaultHandler(parts) {
                    @Override
                    void fault(DaxWindow window, long index, boolean write) {
                        if (write || map.lookup(index) != MappingEntry.NONE) {
                            super.fault(window, index, write);
                            return;
                        }
                        core.reached(SyncPoint.FAULT_AFTER_MAP);
                        TreeChunk chunk = tree.makeChunk(index);
                        chunk.grab(index, false);
                        install(window, chunk, index, VolumeLayout.ZERO_BLOCK, 0);
                        chunk.put(index, MappingEntry.ofHole());
                    }
                };
            }
        };
    }

    /** Until 2015: a fault that saw a hole zeroes the block it finds later, whoever else has stored to it. */
    private static Mutant faultZeroesAfterMap() {
        return new Mutant("zero-after-map", "S08") {
            @Override
            FaultHandler faults(FileParts parts) {
                return new FaultHandler(parts) {
                    @Override
                    void fault(DaxWindow window, long index, boolean write) {
                        boolean zeroes = write && map.lookup(index) == MappingEntry.NONE;
                        core.reached(SyncPoint.FAULT_AFTER_MAP);
                        super.fault(window, index, write);
                        if (zeroes) {
                            zero(this.core, map.lookup(index), VolumeLayout.offsetOf(index), VolumeLayout.BLOCK_SIZE);
                            tree.mark(VolumeLayout.offsetOf(index), VolumeLayout.BLOCK_SIZE);
                        }
                    }
                };
            }
        };
    }

    /** ext4 until 4.6: a write zeroes the rest of its new blocks after the copy. */
    private static Mutant writeZeroesAfterMap() {
        return new Mutant("zero-after-map, IO", "S09") {
            @Override
            IoPath io(FileParts parts) {
                return new IoPath(parts) {
                    private boolean isNew;

                    @Override
                    void allocate(long first, long count) {
                        isNew = map.lookup(first) == MappingEntry.NONE;
                        super.allocate(first, count);
                    }

                    @Override
                    void copy(long offset, ByteBuffer source, int count) {
                        super.copy(offset, source, count);
                        int head = (int) (offset & VolumeLayout.BLOCK_SIZE - 1);
                        if (isNew && head > 0) {
                            zero(offset - head, head);
                        }
                    }
                };
            }
        };
    }

    private static void zero(VolumeCore core, long mapping, long offset, int length) {
        long block = MappingEntry.blockAt(mapping, VolumeLayout.indexOf(offset));
        core.pmem.zero(VolumeLayout.offsetOf(block), length);
    }

    /**
     * Forgets a written range but for the lines just copied: as then, the copy itself went past the cache and is safe.
     */
    private static void forgetAllBut(IoPath io, long offset, int count) {
        long first = VolumeLayout.indexOf(offset);
        long end = VolumeLayout.indexCount(offset + count);
        io.tree.destroy(first, end - first);
        for (long index = first; index < end; index++) {
            io.tree.install(index, io.map.lookup(index));
        }
        io.tree.mark(offset, count);
    }
}
