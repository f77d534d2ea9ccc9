package io.daxkv.storage.dax;

/** The right layer, watched: which rows of the operation table its faults and write-backs were. */
class ModelObserver extends FileOperations {
    private final ModelCoverage coverage;

    ModelObserver(ModelCoverage coverage) {
        this.coverage = coverage;
    }

    @Override
    FaultHandler faults(FileParts parts) {
        return new ObservedFaults(parts);
    }

    @Override
    Writeback writeback(FileParts parts) {
        return new Writeback(parts) {
            @Override
            void writeBackOne(TreeChunk chunk, long index) {
                String size = MappingEntry.isHuge(chunk.entryAt(index)) ? " 2M" : " 4K";
                coverage.count("DIRTY -> TOWRITE" + size);
                super.writeBackOne(chunk, index);
                if (!chunk.isToWrite(index)) {
                    coverage.count("TOWRITE -> DIRTY" + size);
                }
            }
        };
    }

    private final class ObservedFaults extends FaultHandler {
        ObservedFaults(FileParts parts) {
            super(parts);
        }

        @Override
        void fault(DaxWindow window, long index, boolean write) {
            long entry = entryAt(tree, index);
            long mapping = map.lookup(index);
            boolean isDirty = tree.chunk(index) != null && tree.chunk(index).isDirty(index);
            boolean isShared =
                    MappingEntry.hasData(mapping) && core.allocator.isShared(MappingEntry.blockAt(mapping, index), 1);
            boolean isMapped = window.loadAddress(index) >= 0;
            boolean wasDurable = !needsSync(index + 1);
            try {
                super.fault(window, index, write);
            } catch (PoisonedException e) {
                coverage.count("F19");
                throw e;
            } catch (VolumeShutDownException e) {
                coverage.count("F21");
                throw e;
            }
            String row = write ? writeRow(mapping, isDirty, isShared) : readRow(entry, mapping);
            coverage.count(row);
            coverage.count(window.mode() != WindowMode.PRIVATE ? row : write ? "F13" : "F12");
            if (write && isMapped) {
                coverage.count("F9");
            }
            if (write && window.mode() == WindowMode.SYNC) {
                coverage.count(wasDurable ? "F11" : "F10");
            }
            sizes(window, index, entry, mapping, write);
        }

        private String readRow(long entry, long mapping) {
            if (!MappingEntry.hasData(mapping)) {
                return MappingEntry.isHole(entry) ? "F2" : "F1";
            }
            return MappingEntry.isHole(entry) ? "F4" : "F3";
        }

        private String writeRow(long mapping, boolean isDirty, boolean isShared) {
            if (mapping == MappingEntry.NONE) {
                return "F5";
            } else if (MappingEntry.isUnwritten(mapping)) {
                return "F8";
            } else if (isShared) {
                return "F20";
            }
            return isDirty ? "F7" : "F6";
        }

        private void sizes(DaxWindow window, long index, long before, long mapping, boolean write) {
            long after = entryAt(tree, index);
            if (MappingEntry.isHuge(after)) {
                coverage.count(window.pages.coversHuge(index) ? "F14" : "F16");
            } else if (MappingEntry.isHuge(before)) {
                coverage.count("F17");
            } else if (window.pages.coversHuge(index) && MappingEntry.isHuge(mapping) && write) {
                coverage.count("F15");
            }
        }

        @Override
        void install(DaxWindow window, TreeChunk chunk, long index, long block, int how) {
            if (MappingEntry.isEmpty(chunk.entryAt(index))) {
                String size = (how & HUGE) != 0 ? " 2M" : " 4K";
                coverage.count("none -> EMPTY" + size);
                coverage.count((block == VolumeLayout.ZERO_BLOCK ? "EMPTY -> ZERO" : "EMPTY -> BLOCK") + size);
            }
            super.install(window, chunk, index, block, how);
        }
    }

    private static long entryAt(MappingTree tree, long index) {
        TreeChunk chunk = tree.chunk(index);
        return chunk == null ? MappingEntry.NONE : chunk.entryAt(index);
    }
}
