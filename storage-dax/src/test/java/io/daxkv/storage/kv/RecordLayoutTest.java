package io.daxkv.storage.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Records have the bytes the format says. The dumps were computed by another program from the format's description. */
class RecordLayoutTest {
    private static final UUID STORE = new UUID(0x1112131415161718L, 0x0102030405060708L);
    private static final String RECORD = "634b32f1" + "30000000" + "0500000000000000" + "8877665544332211" + "0300"
            + "01" + "00" + "07000000" + "6b6579" + "76616c75653637" + "000000000000";

    @Test
    void aValueRecordHasTheDocumentedBytes() {
        byte[] record = new byte[48];
        RecordLayout.putHeader(record, 0, RecordLayout.VALUE, 3, 7);
        RecordLayout.putLsn(record, 0, 5);
        RecordLayout.putExpiresMs(record, 0, 0x1122334455667788L);
        ByteSlice.of("key").copyTo(record, 32);
        ByteSlice.of("value67").copyTo(record, 35);
        RecordLayout.putCrc(record, 0, new RecordChecksum(STORE).ofRecord(record, 0, 4096, 7));
        assertEquals(RECORD, HexFormat.of().formatHex(record));
    }

    @Test
    void fieldsReadBackFromTheirOffsets() {
        byte[] record = HexFormat.of().parseHex(RECORD);
        assertEquals(0xf1324b63, RecordLayout.crc(record, 0));
        assertEquals(48, RecordLayout.size(record, 0));
        assertEquals(5, RecordLayout.lsn(record, 0));
        assertEquals(0x1122334455667788L, RecordLayout.expiresMs(record, 0));
        assertEquals(3, RecordLayout.keySize(record, 0));
        assertEquals(1, RecordLayout.kind(record, 0));
        assertEquals(7, RecordLayout.valueSize(record, 0));
    }

    @Test
    void theChecksumBelongsToOnePlaceAndOneLife() {
        byte[] record = HexFormat.of().parseHex(RECORD);
        RecordChecksum checksum = new RecordChecksum(STORE);
        int crc = 0xf1324b63;
        assertEquals(crc, checksum.ofRecord(record, 0, 4096, 7));
        assertFalse(crc == checksum.ofRecord(record, 0, 4104, 7));
        assertFalse(crc == checksum.ofRecord(record, 0, 4096, 8));
        assertFalse(crc == new RecordChecksum(new UUID(1, 2)).ofRecord(record, 0, 4096, 7));
    }

    @Test
    void implausibleHeadersAreRefusedBeforeTheirSizesAreUsed() {
        byte[] record = HexFormat.of().parseHex(RECORD);
        assertTrue(RecordLayout.isPlausible(record, 0, 48));
        assertFalse(RecordLayout.isPlausible(record, 0, 47));
        assertFalse(RecordLayout.isPlausible(changed(record, 26, 3), 0, 48));
        assertFalse(RecordLayout.isPlausible(changed(record, 27, 2), 0, 48));
        assertFalse(RecordLayout.isPlausible(changed(record, 31, 0x80), 0, 48));
        assertFalse(RecordLayout.isPlausible(new byte[48], 0, 48));
    }

    private static byte[] changed(byte[] record, int at, int value) {
        byte[] copy = Arrays.copyOf(record, record.length);
        copy[at] = (byte) value;
        return copy;
    }
}
