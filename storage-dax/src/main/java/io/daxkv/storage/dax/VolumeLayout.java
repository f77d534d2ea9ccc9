package io.daxkv.storage.dax;

/**
 * Byte layout of a volume. Little-endian; offsets are bytes from the start of the arena unless said otherwise. Space is
 * counted in blocks of 4 KiB.
 *
 * <pre>
 *  block 0   superblock, copy A        block 2   root page
 *  block 1   superblock, copy B        block 3   the shared zero block: what a hole reads as
 *  block 4.. tables of the block maps, inodes and data, in any order
 *
 *  superblock (one line)                     root page
 *   +0  magic        u64  "DAXKVOL1"          +0  inode map root   checked word
 *   +8  major        u16                      +8  reserved, 0
 *  +10  minor        u16
 *  +12  block size   u32  4096               inode (128 bytes, 32 a block)
 *  +16  id           u128 the volume's UUID   +0  state      checked word: kind + 1; 0 = free
 *  +32  sequence     u64  higher copy wins    +8  root       checked word: root of the block map
 *  +40  block count  u64                     +16  size       checked word: bytes of the file
 *  +48  features     u64  unknown: refuse    +24  crc        u32 over inode number, name size, name
 *  +56  reserved     u32  0                  +28  name size  u32 bytes, 1..88
 *  +60  crc          u32  CRC32C of +0..+59  +32  pending    checked word: size to be, if the root says so
 *                                            +40  name       UTF-8, zero padded
 * </pre>
 *
 * Feature 1, REMAP: a map word may be unwritten, a block may stand in several words, a root may say that the size is
 * the pending one. A volume without it is given it at the next opening.
 *
 * <p>A superblock is replaced by writing the other copy with the next sequence, so one valid copy always stands. Every
 * word that changes in place is a {@link CheckedWord}: 8 aligned bytes, failure-atomic, self-verifying. Which blocks
 * are free is not stored: what no block map reaches is free, so a crash can neither leak a block nor give it two
 * owners. Frozen by {@code VolumeLayoutTest}, described in {@code docs/format.md}.
 */
final class VolumeLayout {
    static final int FORMAT_MAJOR = 1;
    static final int FORMAT_MINOR = 0;

    static final int BLOCK_SHIFT = 12;
    static final int BLOCK_SIZE = 1 << BLOCK_SHIFT;
    /** 2 MiB of 4 KiB blocks, so that a huge block can be one x86 huge page. */
    static final int HUGE_BLOCKS = 512;

    static final int HUGE_SHIFT = BLOCK_SHIFT + 9;
    static final long HUGE_SIZE = 1L << HUGE_SHIFT;

    static final long SUPERBLOCK_A = 0;
    static final long SUPERBLOCK_B = BLOCK_SIZE;
    static final long ROOT_PAGE = 2L * BLOCK_SIZE;
    static final long ZERO_BLOCK = 3;
    static final long FIRST_FREE_BLOCK = ZERO_BLOCK + 1;
    /** Smaller than this there is room for little but metadata. */
    static final long SIZE_MIN = 256L * BLOCK_SIZE;

    /** Reads "DAXKVOL1" in a hex dump. */
    static final long MAGIC = 0x314C4F564B584144L;

    static final int SB_MAGIC = 0;
    static final int SB_MAJOR = SB_MAGIC + Long.BYTES;
    static final int SB_MINOR = SB_MAJOR + Short.BYTES;
    static final int SB_BLOCK_SIZE = SB_MINOR + Short.BYTES;
    static final int SB_ID_HIGH = SB_BLOCK_SIZE + Integer.BYTES;
    static final int SB_ID_LOW = SB_ID_HIGH + Long.BYTES;
    static final int SB_SEQUENCE = SB_ID_LOW + Long.BYTES;
    static final int SB_BLOCK_COUNT = SB_SEQUENCE + Long.BYTES;
    static final int SB_FEATURES = SB_BLOCK_COUNT + Long.BYTES;
    static final int SB_RESERVED = SB_FEATURES + Long.BYTES;
    static final int SB_CRC = SB_RESERVED + Integer.BYTES;
    static final int SB_SIZE = SB_CRC + Integer.BYTES;

    static final int INODE_STATE = 0;
    static final int INODE_ROOT = INODE_STATE + Long.BYTES;
    static final int INODE_FILE_SIZE = INODE_ROOT + Long.BYTES;
    static final int INODE_CRC = INODE_FILE_SIZE + Long.BYTES;
    static final int INODE_NAME_SIZE = INODE_CRC + Integer.BYTES;
    static final int INODE_PENDING_SIZE = INODE_NAME_SIZE + Integer.BYTES;
    static final int INODE_NAME = INODE_PENDING_SIZE + Long.BYTES;
    static final int INODE_SIZE = 128;
    static final int INODES_PER_BLOCK = BLOCK_SIZE / INODE_SIZE;
    static final int NAME_SIZE_MAX = INODE_SIZE - INODE_NAME;

    static final long FEATURE_REMAP = 1;
    static final long FEATURES_KNOWN = FEATURE_REMAP;

    private VolumeLayout() {}

    /** Returns the arena offset of a block's first byte. */
    static long offsetOf(long block) {
        return block << BLOCK_SHIFT;
    }

    /** Returns the index (file offset in blocks) that holds a file offset. */
    static long indexOf(long fileOffset) {
        return fileOffset >>> BLOCK_SHIFT;
    }

    /** Returns how far into its block a file offset lies. */
    static int inBlock(long fileOffset) {
        return (int) fileOffset & BLOCK_SIZE - 1;
    }

    /** Returns how many indexes the first {@code size} bytes of a file touch. */
    static long indexCount(long size) {
        return size + BLOCK_SIZE - 1 >>> BLOCK_SHIFT;
    }
}
