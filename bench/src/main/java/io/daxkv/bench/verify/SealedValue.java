package io.daxkv.bench.verify;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A value that says what it is, so that a torn or misplaced one gives itself away.
 *
 * <pre>
 *   +0  sequence  i64  number of the write, of its client
 *   +8  size      i32  bytes, header included
 *  +12  crc       i32  CRC32C of the key, bytes +0..+11 and the filler
 *  +16  filler         depends on sequence and position
 * </pre>
 */
final class SealedValue {
    /** What {@link #sequence} returns for bytes no client wrote under that key. */
    static final long TORN = -2;

    static final int SIZE_MIN = 16;
    static final int SIZE_MAX = 64 * 1024;

    private static final int SIZE_OFFSET = 8;
    private static final int CRC_OFFSET = 12;

    private SealedValue() {}

    static byte[] seal(String key, long sequence, int size) {
        ByteBuffer value = ByteBuffer.allocate(size);
        value.putLong(sequence).putInt(size).position(SIZE_MIN);
        for (int i = SIZE_MIN; i < size; i++) {
            value.put((byte) (sequence * 31 + i));
        }
        value.putInt(CRC_OFFSET, crc(key, value));
        return value.array();
    }

    /** Returns the sequence number the value was sealed with, or {@link #TORN}. */
    static long sequence(String key, byte[] bytes) {
        if (bytes.length < SIZE_MIN) {
            return TORN;
        }
        ByteBuffer value = ByteBuffer.wrap(bytes);
        boolean isWhole = value.getInt(SIZE_OFFSET) == bytes.length && value.getInt(CRC_OFFSET) == crc(key, value);
        return isWhole ? value.getLong(0) : TORN;
    }

    private static int crc(String key, ByteBuffer value) {
        CRC32C crc = new CRC32C();
        crc.update(key.getBytes(StandardCharsets.UTF_8));
        crc.update(value.array(), 0, CRC_OFFSET);
        crc.update(value.array(), SIZE_MIN, value.capacity() - SIZE_MIN);
        return (int) crc.getValue();
    }
}
