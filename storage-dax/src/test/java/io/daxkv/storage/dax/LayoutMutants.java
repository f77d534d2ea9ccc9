package io.daxkv.storage.dax;

import java.util.List;

/** Faulty ways to change which block stands where, and where a file ends. */
final class LayoutMutants {
    private LayoutMutants() {}

    static List<Mutant> all() {
        return List.of(breakLayoutOfAll(), sizeBeforeZero(), freeBeforeRevoke(), allocCommitBeforeZero());
    }

    /** Linux in 2025: every change of the layout drops all entries of the file, dirty or not. */
    private static Mutant breakLayoutOfAll() {
        return new Mutant("break-layout-all", "S03b", "S34") {
            @Override
            Truncation truncation(FileParts parts, IoPath io, Writeback writeback) {
                return new Truncation(parts, io, writeback) {
                    @Override
                    void punchHole(long offset, long length) {
                        dropAll();
                        super.punchHole(offset, length);
                    }

                    @Override
                    void truncate(long newSize) {
                        dropAll();
                        super.truncate(newSize);
                    }

                    @Override
                    void settle(long first, long count) {
                        dropAll();
                    }

                    private void dropAll() {
                        destroy(0, BlockMap.INDEX_COUNT);
                    }
                };
            }

            @Override
            Preallocation preallocation(FileParts parts, IoPath io, Truncation truncation, Writeback writeback) {
                return new Preallocation(parts, io, truncation, writeback) {
                    @Override
                    void allocate(long offset, long length, SizeRule rule) {
                        truncation.destroy(0, BlockMap.INDEX_COUNT);
                        super.allocate(offset, length, rule);
                    }

                    @Override
                    void zeroRange(long offset, long length, SizeRule rule) {
                        truncation.destroy(0, BlockMap.INDEX_COUNT);
                        super.zeroRange(offset, length, rule);
                    }
                };
            }
        };
    }

    /** Gives the blocks back first, and takes them away from the windows afterwards. */
    private static Mutant freeBeforeRevoke() {
        return new Mutant("free-before-revoke", "S07", "S25", "S30.late") {
            @Override
            Truncation truncation(FileParts parts, IoPath io, Writeback writeback) {
                return new Truncation(parts, io, writeback) {
                    @Override
                    void destroy(long first, long count) {
                        tree.destroy(first, count);
                    }

                    @Override
                    void forget(long first, long count) {
                        super.forget(first, count);
                        locks.invalidate.writeLock().unlock();
                        core.reached(SyncPoint.LAYOUT_AFTER_REVOKE);
                        locks.invalidate.writeLock().lock();
                        windows.revoke(first, count);
                    }
                };
            }
        };
    }

    /** Lets the map name a block, durably, before the block is zeroed. */
    private static Mutant allocCommitBeforeZero() {
        return new Mutant("alloc-commit-before-zero", "S42") {
            @Override
            BlockMap map(VolumeCore core, Inode inode) {
                return new BlockMap(core, inode.rootOffset(), inode.kind) {
                    @Override
                    void zeroBlocks(long block, int count) {}

                    @Override
                    boolean mapHoles(long first, long count) {
                        boolean isNew = super.mapHoles(first, count);
                        for (long index = first; isNew && index < first + count; index++) {
                            super.zeroBlocks(MappingEntry.blockAt(lookup(index), index), 1);
                        }
                        core.drain();
                        return isNew;
                    }
                };
            }
        };
    }

    /** Moves the end first, and zeroes what lay behind it afterwards. */
    private static Mutant sizeBeforeZero() {
        return new Mutant("size-before-zero", "S33", "S41") {
            @Override
            IoPath io(FileParts parts) {
                return new IoPath(parts) {
                    @Override
                    void zeroTail(long newEnd) {
                        long size = inode.size();
                        long blockEnd = VolumeLayout.offsetOf(VolumeLayout.indexCount(size));
                        if (newEnd > size) {
                            inode.setSize(newEnd);
                            core.reached(SyncPoint.IO_BEFORE_SIZE);
                            zero(size, Math.min(newEnd, blockEnd) - size);
                        }
                    }
                };
            }
        };
    }
}
