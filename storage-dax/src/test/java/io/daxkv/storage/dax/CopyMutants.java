package io.daxkv.storage.dax;

import java.nio.ByteBuffer;
import java.util.List;

/** Faulty copies between files, windows and blocks, and faulty owners of blocks that others hold. */
final class CopyMutants {
    private CopyMutants() {}

    static List<Mutant> all() {
        return List.of(lockAcrossCopy(), pinsIgnored(), recordClearedFirst());
    }

    /** Holds the entry of the page it works on while it touches the caller's buffer. */
    private static Mutant lockAcrossCopy() {
        return new Mutant("lock-across-copy", "S50", "S51", "S52") {
            @Override
            WindowTransfer transfer(FileParts parts, IoPath io) {
                return new WindowTransfer(parts, io) {
                    private long index;

                    @Override
                    long write(long offset, DaxWindow source, long position, long length) {
                        index = VolumeLayout.indexOf(offset);
                        return super.write(offset, source, position, length);
                    }

                    @Override
                    long read(long offset, DaxWindow target, long position, long length) {
                        index = VolumeLayout.indexOf(offset);
                        return super.read(offset, target, position, length);
                    }

                    @Override
                    DaxException load(DaxWindow source, long position, ByteBuffer target) {
                        TreeChunk chunk = parts.tree.makeChunk(index);
                        long entry = chunk.grab(index, false);
                        try {
                            return super.load(source, position, target);
                        } finally {
                            chunk.put(index, entry);
                        }
                    }

                    @Override
                    DaxException store(DaxWindow target, long position, ByteBuffer source) {
                        TreeChunk chunk = parts.tree.makeChunk(index);
                        long entry = chunk.grab(index, false);
                        try {
                            return super.store(target, position, source);
                        } finally {
                            chunk.put(index, entry);
                        }
                    }
                };
            }
        };
    }

    /** Until 2018: layout changes do not know that somebody outside holds the blocks. */
    private static Mutant pinsIgnored() {
        return new Mutant("dma-ignored", "S35") {
            @Override
            FilePins pins(FileParts parts) {
                return new FilePins(parts) {
                    @Override
                    void awaitUnpinned(long first, long count) {}

                    @Override
                    void release(long block, long count) {
                        core.allocator.free(block, count);
                    }
                };
            }
        };
    }

    /** Takes a lost block off the record before it is written. */
    private static Mutant recordClearedFirst() {
        return new Mutant("badblock-clear-first", "S60") {
            @Override
            FilePoison poison(FileParts parts) {
                return new FilePoison(parts) {
                    @Override
                    void beforeOverwrite(long block) {
                        core.badBlocks.remove(block);
                    }
                };
            }
        };
    }
}
