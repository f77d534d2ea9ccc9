package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.Pmem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The root of a volume, as read from whichever of its two copies is valid and newer (laid out in {@link VolumeLayout}).
 *
 * @param id the volume's UUID, drawn at format time
 * @param sequence rises with each rewrite; its parity says which copy holds it
 * @param blockCount blocks of the volume
 * @param features what the volume may hold beyond format 1.0, as bits
 */
record Superblock(UUID id, long sequence, long blockCount, long features) {
    /** Makes the superblock of a new volume. */
    Superblock(UUID id, long sequence, long blockCount) {
        this(id, sequence, blockCount, VolumeLayout.FEATURES_KNOWN);
    }

    /** Returns the one that follows this one, for a volume of another length. */
    Superblock next(long newBlockCount) {
        return new Superblock(id, sequence + 1, newBlockCount);
    }

    /** Returns true if either copy carries the magic, whether it verifies or not. */
    static boolean isPresent(Pmem pmem) {
        return pmem.size() >= VolumeLayout.SIZE_MIN
                && (pmem.getLong(VolumeLayout.SUPERBLOCK_A) == VolumeLayout.MAGIC
                        || pmem.getLong(VolumeLayout.SUPERBLOCK_B) == VolumeLayout.MAGIC);
    }

    /**
     * Reads the newer valid copy; throws {@link VolumeCorruptException} if there is none or this code cannot read it.
     */
    static Superblock read(Pmem pmem) {
        Superblock a = readCopy(pmem, VolumeLayout.SUPERBLOCK_A);
        Superblock b = readCopy(pmem, VolumeLayout.SUPERBLOCK_B);
        if (a == null && b == null) {
            throw new VolumeCorruptException("no valid superblock: copies=2, size=" + pmem.size());
        }
        Superblock newest = a == null || b != null && b.sequence > a.sequence ? b : a;
        if (newest.blockCount > pmem.size() >>> VolumeLayout.BLOCK_SHIFT) {
            throw new VolumeCorruptException("volume is longer than its file: blockCount=" + newest.blockCount
                    + ", fileBlocks=" + (pmem.size() >>> VolumeLayout.BLOCK_SHIFT));
        }
        return newest;
    }

    /** Writes this superblock over the older copy, durably; the newer one stands until this returns. */
    void write(Pmem pmem) {
        ByteBuffer bytes = ByteBuffer.allocate(VolumeLayout.SB_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(VolumeLayout.SB_MAGIC, VolumeLayout.MAGIC);
        bytes.putShort(VolumeLayout.SB_MAJOR, (short) VolumeLayout.FORMAT_MAJOR);
        bytes.putShort(VolumeLayout.SB_MINOR, (short) VolumeLayout.FORMAT_MINOR);
        bytes.putInt(VolumeLayout.SB_BLOCK_SIZE, VolumeLayout.BLOCK_SIZE);
        bytes.putLong(VolumeLayout.SB_ID_HIGH, id.getMostSignificantBits());
        bytes.putLong(VolumeLayout.SB_ID_LOW, id.getLeastSignificantBits());
        bytes.putLong(VolumeLayout.SB_SEQUENCE, sequence);
        bytes.putLong(VolumeLayout.SB_BLOCK_COUNT, blockCount);
        bytes.putLong(VolumeLayout.SB_FEATURES, features);
        bytes.putInt(VolumeLayout.SB_CRC, crc(bytes));
        long offset = (sequence & 1) == 0 ? VolumeLayout.SUPERBLOCK_A : VolumeLayout.SUPERBLOCK_B;
        pmem.put(offset, bytes, 0, VolumeLayout.SB_SIZE);
        pmem.persist(offset, VolumeLayout.SB_SIZE);
    }

    /** Returns what the checks of this volume's words are salted with. */
    long seed() {
        return id.getMostSignificantBits() ^ Long.rotateLeft(id.getLeastSignificantBits(), 32);
    }

    private static Superblock readCopy(Pmem pmem, long offset) {
        ByteBuffer bytes = ByteBuffer.allocate(VolumeLayout.SB_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        pmem.get(offset, bytes, 0, VolumeLayout.SB_SIZE);
        if (bytes.getLong(VolumeLayout.SB_MAGIC) != VolumeLayout.MAGIC
                || bytes.getInt(VolumeLayout.SB_CRC) != crc(bytes)) {
            return null;
        }
        int major = bytes.getShort(VolumeLayout.SB_MAJOR);
        long features = bytes.getLong(VolumeLayout.SB_FEATURES);
        int blockSize = bytes.getInt(VolumeLayout.SB_BLOCK_SIZE);
        if (major != VolumeLayout.FORMAT_MAJOR
                || (features & ~VolumeLayout.FEATURES_KNOWN) != 0
                || blockSize != VolumeLayout.BLOCK_SIZE) {
            throw new VolumeCorruptException("volume format is not one this version reads: major=" + major
                    + ", features=0x" + Long.toHexString(features) + ", blockSize=" + blockSize);
        }
        return new Superblock(
                new UUID(bytes.getLong(VolumeLayout.SB_ID_HIGH), bytes.getLong(VolumeLayout.SB_ID_LOW)),
                bytes.getLong(VolumeLayout.SB_SEQUENCE),
                bytes.getLong(VolumeLayout.SB_BLOCK_COUNT),
                features);
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, VolumeLayout.SB_CRC);
        return (int) crc.getValue();
    }
}
