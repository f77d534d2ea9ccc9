package io.daxkv.storage.dax;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;

/** Faulty copies between files, windows and blocks, and faulty owners of blocks that others hold. */
final class CopyMutants {
    private CopyMutants() {}

    static List<Mutant> all() {
        return List.of(
                lockAcrossCopy(),
                pinsIgnored(),
                recordClearedFirst(),
                copyUnflushed(),
                copyClearsHuge(),
                cloneKeepsMappings(),
                readWithoutStamp());
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

    /** Lets the map name the copy of a shared block before the copy is durable, with no mark that stands for it. */
    private static Mutant copyUnflushed() {
        return withBlocks(
                "cow-unflushed",
                parts -> new WritableBlocks(parts) {
                    @Override
                    void copyBlock(long source, long target) {
                        long length = VolumeLayout.BLOCK_SIZE;
                        core.pmem.copy(VolumeLayout.offsetOf(source), VolumeLayout.offsetOf(target), length);
                    }
                },
                "S37");
    }

    /** Clears the marks of every entry a copy meets, of all 2 MiB. */
    private static Mutant copyClearsHuge() {
        return withBlocks(
                "cow-clears-huge",
                parts -> new WritableBlocks(parts) {
                    @Override
                    long prepare(long index, long entry) {
                        boolean copies = !isReady(index) && MappingEntry.hasData(map.lookup(index));
                        long prepared = super.prepare(index, entry);
                        TreeChunk chunk = tree.makeChunk(index);
                        for (int i = 0; copies && i < VolumeLayout.HUGE_BLOCKS; i++) {
                            chunk.takeMask(chunk.firstIndex + i);
                            chunk.clearDirty(chunk.firstIndex + i);
                        }
                        return prepared;
                    }
                },
                "S37b");
    }

    /** Shares blocks that windows may still store to. */
    private static Mutant cloneKeepsMappings() {
        return new Mutant("clone-keeps-pte", "S37", "S39") {
            @Override
            Truncation truncation(FileParts parts, IoPath io, Writeback writeback) {
                return new Truncation(parts, io, writeback) {
                    @Override
                    void settle(long first, long count) {
                        writeback.writeBack(first, first + count);
                    }
                };
            }
        };
    }

    /** Takes what it read for right, wherever the block went meanwhile. */
    private static Mutant readWithoutStamp() {
        return withBlocks(
                "read-no-stamp",
                parts -> new WritableBlocks(parts) {
                    @Override
                    boolean isStill(long before) {
                        return true;
                    }
                },
                "S39");
    }

    private static Mutant withBlocks(String name, Function<FileParts, WritableBlocks> blocks, String... killers) {
        return new Mutant(name, killers) {
            @Override
            WritableBlocks blocks(FileParts parts) {
                return blocks.apply(parts);
            }
        };
    }
}
