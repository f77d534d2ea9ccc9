package io.daxkv.storage.kv;

import java.util.UUID;

/**
 * Byte layout of the header of a {@link LogSegment}: one cache line at its start, records behind it. Little-endian.
 *
 * <pre>
 *   +0  magic       u32   "dxSG"
 *   +4  crc         u32   CRC32C of segment offset, magic and bytes +8 .. +55
 *   +8  generation  u64   rises with every activation of any segment of the store, never reused
 *  +16  base LSN    u64   hot log: LSN of the first record; survivors: no record here is older
 *  +24  created     u64   Unix ms of the activation, the clock's high-water mark
 *  +32  unit count  u32   units of this segment
 *  +36  unit size   u32   bytes of one unit
 *  +40  version     u16   {@link RecordLayout#FORMAT_VERSION}
 *  +42  stream      u8    0 = hot log, 1 = survivors
 *  +43  reserved    5 x 0
 *  +48  store       u64   low half of the volume's id
 *  +56  seal        u64   the only field that changes: 0 = open, else see below
 * </pre>
 *
 * The seal is {@code tail / 8} in the high half and a checksum of (store, segment offset, generation, tail) in the low
 * half, so that one 8-byte store, which no crash tears, closes the segment for good. Tail 0 means freed: its units are
 * about to become a hole.
 */
final class SegmentLayout {
    static final int MAGIC = 0x47537864;

    static final int MAGIC_OFFSET = 0;
    static final int CRC_OFFSET = MAGIC_OFFSET + Integer.BYTES;
    static final int GENERATION_OFFSET = CRC_OFFSET + Integer.BYTES;
    static final int BASE_LSN_OFFSET = GENERATION_OFFSET + Long.BYTES;
    static final int CREATED_MS_OFFSET = BASE_LSN_OFFSET + Long.BYTES;
    static final int UNIT_COUNT_OFFSET = CREATED_MS_OFFSET + Long.BYTES;
    static final int UNIT_SIZE_OFFSET = UNIT_COUNT_OFFSET + Integer.BYTES;
    static final int VERSION_OFFSET = UNIT_SIZE_OFFSET + Integer.BYTES;
    static final int STREAM_OFFSET = VERSION_OFFSET + Short.BYTES;
    static final int RESERVED_OFFSET = STREAM_OFFSET + Byte.BYTES;
    static final int STORE_OFFSET = 48;
    static final int SEAL_OFFSET = STORE_OFFSET + Long.BYTES;
    static final int HEADER_SIZE = SEAL_OFFSET + Long.BYTES;

    static final int HOT = 0;
    static final int SURVIVOR = 1;

    static final long OPEN = 0;

    private static final int RESERVED_SIZE = STORE_OFFSET - RESERVED_OFFSET;

    private SegmentLayout() {}

    /** What an activation fixes; {@code offset} is the segment's place in the log file. */
    record Header(long offset, long generation, long baseLsn, long createdMs, int unitCount, int unitSize, int stream) {

        long length() {
            return (long) unitCount * unitSize;
        }

        boolean isHot() {
            return stream == HOT;
        }
    }

    /** Returns the line of an open segment. */
    static byte[] encode(Header header, UUID store, RecordChecksum checksum) {
        byte[] line = new byte[HEADER_SIZE];
        LittleEndian.putInt(line, MAGIC_OFFSET, MAGIC);
        LittleEndian.putLong(line, GENERATION_OFFSET, header.generation());
        LittleEndian.putLong(line, BASE_LSN_OFFSET, header.baseLsn());
        LittleEndian.putLong(line, CREATED_MS_OFFSET, header.createdMs());
        LittleEndian.putInt(line, UNIT_COUNT_OFFSET, header.unitCount());
        LittleEndian.putInt(line, UNIT_SIZE_OFFSET, header.unitSize());
        line[VERSION_OFFSET] = RecordLayout.FORMAT_VERSION;
        line[STREAM_OFFSET] = (byte) header.stream();
        LittleEndian.putLong(line, STORE_OFFSET, store.getLeastSignificantBits());
        LittleEndian.putInt(line, CRC_OFFSET, checksum.ofSegmentHeader(line, header.offset()));
        return line;
    }

    /**
     * Returns the header {@code line} holds for a segment at {@code offset}, or null if it holds none of this store.
     */
    static Header decode(byte[] line, long offset, UUID store, RecordChecksum checksum) {
        boolean isValid = LittleEndian.getInt(line, MAGIC_OFFSET) == MAGIC
                && LittleEndian.getInt(line, CRC_OFFSET) == checksum.ofSegmentHeader(line, offset)
                && LittleEndian.getLong(line, STORE_OFFSET) == store.getLeastSignificantBits()
                && isZero(line, RESERVED_OFFSET, RESERVED_SIZE);
        if (!isValid) {
            return null;
        }
        int version = line[VERSION_OFFSET] & 0xFF | (line[VERSION_OFFSET + 1] & 0xFF) << Byte.SIZE;
        if (version != RecordLayout.FORMAT_VERSION) {
            throw new KvException("segment of another format: offset=" + offset + ", version=" + version
                    + ", supported=" + RecordLayout.FORMAT_VERSION);
        }
        return new Header(
                offset,
                LittleEndian.getLong(line, GENERATION_OFFSET),
                LittleEndian.getLong(line, BASE_LSN_OFFSET),
                LittleEndian.getLong(line, CREATED_MS_OFFSET),
                LittleEndian.getInt(line, UNIT_COUNT_OFFSET),
                LittleEndian.getInt(line, UNIT_SIZE_OFFSET),
                line[STREAM_OFFSET]);
    }

    /** Returns the word that closes a segment at {@code tail} bytes, or marks it freed if {@code tail} is 0. */
    static long seal(long offset, long generation, long tail, RecordChecksum checksum) {
        return tail / RecordLayout.ALIGNMENT << Integer.SIZE | checksum.ofSeal(offset, generation, tail) & 0xFFFF_FFFFL;
    }

    /**
     * Returns the tail a non-zero seal word names, in bytes; 0 = freed, -1 = the word is not a seal of this segment.
     */
    static long sealedTail(long seal, long offset, long generation, RecordChecksum checksum) {
        long tail = (seal >>> Integer.SIZE) * RecordLayout.ALIGNMENT;
        return seal(offset, generation, tail, checksum) == seal ? tail : -1;
    }

    private static boolean isZero(byte[] line, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (line[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
