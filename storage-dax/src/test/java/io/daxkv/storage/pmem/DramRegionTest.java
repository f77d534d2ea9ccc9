package io.daxkv.storage.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * Off-heap memory starts zeroed, keeps what is stored in it, and catches a bug at its edges while assertions are on.
 */
class DramRegionTest {
    @Test
    void startsZeroed() {
        for (int round = 0; round < 3; round++) {
            try (DramRegion region = DramRegion.allocate(1000)) {
                for (long offset = 0; offset < 1000; offset += Long.BYTES) {
                    assertEquals(0, region.getLong(offset));
                    region.putLong(offset, -1);
                }
            }
        }
    }

    @Test
    void keepsEveryWidthOfValue() {
        try (DramRegion region = DramRegion.allocate(128)) {
            region.putByte(3, (byte) -2);
            region.putInt(4, -3);
            region.putLong(8, Long.MIN_VALUE + 1);
            region.putLongRelease(16, 5);
            region.putLongVolatile(24, 6);
            assertEquals(-2, region.getByte(3));
            assertEquals(-3, region.getInt(4));
            assertEquals(Long.MIN_VALUE + 1, region.getLong(8));
            assertEquals(5, region.getLongAcquire(16));
            assertEquals(6, region.getLongVolatile(24));
        }
    }

    @Test
    void compareAndSetStoresOnlyOverTheExpected() {
        try (DramRegion region = DramRegion.allocate(64)) {
            assertTrue(region.compareAndSetLong(56, 0, 7));
            assertFalse(region.compareAndSetLong(56, 0, 8));
            assertEquals(7, region.getLong(56));
        }
    }

    @Test
    void copyAndZeroTouchExactlyTheirRange() {
        try (DramRegion region = DramRegion.allocate(64);
                DramRegion larger = DramRegion.allocate(128)) {
            for (int i = 0; i < 64; i++) {
                region.putByte(i, (byte) (i + 1));
            }
            region.zero(8, 8);
            region.copy(16, 32, 8);
            region.copyTo(larger, 64);
            assertEquals(8, larger.getByte(7));
            assertEquals(0, larger.getLong(8));
            assertEquals(17, larger.getByte(16));
            assertEquals(larger.getLong(16), larger.getLong(32));
            assertEquals(41, larger.getByte(40));
            assertEquals(0, larger.getByte(64));
        }
    }

    @Test
    void accessOutsideOrMisalignedOrAfterCloseIsCaughtByAssertions() {
        DramRegion region = DramRegion.allocate(64);
        assertThrows(AssertionError.class, () -> region.getLong(57));
        assertThrows(AssertionError.class, () -> region.putByte(-1, (byte) 0));
        assertThrows(AssertionError.class, () -> region.getLongAcquire(4));
        region.close();
        region.close();
        assertThrows(AssertionError.class, () -> region.getByte(0));
    }

    @Test
    void refusesToAllocateNothing() {
        assertThrows(IllegalArgumentException.class, () -> DramRegion.allocate(0));
    }
}
