package io.daxkv.storage.kv;

import java.util.Arrays;
import java.util.UUID;

/**
 * Encodes records and appends them to the log. Small ones are built on the heap, checksummed there and stored through
 * the segment's window in one copy; the value of a large one goes to the file straight from its caller's buffer,
 * without passing through the heap.
 *
 * <p><b>Threads.</b> Belongs to who holds the writer lock.
 */
final class RecordWriter {
    /**
     * Bytes from which a value takes the IO path. A guess to be measured: one page, below which setting up the second
     * path costs more than the copy it saves.
     */
    static final int LARGE_VALUE_SIZE = 4096;

    private static final byte[] ZEROES = new byte[RecordLayout.ALIGNMENT];

    private final RecordLog log;
    private final CommitSequence sequence;
    private final RecordChecksum checksum;
    private byte[] scratch = new byte[8192];

    RecordWriter(RecordLog log, CommitSequence sequence, UUID store) {
        this.log = log;
        this.sequence = sequence;
        checksum = new RecordChecksum(store);
    }

    /** Appends a value and returns its position; room for it was made. */
    long appendValue(ByteSlice key, ByteSlice value, long deadlineMs) {
        int size = (int) RecordLayout.recordSize(key.length(), value.length());
        if (value.length() >= LARGE_VALUE_SIZE) {
            return appendLarge(key, value, deadlineMs, size);
        }
        encodeHead(RecordLayout.VALUE, key, value.length(), size);
        RecordLayout.putExpiresMs(scratch, 0, deadlineMs);
        value.copyTo(scratch, RecordLayout.HEADER_SIZE + key.length());
        return appendWhole(scratch, 0, size);
    }

    /** Appends a tombstone, with the deadline that passed or 0, and returns its position; room for it was made. */
    long appendTombstone(ByteSlice key, long deadlineMs) {
        int size = (int) RecordLayout.recordSize(key.length(), 0);
        encodeHead(RecordLayout.TOMBSTONE, key, 0, size);
        RecordLayout.putExpiresMs(scratch, 0, deadlineMs);
        return appendWhole(scratch, 0, size);
    }

    long appendClear() {
        RecordLayout.putHeader(scratch, 0, RecordLayout.CLEAR, 0, 0);
        return appendWhole(scratch, 0, RecordLayout.HEADER_SIZE);
    }

    /** Appends an open frame whole, giving its records their LSNs, and returns its position; room for it was made. */
    long appendFrame(FrameBuffer frame) {
        byte[] bytes = frame.bytes();
        long position = log.active().tail();
        long generation = log.active().generation();
        long lsn = sequence.appendedLsn();
        for (int i = 0; i < frame.count(); i++) {
            int at = frame.offset(i);
            RecordLayout.putLsn(bytes, at, ++lsn);
            RecordLayout.putCrc(bytes, at, checksum.ofRecord(bytes, at, position + at, generation));
        }
        RecordLayout.putHeader(bytes, 0, RecordLayout.FRAME, 0, frame.size() - RecordLayout.HEADER_SIZE);
        RecordLayout.putLsn(bytes, 0, sequence.appendedLsn() + 1);
        RecordLayout.putCrc(bytes, 0, checksum.ofRecord(bytes, 0, position, generation));
        log.append(bytes, 0, frame.size(), frame.size());
        log.active().noteRecord(sequence.appendedLsn() + 1);
        sequence.append(lsn);
        return position;
    }

    /** Appends an encoded record that lies in {@code bytes}, giving it LSN and checksum. */
    long appendWhole(byte[] bytes, int at, int size) {
        LogSegment segment = log.active();
        long position = segment.tail();
        long lsn = sequence.appendedLsn() + 1;
        RecordLayout.putLsn(bytes, at, lsn);
        RecordLayout.putCrc(bytes, at, checksum.ofRecord(bytes, at, position, segment.generation()));
        log.append(bytes, at, size, size);
        segment.noteRecord(lsn);
        sequence.append(lsn);
        return position;
    }

    private long appendLarge(ByteSlice key, ByteSlice value, long deadlineMs, int size) {
        LogSegment segment = log.active();
        long position = segment.tail();
        long lsn = sequence.appendedLsn() + 1;
        int headSize = RecordLayout.HEADER_SIZE + key.length();
        int padding = size - headSize - value.length();
        encodeHead(RecordLayout.VALUE, key, value.length(), headSize);
        RecordLayout.putExpiresMs(scratch, 0, deadlineMs);
        RecordLayout.putLsn(scratch, 0, lsn);
        int crc = checksum.begin(position, segment.generation())
                .update(scratch, RecordLayout.SIZE_OFFSET, headSize - RecordLayout.SIZE_OFFSET)
                .update(value)
                .update(ZEROES, 0, padding)
                .value();
        RecordLayout.putCrc(scratch, 0, crc);
        log.file().write(position + headSize, value.view());
        if (padding > 0) {
            segment.put(position + headSize + value.length(), ZEROES, 0, padding);
        }
        log.append(scratch, 0, headSize, size);
        segment.noteRecord(lsn);
        sequence.append(lsn);
        return position;
    }

    /** Leaves header and key in the scratch array, which then has room for {@code size} bytes and ends in zeroes. */
    private void encodeHead(int kind, ByteSlice key, int valueSize, int size) {
        if (scratch.length < size) {
            scratch = new byte[2 * size];
        }
        int tail = Math.max(0, size - RecordLayout.ALIGNMENT);
        Arrays.fill(scratch, tail, size, (byte) 0);
        RecordLayout.putHeader(scratch, 0, kind, key.length(), valueSize);
        key.copyTo(scratch, RecordLayout.HEADER_SIZE);
    }
}
