package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.daxkv.storage.testkit.RecordingPmem;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Freezes the on-media layout of a volume: the numbers here are literals on purpose. */
class VolumeLayoutTest {
    private static final UUID ID = new UUID(0x0123456789ABCDEFL, 0xFEDCBA9876543210L);

    @Test
    void offsetsAreFrozen() {
        assertEquals(4096, VolumeLayout.BLOCK_SIZE);
        assertEquals(2_097_152, VolumeLayout.HUGE_SIZE);
        assertEquals(0, VolumeLayout.SUPERBLOCK_A);
        assertEquals(4096, VolumeLayout.SUPERBLOCK_B);
        assertEquals(8192, VolumeLayout.ROOT_PAGE);
        assertEquals(3, VolumeLayout.ZERO_BLOCK);
        assertEquals(4, VolumeLayout.FIRST_FREE_BLOCK);
        assertEquals(64, VolumeLayout.SB_SIZE);
        assertEquals(0, VolumeLayout.INODE_STATE);
        assertEquals(8, VolumeLayout.INODE_ROOT);
        assertEquals(16, VolumeLayout.INODE_FILE_SIZE);
        assertEquals(24, VolumeLayout.INODE_CRC);
        assertEquals(28, VolumeLayout.INODE_NAME_SIZE);
        assertEquals(32, VolumeLayout.INODE_PENDING_SIZE);
        assertEquals(40, VolumeLayout.INODE_NAME);
        assertEquals(128, VolumeLayout.INODE_SIZE);
        assertEquals(88, VolumeLayout.NAME_SIZE_MAX);
    }

    @Test
    void superblockIsFrozenByteForByte() {
        RecordingPmem pmem = new RecordingPmem(1 << 20);
        new Superblock(ID, 3, 256).write(pmem);

        byte[] bytes = new byte[64];
        pmem.get(4096, bytes, 0, 64);
        assertEquals(
                "4441584b564f4c31" + "0100" + "0000" + "00100000" + "efcdab8967452301" + "1032547698badcfe"
                        + "0300000000000000" + "0001000000000000" + "0100000000000000" + "00000000" + "cdaaa6bf",
                HexFormat.of().formatHex(bytes));
    }

    @Test
    void checkedWordIsFrozen() {
        assertEquals(0, CheckedWord.encode(42, 8192, 0));
        assertEquals(0x0000000000001234L, CheckedWord.encode(42, 8192, 0x1234) & 0xFFFFFFFFFFFFL);
        assertEquals(0x8F90, CheckedWord.encode(42, 8192, 0x1234) >>> 48);
    }

    @Test
    void mapWordsAreFrozen() {
        assertEquals(0x0000_0000_1234L, MapWord.ofBlocks(0x1234, 1, false));
        assertEquals(0x0200_0000_1200L, MapWord.ofBlocks(0x1200, 512, false));
        assertEquals(0x2000_0000_1234L, MapWord.ofBlocks(0x1234, 1, true));
        assertEquals(0x2200_0000_1200L, MapWord.ofBlocks(0x1200, 512, true));
        assertEquals(0x0100_0000_1234L, MapWord.ofTable(0x1234));
        assertEquals(0x0D00_0000_1234L, MapWord.ofRoot(0x1234, 3));
        assertEquals(0x4000_0000_0000L, MapWord.PENDING);
        assertEquals(1, VolumeLayout.FEATURES_KNOWN);
    }

    @Test
    void wordInTheWrongPlaceOrWithAFlippedBitDoesNotVerify() {
        RecordingPmem pmem = new RecordingPmem(1 << 20);
        CheckedWord.store(pmem, 42, 8192, 0x1234);
        assertEquals(0x1234, CheckedWord.load(pmem, 42, 8192));

        long word = pmem.getLong(8192);
        for (int bit = 0; bit < Long.SIZE; bit++) {
            pmem.putLong(8192, word ^ 1L << bit);
            assertThrows(VolumeCorruptException.class, () -> CheckedWord.load(pmem, 42, 8192), "bit " + bit);
        }
        pmem.putLong(8200, word);
        assertThrows(VolumeCorruptException.class, () -> CheckedWord.load(pmem, 42, 8200));
        pmem.putLong(8192, word);
        assertThrows(VolumeCorruptException.class, () -> CheckedWord.load(pmem, 43, 8192));
    }
}
