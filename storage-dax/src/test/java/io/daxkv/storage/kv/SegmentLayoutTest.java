package io.daxkv.storage.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Segment headers and seals have the bytes the format says. The dumps were computed by another program from the
 * format's description.
 */
class SegmentLayoutTest {
    private static final UUID STORE = new UUID(0x1112131415161718L, 0x0102030405060708L);
    private static final String LINE = "64785347" + "20d1c618" + "0900000000000000" + "0b00000000000000"
            + "e803000000000000" + "03000000" + "00002000" + "0100" + "01" + "0000000000" + "0807060504030201"
            + "0000000000000000";
    private static final SegmentLayout.Header HEADER =
            new SegmentLayout.Header(2097152, 9, 11, 1000, 3, 2097152, SegmentLayout.SURVIVOR);

    private final RecordChecksum checksum = new RecordChecksum(STORE);

    @Test
    void aHeaderHasTheDocumentedBytes() {
        assertEquals(LINE, HexFormat.of().formatHex(SegmentLayout.encode(HEADER, STORE, checksum)));
    }

    @Test
    void aHeaderIsValidOnlyAtItsOffsetAndUnharmed() {
        byte[] line = HexFormat.of().parseHex(LINE);
        assertEquals(HEADER, SegmentLayout.decode(line, 2097152, STORE, checksum));
        assertNull(SegmentLayout.decode(line, 0, STORE, checksum));
        for (int at = 0; at < 56; at++) {
            byte[] broken = line.clone();
            broken[at] ^= 0x10;
            assertNull(SegmentLayout.decode(broken, 2097152, STORE, checksum), "at=" + at);
        }
    }

    @Test
    void aSealNamesTheTailAndChecksItself() {
        long seal = SegmentLayout.seal(2097152, 9, 4096, checksum);
        assertEquals(0x200_d1927f66L, seal);
        assertEquals(4096, SegmentLayout.sealedTail(seal, 2097152, 9, checksum));
        assertEquals(-1, SegmentLayout.sealedTail(seal, 2097152, 8, checksum));
        assertEquals(-1, SegmentLayout.sealedTail(seal + 1, 2097152, 9, checksum));
        assertEquals(0, SegmentLayout.sealedTail(SegmentLayout.seal(0, 9, 0, checksum), 0, 9, checksum));
    }
}
