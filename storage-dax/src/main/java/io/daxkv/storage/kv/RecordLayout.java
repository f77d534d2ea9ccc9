package io.daxkv.storage.kv;

/**
 * Byte layout of one record in a {@link LogSegment}. Little-endian; offsets are relative to the record and every record
 * starts on an 8-byte boundary.
 *
 * <pre>
 *   +0  crc        u32   CRC32C of store id, position, generation and bytes +4 .. end
 *   +4  size       u32   bytes of this record, padding included
 *   +8  lsn        u64   place in the store's total order, from 1; of a frame, that of its first inner record
 *  +16  expires    u64   deadline, ms since the Unix epoch; 0 = never
 *  +24  key size   u16   bytes, 0..65535; 0 for a frame or clear
 *  +26  kind       u8    1 = value, 2 = tombstone, 5 = frame, 6 = clear; 3 and 4 are reserved
 *  +27  flags      u8    bit 0: inside a frame, and nothing without it; the rest 0
 *  +28  value size u32   bytes; of a frame, those of its inner records
 *  +32  key, then value, then zeroes to the next 8-byte boundary
 * </pre>
 *
 * Nothing commits a record but its own checksum: one flush pass and one drain make a whole batch durable. Position and
 * generation are part of the checksum, so bytes left over in a reused segment never validate. The value of a frame is
 * whole records, each with its own checksum and LSN.
 */
final class RecordLayout {
    /** Version of this layout and of {@link SegmentLayout}, stored in the segment header. */
    static final int FORMAT_VERSION = 1;

    static final int CRC_OFFSET = 0;
    static final int SIZE_OFFSET = CRC_OFFSET + Integer.BYTES;
    static final int LSN_OFFSET = SIZE_OFFSET + Integer.BYTES;
    static final int EXPIRES_MS_OFFSET = LSN_OFFSET + Long.BYTES;
    static final int KEY_SIZE_OFFSET = EXPIRES_MS_OFFSET + Long.BYTES;
    static final int KIND_OFFSET = KEY_SIZE_OFFSET + Short.BYTES;
    static final int FLAGS_OFFSET = KIND_OFFSET + Byte.BYTES;
    static final int VALUE_SIZE_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    static final int HEADER_SIZE = VALUE_SIZE_OFFSET + Integer.BYTES;

    static final int ALIGNMENT = Long.BYTES;

    static final int VALUE = 1;
    static final int TOMBSTONE = 2;
    static final int FRAME = 5;
    static final int CLEAR = 6;

    private static final byte IN_FRAME = 1;

    private RecordLayout() {}

    /** Returns the bytes a record occupies, padding included. */
    static long recordSize(int keySize, long valueSize) {
        return HEADER_SIZE + keySize + valueSize + ALIGNMENT - 1 & -ALIGNMENT;
    }

    /** Stores the header but for its checksum at index {@code at}; {@code size} and {@code valueSize} fit an int. */
    static void putHeader(byte[] target, int at, int kind, int keySize, int valueSize) {
        LittleEndian.putInt(target, at + CRC_OFFSET, 0);
        LittleEndian.putInt(target, at + SIZE_OFFSET, (int) recordSize(keySize, valueSize));
        LittleEndian.putLong(target, at + LSN_OFFSET, 0L);
        LittleEndian.putLong(target, at + EXPIRES_MS_OFFSET, 0L);
        LittleEndian.putShort(target, at + KEY_SIZE_OFFSET, keySize);
        target[at + KIND_OFFSET] = (byte) kind;
        target[at + FLAGS_OFFSET] = 0;
        LittleEndian.putInt(target, at + VALUE_SIZE_OFFSET, valueSize);
    }

    /**
     * Says whether the record is part of a frame. Without that, the first record of a torn frame could pass for the
     * next of the log, where a padded tail would lie just there.
     */
    static void putInFrame(byte[] target, int at, boolean isInFrame) {
        target[at + FLAGS_OFFSET] = isInFrame ? IN_FRAME : 0;
    }

    static boolean isInFrame(byte[] source, int at) {
        return source[at + FLAGS_OFFSET] == IN_FRAME;
    }

    static void putCrc(byte[] target, int at, int crc) {
        LittleEndian.putInt(target, at + CRC_OFFSET, crc);
    }

    static void putLsn(byte[] target, int at, long lsn) {
        LittleEndian.putLong(target, at + LSN_OFFSET, lsn);
    }

    static void putExpiresMs(byte[] target, int at, long expiresMs) {
        LittleEndian.putLong(target, at + EXPIRES_MS_OFFSET, expiresMs);
    }

    static int crc(byte[] source, int at) {
        return LittleEndian.getInt(source, at + CRC_OFFSET);
    }

    static int size(byte[] source, int at) {
        return LittleEndian.getInt(source, at + SIZE_OFFSET);
    }

    static long lsn(byte[] source, int at) {
        return LittleEndian.getLong(source, at + LSN_OFFSET);
    }

    static long expiresMs(byte[] source, int at) {
        return LittleEndian.getLong(source, at + EXPIRES_MS_OFFSET);
    }

    static int keySize(byte[] source, int at) {
        return LittleEndian.getShort(source, at + KEY_SIZE_OFFSET);
    }

    static int kind(byte[] source, int at) {
        return source[at + KIND_OFFSET];
    }

    static int valueSize(byte[] source, int at) {
        return LittleEndian.getInt(source, at + VALUE_SIZE_OFFSET);
    }

    /**
     * Returns true if the header at {@code at} could be that of a record in {@code room} bytes: sizes agree, reserved
     * bits are 0. Cheap, and so done before any of its sizes is trusted.
     */
    static boolean isPlausible(byte[] source, int at, long room) {
        long size = size(source, at) & 0xFFFF_FFFFL;
        int kind = kind(source, at);
        boolean isKnown = kind == VALUE || kind == TOMBSTONE || kind == FRAME || kind == CLEAR;
        return isKnown
                && (source[at + FLAGS_OFFSET] & ~IN_FRAME) == 0
                && size <= room
                && valueSize(source, at) >= 0
                && size == recordSize(keySize(source, at), valueSize(source, at));
    }
}
