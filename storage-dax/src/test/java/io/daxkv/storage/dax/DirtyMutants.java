package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.CacheLine;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Faulty ways to mark lines and to write them back. */
final class DirtyMutants {
    private DirtyMutants() {}

    static List<Mutant> all() {
        return List.of(
                ioUntracked(),
                ioMarkBefore(),
                ioMarkOnSuccess(),
                ioMarksWholeLines(),
                storeMarkBefore(),
                cleanBeforeDrain(),
                noFence(),
                noFlush(),
                noSnapshot(),
                rangeClearsAll());
    }

    /** Linux to this day: the IO path sets no mark. With an ordinary, cached copy nothing is left to fsync. */
    private static Mutant ioUntracked() {
        return new Mutant("io-untracked", "S20", "S21") {
            @Override
            IoPath io(FileParts parts) {
                return new IoPath(parts) {
                    @Override
                    void copyPiece(long offset, ByteBuffer source, int piece) {
                        copyUnmarked(this, offset, source, piece);
                        core.reached(SyncPoint.IO_AFTER_COPY);
                    }
                };
            }
        };
    }

    /** Marks before the copy instead of after it. */
    private static Mutant ioMarkBefore() {
        return new Mutant("io-mark-before", "S22") {
            @Override
            IoPath io(FileParts parts) {
                return new IoPath(parts) {
                    @Override
                    void copyPiece(long offset, ByteBuffer source, int piece) {
                        long index = VolumeLayout.indexOf(offset);
                        tree.install(index, map.lookup(index));
                        tree.mark(offset, piece);
                        core.reached(SyncPoint.IO_AFTER_COPY);
                        copyUnmarked(this, offset, source, piece);
                    }
                };
            }
        };
    }

    /** Marks after a copy that went well, not after one that failed. */
    private static Mutant ioMarkOnSuccess() {
        return new Mutant("io-mark-on-success", "S23") {
            @Override
            IoPath io(FileParts parts) {
                return new IoPath(parts) {
                    @Override
                    void copyPiece(long offset, ByteBuffer source, int piece) {
                        long index = VolumeLayout.indexOf(offset);
                        tree.install(index, map.lookup(index));
                        copyUnmarked(this, offset, source, piece);
                        core.reached(SyncPoint.IO_AFTER_COPY);
                        tree.mark(offset, piece);
                    }
                };
            }
        };
    }

    /** 2020: the lines a copy begins and ends in are left out, as by a copy past the cache that leaves its edges. */
    private static Mutant ioMarksWholeLines() {
        return new Mutant("io-nt-noedge", "S61") {
            @Override
            IoPath io(FileParts parts) {
                return new IoPath(parts) {
                    @Override
                    void copyPiece(long offset, ByteBuffer source, int piece) {
                        long index = VolumeLayout.indexOf(offset);
                        tree.install(index, map.lookup(index));
                        copyUnmarked(this, offset, source, piece);
                        long first = CacheLine.ceil(offset);
                        long end = CacheLine.floor(offset + piece);
                        if (first < end) {
                            tree.mark(first, end - first);
                        }
                    }
                };
            }
        };
    }

    /** Marks before the store: our form of a permission granted outside the entry lock (4.10). */
    private static Mutant storeMarkBefore() {
        return new Mutant("store-mark-before", "S12", "S24") {
            @Override
            DaxWindow window(FileParts parts, FaultHandler faults, long offset, long length) {
                return new DaxWindow(parts.core, faults, offset, length) {
                    @Override
                    boolean tryPutLong(long at, long value, boolean ordered) {
                        long address = pages.translate(at, PageTable.WRITABLE);
                        if (address < 0) {
                            return false;
                        }
                        mark(at, Long.BYTES);
                        core.reached(SyncPoint.STORE_AFTER_CHECK);
                        pmem.putLong(address, value);
                        return true;
                    }
                };
            }
        };
    }

    /** DIRTY goes before the lines are durable, and fsyncs do not wait for each other. */
    private static Mutant cleanBeforeDrain() {
        return new Mutant("clearD-before-flush", "S15") {
            @Override
            Writeback writeback(FileParts parts) {
                return new Writeback(parts) {
                    @Override
                    void fsync(long first, long end) {
                        new Writeback(parts, new ReentrantLock()).fsync(first, end);
                    }
                };
            }
        };
    }

    /** Skips the drain when nothing is dirty. */
    private static Mutant noFence() {
        return new Mutant("no-fence", "S20") {
            @Override
            Writeback writeback(FileParts parts) {
                return new Writeback(parts) {
                    @Override
                    void fsync(long first, long end) {
                        if (tree.nextDirtyChunk(first) != null) {
                            super.fsync(first, end);
                        }
                    }
                };
            }
        };
    }

    /** Forgets to flush the lines it took. */
    private static Mutant noFlush() {
        return new Mutant("no-flush", "S01", "S13", "S21") {
            @Override
            Writeback writeback(FileParts parts) {
                return new Writeback(parts) {
                    @Override
                    void flush(long blockOffset, long lines) {}
                };
            }
        };
    }

    /** Until 2017: looks for DIRTY again after each entry, from the beginning, instead of working off a snapshot. */
    private static Mutant noSnapshot() {
        return new Mutant("no-Tsnapshot", "S17") {
            @Override
            Writeback writeback(FileParts parts) {
                return new Writeback(parts) {
                    @Override
                    void writeBackOne(TreeChunk chunk, long index) {
                        super.writeBackOne(chunk, index);
                        chunk.clearDirty(index);
                        for (long again = first(chunk); again >= 0; again = first(chunk)) {
                            chunk.tag(again, again + 1);
                            super.writeBackOne(chunk, again);
                            chunk.clearDirty(again);
                        }
                    }

                    private long first(TreeChunk chunk) {
                        for (long index = chunk.firstIndex; index < chunk.firstIndex + 512; index++) {
                            if (chunk.isDirty(index)) {
                                return index;
                            }
                        }
                        return -1;
                    }
                };
            }
        };
    }

    /** A ranged fsync that calls the whole 2 MiB clean. */
    private static Mutant rangeClearsAll() {
        return new Mutant("range-clears-all", "S18") {
            @Override
            Writeback writeback(FileParts parts) {
                return new Writeback(parts) {
                    @Override
                    void writeBack(long first, long end) {
                        super.writeBack(first, end);
                        TreeChunk chunk = tree.nextDirtyChunk(first);
                        if (chunk != null) {
                            for (long index = chunk.firstIndex; index < chunk.firstIndex + 512; index++) {
                                chunk.takeMask(index);
                                chunk.clearDirty(index);
                            }
                        }
                    }
                };
            }
        };
    }

    private static void copyUnmarked(IoPath io, long offset, ByteBuffer source, int piece) {
        long index = VolumeLayout.indexOf(offset);
        long block = MappingEntry.blockAt(io.map.lookup(index), index);
        long address = VolumeLayout.offsetOf(block) + (offset & VolumeLayout.BLOCK_SIZE - 1);
        io.core.pmem.put(address, source, source.position(), piece);
        source.position(source.position() + piece);
    }
}
