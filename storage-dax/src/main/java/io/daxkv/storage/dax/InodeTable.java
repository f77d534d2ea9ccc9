package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.Pmem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The files of a volume, as inodes of 128 bytes in blocks of their own (laid out in {@link VolumeLayout}), reached by a
 * block map whose root word lies in the root page.
 *
 * <p><b>Durability.</b> Creating and deleting are durable on return. The state word is stored last when a file is made
 * and first when it goes, each in one failure-atomic step, so a crash leaves the file whole or absent.
 *
 * <p><b>Threads.</b> Guarded by the volume's monitor; only the slots of evicted files come back at any time.
 */
final class InodeTable {
    private final VolumeCore core;
    private final BlockMap map;
    private final boolean mayShare;
    private long blockCount;

    /**
     * Opens the table.
     *
     * @param mayShare whether this volume's blocks may have more than one owner
     */
    InodeTable(VolumeCore core, boolean mayShare) {
        this.core = core;
        this.mayShare = mayShare;
        this.map = new BlockMap(core, VolumeLayout.ROOT_PAGE, DaxFileKind.ORDINARY);
    }

    /** Reads every inode, claims the blocks of the table and of each file, and returns the files. */
    List<Inode> load() {
        List<Inode> inodes = new ArrayList<>();
        map.walk(0, BlockMap.INDEX_COUNT, new BlockMap.Visitor() {
            @Override
            public void mapped(long index, long block, int count, long wordOffset) {
                core.allocator.claimExclusive(block, count);
                blockCount = index + count;
                for (int i = 0; i < VolumeLayout.INODES_PER_BLOCK; i++) {
                    loadOne(VolumeLayout.offsetOf(block) + (long) i * VolumeLayout.INODE_SIZE, inodes);
                }
            }

            @Override
            public void table(long block) {
                core.allocator.claimExclusive(block, 1);
            }
        });
        inodes.forEach(this::claimBlocks);
        core.allocator.endClaims();
        return inodes;
    }

    /** Makes an empty file. */
    Inode create(String name, DaxFileKind kind) {
        return create(name, kind, 0, 0);
    }

    /**
     * Makes a file of a block map that is durable and nobody reaches yet.
     *
     * @param root the root word that makes its tables a map
     * @param size bytes
     */
    Inode create(String name, DaxFileKind kind, long root, long size) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > VolumeLayout.NAME_SIZE_MAX) {
            throw new IllegalArgumentException(
                    "file name is too long or empty: bytes=" + bytes.length + ", max=" + VolumeLayout.NAME_SIZE_MAX);
        }
        long offset = takeOffset();
        // 1. Everything but the state, durable: what a crash leaves here is a free inode.
        ByteBuffer inode = ByteBuffer.allocate(VolumeLayout.INODE_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        inode.putInt(VolumeLayout.INODE_NAME_SIZE, bytes.length);
        inode.put(VolumeLayout.INODE_NAME, bytes);
        putWord(inode, offset, VolumeLayout.INODE_ROOT, root);
        putWord(inode, offset, VolumeLayout.INODE_FILE_SIZE, size);
        inode.putInt(VolumeLayout.INODE_CRC, crc(inode, offset));
        core.pmem.put(offset, inode, 0, VolumeLayout.INODE_SIZE);
        core.flushAndDrain(offset, VolumeLayout.INODE_SIZE);
        // 2. The state makes it a file. Stored with the rest, it could survive without the name.
        setState(offset, kind.ordinal() + 1L);
        return new Inode(core, offset, name, kind);
    }

    /** Makes a file absent, durably; its blocks and its slot may be freed afterwards, never before. */
    void delete(Inode inode) {
        setState(inode.offset, 0);
    }

    private void loadOne(long offset, List<Inode> inodes) {
        long state = CheckedWord.load(core.pmem, core.seed, offset + VolumeLayout.INODE_STATE);
        if (state == 0) {
            core.freeInodes.add(offset);
            return;
        }
        ByteBuffer inode = ByteBuffer.allocate(VolumeLayout.INODE_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        Pmem pmem = core.pmem;
        pmem.get(offset, inode, 0, VolumeLayout.INODE_SIZE);
        int nameSize = inode.getInt(VolumeLayout.INODE_NAME_SIZE);
        if (state > DaxFileKind.values().length
                || nameSize <= 0
                || nameSize > VolumeLayout.NAME_SIZE_MAX
                || inode.getInt(VolumeLayout.INODE_CRC) != crc(inode, offset)) {
            throw new VolumeCorruptException("inode does not verify: offset=" + offset + ", state=" + state);
        }
        Inode.finishReplacing(core, offset);
        String name = new String(inode.array(), VolumeLayout.INODE_NAME, nameSize, StandardCharsets.UTF_8);
        inodes.add(new Inode(core, offset, name, DaxFileKind.values()[(int) state - 1]));
    }

    private void claimBlocks(Inode inode) {
        new BlockMap(core, inode.rootOffset(), inode.kind).walk(0, BlockMap.INDEX_COUNT, new BlockMap.Visitor() {
            @Override
            public void mapped(long index, long block, int count, long wordOffset) {
                if (mayShare) {
                    core.allocator.claim(block, count);
                } else {
                    core.allocator.claimExclusive(block, count);
                }
            }

            @Override
            public void table(long block) {
                core.allocator.claimExclusive(block, 1);
            }
        });
    }

    private long takeOffset() {
        if (core.freeInodes.isEmpty()) {
            long index = blockCount;
            map.mapHoles(index, 1);
            blockCount = index + 1;
            long block = MappingEntry.blockAt(map.lookup(index), index);
            for (int i = 0; i < VolumeLayout.INODES_PER_BLOCK; i++) {
                core.freeInodes.add(VolumeLayout.offsetOf(block) + (long) i * VolumeLayout.INODE_SIZE);
            }
        }
        return core.freeInodes.remove();
    }

    private void putWord(ByteBuffer inode, long offset, int field, long payload) {
        inode.putLong(field, CheckedWord.encode(core.seed, offset + field, payload));
    }

    private void setState(long offset, long state) {
        CheckedWord.store(core.pmem, core.seed, offset + VolumeLayout.INODE_STATE, state);
        core.flushAndDrain(offset + VolumeLayout.INODE_STATE, Long.BYTES);
    }

    private static int crc(ByteBuffer inode, long offset) {
        CRC32C crc = new CRC32C();
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            crc.update((int) (offset >>> shift) & 0xFF);
        }
        // The pending size, which changes in place, counts as 0.
        crc.update(inode.array(), VolumeLayout.INODE_NAME_SIZE, Integer.BYTES);
        crc.update(new byte[Long.BYTES]);
        crc.update(inode.array(), VolumeLayout.INODE_NAME, VolumeLayout.NAME_SIZE_MAX);
        return (int) crc.getValue();
    }
}
