package io.daxkv.storage.dax;

/**
 * What the operations of one file work on.
 *
 * @param core the volume
 * @param inode the file's durable facts
 * @param map index to block, durable
 * @param tree index to entry, marks and lines, in DRAM
 * @param windows who must be told when a block changes
 * @param blocks makes an index ready for stores
 * @param locks the file's locks
 * @param eviction what happens once its name is gone
 * @param poison what to do about bytes that the medium lost
 * @param pins who needs its blocks to stay where they are
 */
final class FileParts {
    final VolumeCore core;
    final Inode inode;
    final BlockMap map;
    final MappingTree tree;
    final WindowSet windows;
    final WritableBlocks blocks;
    final FileLocks locks = new FileLocks();
    final FileEviction eviction = new FileEviction(this);
    final FilePoison poison;
    final FilePins pins;

    /** What makes the file durable; faults and growing writes need it too. Set once, before the others are made. */
    Writeback writeback;

    FileParts(VolumeCore core, Inode inode, FileOperations operations) {
        this.core = core;
        this.inode = inode;
        this.map = operations.map(core, inode);
        this.tree = operations.tree();
        this.windows = operations.windows(core);
        this.poison = operations.poison(this);
        this.pins = operations.pins(this);
        this.blocks = operations.blocks(this);
    }
}
