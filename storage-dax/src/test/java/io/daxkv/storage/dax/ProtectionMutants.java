package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Faulty ways to give windows permission and to take it away again. */
final class ProtectionMutants {
    private ProtectionMutants() {}

    static List<Mutant> all() {
        return List.of(
                noProtect(),
                firstIndexProtect(),
                pteOnlyProtect(),
                mkwriteUnlocked(),
                noShootdown(),
                noRelookup(),
                syncFaultWithoutEntry(),
                syncFaultNoSync(),
                evenCows());
    }

    /** Before 4.10: a page is marked when it faults, and never write-protected when it is cleaned. */
    private static Mutant noProtect() {
        return new Mutant("no-protect", "S13", "S13.huge/P", "S16", "S16/P") {
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

            @Override
            WindowSet windows(VolumeCore core) {
                return new WindowSet(core) {
                    @Override
                    void protect(long first, long count) {}
                };
            }
        };
    }

    /** Until 2022: protects only the mappings that contain the first index of the entry. */
    private static Mutant firstIndexProtect() {
        return new Mutant("first-index-protect", "S14") {
            @Override
            WindowSet windows(VolumeCore core) {
                return new WindowSet(core) {
                    @Override
                    void protect(long first, long count) {
                        long at = VolumeLayout.offsetOf(first);
                        forEach(window -> {
                            if (window.mode() == WindowMode.PROTECTED
                                    && window.offset() <= at
                                    && at < window.offset() + window.length()) {
                                window.pages.protect(first, count);
                            }
                        });
                        core.quiesce();
                    }
                };
            }
        };
    }

    /** Until 4.12: translations of 2 MiB stay writable. */
    private static Mutant pteOnlyProtect() {
        return new Mutant("pte-only-protect", "S13.huge/P", "S27") {
            @Override
            WindowSet windows(VolumeCore core) {
                return new WindowSet(core) {
                    @Override
                    void protect(long first, long count) {
                        forEach(window -> {
                            if (window.mode() == WindowMode.PROTECTED) {
                                window.pages.protectSmall(first, count);
                            }
                        });
                        core.quiesce();
                    }
                };
            }
        };
    }

    /** Until 4.10: marks under the entry lock, and gives permission after it was let go. */
    private static Mutant mkwriteUnlocked() {
        return new Mutant("mkwrite-unlocked", "S12/P") {
            @Override
            FaultHandler faults(FileParts parts) {
                return new FaultHandler(parts) {
                    @Override
                    void fault(DaxWindow window, long index, boolean write) {
                        if (!write || window.mode() != WindowMode.PROTECTED || !blocks.isReady(index)) {
                            super.fault(window, index, write);
                            return;
                        }
                        TreeChunk chunk = tree.makeChunk(index);
                        tree.install(index, blocks.entryFor(index));
                        markDirty(chunk, index, 1);
                        core.reached(SyncPoint.FAULT_BEFORE_PTE);
                        long block = MappingEntry.blockAt(map.lookup(index), index);
                        window.pages.map(chunk, index, block, true);
                    }
                };
            }
        };
    }

    /** A revoke, and a protect, that do not wait for stores under way. */
    private static Mutant noShootdown() {
        return new Mutant("no-shootdown", "S24/P", "S25", "S62") {
            @Override
            WindowSet windows(VolumeCore core) {
                return new WindowSet(core) {
                    @Override
                    void revoke(long first, long count) {
                        forEach(window -> window.pages.revoke(first, count));
                    }

                    @Override
                    void protect(long first, long count) {
                        forEach(window -> {
                            if (window.mode() == WindowMode.PROTECTED) {
                                window.pages.protect(first, count);
                            }
                        });
                    }
                };
            }
        };
    }

    /** Remembers the entries from before it waited for them, and writes back the blocks they had then. */
    private static Mutant noRelookup() {
        return new Mutant("no-relookup", "S19") {
            @Override
            Writeback writeback(FileParts parts) {
                return new Writeback(parts) {
                    @Override
                    void flushTagged(long first, long end) {
                        TreeChunk chunk = tree.nextDirtyChunk(first);
                        if (chunk == null || !chunk.tag(first, end)) {
                            return;
                        }
                        List<long[]> snapshot = new ArrayList<>();
                        for (long index = chunk.nextToWrite(chunk.firstIndex); index >= 0; ) {
                            snapshot.add(new long[] {index, chunk.entryAt(index)});
                            index = index == chunk.firstIndex + 511 ? -1 : chunk.nextToWrite(index + 1);
                        }
                        core.reached(SyncPoint.SYNC_AFTER_TAG);
                        snapshot.forEach(tagged -> writeBackStale(chunk, tagged[0], tagged[1]));
                    }

                    private void writeBackStale(TreeChunk chunk, long index, long entry) {
                        long now = chunk.lockIfPresent(index);
                        protect(index, 1);
                        chunk.clearToWrite(index);
                        flush(VolumeLayout.offsetOf(MappingEntry.blockAt(entry, index)), chunk.takeMask(index));
                        if (now != MappingEntry.NONE) {
                            chunk.put(index, now);
                        }
                        core.drain();
                        chunk.clearDirty(index);
                    }
                };
            }
        };
    }

    /** Maps after the sync what it had found before it. */
    private static Mutant syncFaultWithoutEntry() {
        return new Mutant("no-relookup, SYNC", "S57") {
            @Override
            FaultHandler faults(FileParts parts) {
                return new FaultHandler(parts) {
                    @Override
                    void fault(DaxWindow window, long index, boolean write) {
                        if (!write || window.mode() != WindowMode.SYNC || !MappingEntry.hasData(map.lookup(index))) {
                            super.fault(window, index, write);
                            return;
                        }
                        long block = MappingEntry.blockAt(map.lookup(index), index);
                        makeDurable();
                        window.pages.map(tree.makeChunk(index), index, block, true);
                    }
                };
            }
        };
    }

    /** A synchronous window that is only called so. */
    private static Mutant syncFaultNoSync() {
        return new Mutant("syncfault-nosync", "S56", "S58") {
            @Override
            FaultHandler faults(FileParts parts) {
                return new FaultHandler(parts) {
                    @Override
                    boolean needsSync(long end) {
                        return false;
                    }
                };
            }
        };
    }

    /** 2018: a layout change drops the copies of private windows too. */
    private static Mutant evenCows() {
        return new Mutant("even-cows", "S36") {
            @Override
            WindowSet windows(VolumeCore core) {
                return new WindowSet(core) {
                    @Override
                    void revoke(long first, long count) {
                        super.revoke(first, count);
                        forEach(window -> window.dropCopies(first, count));
                    }
                };
            }
        };
    }
}
