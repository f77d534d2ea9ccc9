package io.daxkv.storage.dax;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Faulty strategies, each something a real DAX layer did once (or would do, were a line of ours to move), with the
 * scenarios that must catch it. Switched on in tests only, by replacing one operation of a file.
 */
enum Mutant {
    /** ext4 in 2016: invalidate the written range again after the copy, dirty or not. */
    EXT4_2016(EnumSet.of(Scenario.S01, Scenario.S04)) {
        @Override
        IoPath io(FileParts parts) {
            return new IoPath(parts) {
                @Override
                void copy(long offset, ByteBuffer source, int count) {
                    super.copy(offset, source, count);
                    tree.destroy(VolumeLayout.indexOf(offset), 1);
                    // As then, the copy itself bypassed the cache: these lines are safe, the store's are not.
                    tree.install(VolumeLayout.indexOf(offset), map.lookup(VolumeLayout.indexOf(offset)));
                    tree.mark(offset, count);
                }
            };
        }
    },
    /**
     * xfs in 2016: forget every entry of the file before the block is looked up, flush nothing, revoke nothing after.
     */
    XFS_2016(EnumSet.of(Scenario.S02, Scenario.S02_ALIASES, Scenario.S03, Scenario.S04)) {
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
    },
    /** Its first repair: only the written range, but still before the allocation. */
    RANGE_2016(EnumSet.of(Scenario.S02, Scenario.S02_ALIASES)) {
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
    },
    /** An invalidate that removes dirty entries too. */
    INVAL_ANY(EnumSet.of(Scenario.S01_EARLY, Scenario.S04)) {
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
    },
    /** Linux to this day: the IO path sets no mark. With an ordinary, cached copy nothing is left to fsync. */
    IO_UNTRACKED(EnumSet.of(Scenario.S21)) {
        @Override
        IoPath io(FileParts parts) {
            return new IoPath(parts) {
                @Override
                void copyPiece(long offset, ByteBuffer source, int piece) {
                    long index = VolumeLayout.indexOf(offset);
                    long block = MappingEntry.blockAt(map.lookup(index), index);
                    core.pmem.put(
                            VolumeLayout.offsetOf(block) + (offset & VolumeLayout.BLOCK_SIZE - 1),
                            source,
                            source.position(),
                            piece);
                    source.position(source.position() + piece);
                }
            };
        }
    },
    /** Marks before the copy instead of after it. */
    IO_MARK_BEFORE(EnumSet.of(Scenario.S22)) {
        @Override
        IoPath io(FileParts parts) {
            return new IoPath(parts) {
                @Override
                void copyPiece(long offset, ByteBuffer source, int piece) {
                    long index = VolumeLayout.indexOf(offset);
                    tree.install(index, map.lookup(index));
                    tree.mark(offset, piece);
                    core.reached(SyncPoint.IO_AFTER_COPY);
                    long block = MappingEntry.blockAt(map.lookup(index), index);
                    core.pmem.put(
                            VolumeLayout.offsetOf(block) + (offset & VolumeLayout.BLOCK_SIZE - 1),
                            source,
                            source.position(),
                            piece);
                    source.position(source.position() + piece);
                }
            };
        }
    },
    /** Marks after a copy that went well, not after one that failed. */
    IO_MARK_ON_SUCCESS(EnumSet.of(Scenario.S23)) {
        @Override
        IoPath io(FileParts parts) {
            return new IoPath(parts) {
                @Override
                void copyPiece(long offset, ByteBuffer source, int piece) {
                    long index = VolumeLayout.indexOf(offset);
                    tree.install(index, map.lookup(index));
                    long block = MappingEntry.blockAt(map.lookup(index), index);
                    core.pmem.put(
                            VolumeLayout.offsetOf(block) + (offset & VolumeLayout.BLOCK_SIZE - 1),
                            source,
                            source.position(),
                            piece);
                    tree.mark(offset, piece);
                    source.position(source.position() + piece);
                }
            };
        }
    },
    /** Linux 4.10: the fault asks where the block is, then locks the entry. */
    MAP_THEN_LOCK(EnumSet.of(Scenario.S05)) {
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
    },
    /** Marks before the store: our form of a permission granted outside the entry lock (4.10). */
    STORE_MARK_BEFORE(EnumSet.of(Scenario.S12, Scenario.S24)) {
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
    },
    /** Before 4.10: a page is marked when it faults, and never write-protected when it is cleaned. */
    NO_PROTECT(EnumSet.of(Scenario.S13, Scenario.S16)) {
        @Override
        DaxWindow window(FileParts parts, FaultHandler faults, long offset, long length) {
            return new DaxWindow(parts.core, faults, offset, length) {
                private final BitSet faulted = new BitSet();

                @Override
                void mark(long at, int count) {
                    int page = (int) (at >>> VolumeLayout.BLOCK_SHIFT);
                    if (!faulted.get(page)) {
                        faulted.set(page);
                        super.mark(at, count);
                    }
                }
            };
        }
    },
    /** Every fsync on its own: the second does not wait for the first one's drain. */
    CLEAN_BEFORE_DRAIN(EnumSet.of(Scenario.S15)) {
        @Override
        Writeback writeback(FileParts parts) {
            return new Writeback(parts) {
                @Override
                void fsync(long first, long end) {
                    new Writeback(parts, new ReentrantLock()).writeBack(first, end);
                }
            };
        }
    },
    /** Skips the drain when nothing is dirty. */
    NO_FENCE(EnumSet.of(Scenario.S20)) {
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
    },
    /** Forgets to flush the lines it took. */
    NO_FLUSH(EnumSet.of(Scenario.S01, Scenario.S13, Scenario.S21)) {
        @Override
        Writeback writeback(FileParts parts) {
            return new Writeback(parts) {
                @Override
                void flush(long blockOffset, long lines) {}
            };
        }
    },
    /** A revoke that does not wait for stores under way. */
    NO_SHOOTDOWN(EnumSet.of(Scenario.S25)) {
        @Override
        WindowSet windows(VolumeCore core) {
            return new WindowSet(core) {
                @Override
                void revoke(long first, long count) {
                    forEach(window -> window.pages.revoke(first, count));
                }
            };
        }
    };

    private final Set<Scenario> killers;

    Mutant(Set<Scenario> killers) {
        this.killers = killers;
    }

    /** Returns the scenarios that must catch this mutant. */
    Set<Scenario> killers() {
        return killers;
    }

    FileOperations operations() {
        Mutant mutant = this;
        return new FileOperations() {
            @Override
            WindowSet windows(VolumeCore core) {
                return mutant.windows(core);
            }

            @Override
            FaultHandler faults(FileParts parts) {
                return mutant.faults(parts);
            }

            @Override
            DaxWindow window(FileParts parts, FaultHandler faults, long offset, long length) {
                return mutant.window(parts, faults, offset, length);
            }

            @Override
            IoPath io(FileParts parts) {
                return mutant.io(parts);
            }

            @Override
            Writeback writeback(FileParts parts) {
                return mutant.writeback(parts);
            }
        };
    }

    private static final FileOperations RIGHT = new FileOperations();

    WindowSet windows(VolumeCore core) {
        return RIGHT.windows(core);
    }

    FaultHandler faults(FileParts parts) {
        return RIGHT.faults(parts);
    }

    DaxWindow window(FileParts parts, FaultHandler faults, long offset, long length) {
        return RIGHT.window(parts, faults, offset, length);
    }

    IoPath io(FileParts parts) {
        return RIGHT.io(parts);
    }

    Writeback writeback(FileParts parts) {
        return RIGHT.writeback(parts);
    }
}
