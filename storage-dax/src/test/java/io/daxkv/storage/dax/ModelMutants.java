package io.daxkv.storage.dax;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Layers with one thing wrong, each of which the model test must find, and explain in few operations. */
final class ModelMutants {
    private ModelMutants() {}

    static Map<String, FileOperations> all() {
        Map<String, FileOperations> mutants = new LinkedHashMap<>();
        mutants.put("IO_UNTRACKED", ioUntracked());
        mutants.put("RANGE_2016", revokeBeforeAllocation());
        mutants.put("INVAL_ANY", invalidateDirt());
        mutants.put("NO_TAIL_ZEROING", noTailZeroing());
        mutants.put("RANGE_CLEARS_ALL", rangeClearsAll());
        mutants.put("NO_FLUSH", noFlush());
        return mutants;
    }

    /** The IO path sets no mark, as in Linux to this day. */
    private static FileOperations ioUntracked() {
        return new FileOperations() {
            @Override
            IoPath io(FileParts parts) {
                return new IoPath(parts) {
                    @Override
                    void copyPiece(long offset, ByteBuffer source, int piece) {
                        super.copyPiece(offset, source, piece);
                        long index = VolumeLayout.indexOf(offset);
                        tree.chunk(index).takeMask(index);
                    }
                };
            }
        };
    }

    /** A write tells the windows before it allocates: seen only by a fault in between. */
    private static FileOperations revokeBeforeAllocation() {
        return new FileOperations() {
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

    /** A write forgets the entries of its range, dirty or not. */
    private static FileOperations invalidateDirt() {
        return new FileOperations() {
            @Override
            IoPath io(FileParts parts) {
                return new IoPath(parts) {
                    @Override
                    void allocate(long first, long count) {
                        super.allocate(first, count);
                        windows.revoke(first, count);
                        tree.destroy(first, count);
                    }
                };
            }
        };
    }

    /** What was stored behind the end shows when the file grows. */
    private static FileOperations noTailZeroing() {
        return new FileOperations() {
            @Override
            IoPath io(FileParts parts) {
                return new IoPath(parts) {
                    @Override
                    void zeroTail(long newEnd) {}
                };
            }
        };
    }

    /** An fsync of a range forgets the dirt of the whole file. */
    private static FileOperations rangeClearsAll() {
        return new FileOperations() {
            @Override
            Writeback writeback(FileParts parts) {
                return new Writeback(parts) {
                    @Override
                    void flushTagged(long first, long end) {
                        super.flushTagged(first, end);
                        for (TreeChunk chunk = tree.nextDirtyChunk(0); chunk != null; ) {
                            for (int i = 0; i < VolumeLayout.HUGE_BLOCKS; i++) {
                                chunk.takeMask(chunk.firstIndex + i);
                            }
                            chunk = tree.nextDirtyChunk(chunk.firstIndex + VolumeLayout.HUGE_BLOCKS);
                        }
                    }
                };
            }
        };
    }

    /** An fsync takes the lines and forgets to flush them. */
    private static FileOperations noFlush() {
        return new FileOperations() {
            @Override
            Writeback writeback(FileParts parts) {
                return new Writeback(parts) {
                    @Override
                    void flush(long blockOffset, long lines) {}
                };
            }
        };
    }
}
