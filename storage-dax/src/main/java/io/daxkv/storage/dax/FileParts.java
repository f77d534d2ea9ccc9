package io.daxkv.storage.dax;

/**
 * What the operations of one file work on.
 *
 * @param core the volume
 * @param inode the file's durable facts
 * @param map index to block, durable
 * @param tree index to entry, marks and lines, in DRAM
 * @param windows who must be told when a block changes
 * @param locks the file's locks
 */
final class FileParts {
    final VolumeCore core;
    final Inode inode;
    final BlockMap map;
    final MappingTree tree = new MappingTree();
    final WindowSet windows;
    final FileLocks locks = new FileLocks();

    /** What makes the file durable; faults and growing writes need it too. Set once, before the others are made. */
    Writeback writeback;

    FileParts(VolumeCore core, Inode inode, WindowSet windows) {
        this.core = core;
        this.inode = inode;
        this.map = new BlockMap(core, inode.rootOffset(), inode.kind);
        this.windows = windows;
    }
}
