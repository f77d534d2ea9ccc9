package io.daxkv.storage.dax;

/**
 * Makes the operations of a file; a test replaces one of them by a faulty one to show that the race catalogue notices.
 */
class FileOperations {
    MappingTree tree() {
        return new MappingTree();
    }

    WindowSet windows(VolumeCore core) {
        return new WindowSet(core);
    }

    BlockMap map(VolumeCore core, Inode inode) {
        return new BlockMap(core, inode.rootOffset(), inode.kind);
    }

    FilePins pins(FileParts parts) {
        return new FilePins(parts);
    }

    FilePoison poison(FileParts parts) {
        return new FilePoison(parts);
    }

    WritableBlocks blocks(FileParts parts) {
        return new WritableBlocks(parts);
    }

    FaultHandler faults(FileParts parts) {
        return new FaultHandler(parts);
    }

    DaxWindow window(FileParts parts, FaultHandler faults, long offset, long length) {
        return new DaxWindow(parts.core, faults, offset, length);
    }

    /** Makes a window of any mode; one that is tracked by {@link #window(FileParts, FaultHandler, long, long)}. */
    DaxWindow window(FileParts parts, FaultHandler faults, long offset, long length, WindowMode mode) {
        return switch (mode) {
            case TRACKED -> window(parts, faults, offset, length);
            case READ_ONLY -> new DaxWindow(faults, offset, length, mode);
            case PROTECTED -> new ProtectedWindow(faults, offset, length);
            case SYNC -> new SyncWindow(faults, offset, length);
            case PRIVATE -> new PrivateWindow(faults, offset, length);
        };
    }

    IoPath io(FileParts parts) {
        return new IoPath(parts);
    }

    WindowTransfer transfer(FileParts parts, IoPath io) {
        return new WindowTransfer(parts, io);
    }

    Writeback writeback(FileParts parts) {
        return new Writeback(parts);
    }

    CleanEntries cleanEntries(FileParts parts) {
        return new CleanEntries(parts);
    }

    Truncation truncation(FileParts parts, IoPath io, Writeback writeback) {
        return new Truncation(parts, io, writeback);
    }

    Preallocation preallocation(FileParts parts, IoPath io, Truncation truncation, Writeback writeback) {
        return new Preallocation(parts, io, truncation, writeback);
    }

    RangeShift rangeShift(FileParts parts, Truncation truncation, Writeback writeback) {
        return new RangeShift(parts, truncation, writeback);
    }

    Reflink reflink(FileParts parts, IoPath io, Truncation truncation, Writeback writeback) {
        return new Reflink(parts, io, truncation, writeback);
    }
}
