package io.daxkv.storage.kv;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Checksums of records, segment headers and seals, each bound to the store and to the place the bytes belong to.
 *
 * <p>Computed over heap arrays, or over a caller's buffer, never over mapped memory: a checksum intrinsic that meets a
 * media error there takes the process down.
 *
 * <p><b>Threads.</b> Confined to one thread; every reader and writer owns one.
 */
final class RecordChecksum {
    private static final int SEED_SIZE = 32;

    private final CRC32C crc = new CRC32C();
    private final byte[] seed = new byte[SEED_SIZE];

    RecordChecksum(UUID store) {
        LittleEndian.putLong(seed, 0, store.getLeastSignificantBits());
        LittleEndian.putLong(seed, 8, store.getMostSignificantBits());
    }

    /** Starts the checksum of a record at {@code position}, bytes from the start of the log. */
    RecordChecksum begin(long position, long generation) {
        LittleEndian.putLong(seed, 16, position);
        LittleEndian.putLong(seed, 24, generation);
        crc.reset();
        crc.update(seed, 0, SEED_SIZE);
        return this;
    }

    RecordChecksum update(byte[] bytes, int at, int length) {
        crc.update(bytes, at, length);
        return this;
    }

    /** Adds a caller's bytes; a buffer without an array costs one small view object. */
    RecordChecksum update(ByteSlice slice) {
        ByteBuffer buffer = slice.buffer();
        if (buffer.hasArray()) {
            crc.update(buffer.array(), buffer.arrayOffset() + slice.offset(), slice.length());
        } else {
            crc.update(slice.view());
        }
        return this;
    }

    int value() {
        return (int) crc.getValue();
    }

    /** Returns the checksum of a whole record that lies at index {@code at}. */
    int ofRecord(byte[] bytes, int at, long position, long generation) {
        int size = RecordLayout.size(bytes, at);
        return begin(position, generation)
                .update(bytes, at + RecordLayout.SIZE_OFFSET, size - RecordLayout.SIZE_OFFSET)
                .value();
    }

    int ofSegmentHeader(byte[] line, long offset) {
        int from = SegmentLayout.GENERATION_OFFSET;
        return begin(offset, SegmentLayout.MAGIC)
                .update(line, from, SegmentLayout.SEAL_OFFSET - from)
                .value();
    }

    int ofSeal(long offset, long generation, long tail) {
        begin(offset, generation);
        LittleEndian.putLong(seed, 16, tail);
        crc.update(seed, 16, Long.BYTES);
        return value();
    }
}
