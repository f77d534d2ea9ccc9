package io.daxkv.storage.kv;

import io.daxkv.storage.dax.WindowClosedException;
import java.util.UUID;

/**
 * Copies records out of the log and verifies the copy: what a caller gets was checked where nobody can change it any
 * more. Never computes on mapped bytes.
 *
 * <p><b>Threads.</b> Safe for use by many threads, each with a {@link ValueBuffer} of its own.
 */
final class RecordReader {
    /** What stood at a position. */
    enum Outcome {
        /** A verified record of the key. */
        MATCH,
        /** A verified record of another key. */
        OTHER_KEY,
        /** Nothing that verifies: the record moved away meanwhile, or it decayed. */
        INVALID
    }

    /** Bytes of the first copy: most records whole, and still only a few lines. */
    private static final int FIRST_SIZE = 256;

    private final SegmentTable segments;
    private final UUID store;

    RecordReader(SegmentTable segments, UUID store) {
        this.segments = segments;
        this.store = store;
    }

    /** Copies the record at {@code position} to the start of the buffer's array and compares its key; null = any. */
    Outcome read(long position, ByteSlice key, ValueBuffer target) {
        LogSegment segment = segments.at(position);
        if (segment == null) {
            return Outcome.INVALID;
        }
        try {
            int size = copyHead(segment, position, FIRST_SIZE, target);
            if (size == 0 || size > FIRST_SIZE && !copyRest(segment, position, size, target)) {
                return Outcome.INVALID;
            }
        } catch (WindowClosedException e) {
            return Outcome.INVALID;
        }
        byte[] record = target.array();
        int crc = target.checksum(store).ofRecord(record, 0, position, segment.generation());
        if (crc != RecordLayout.crc(record, 0)) {
            return Outcome.INVALID;
        }
        return compareKey(record, key);
    }

    /**
     * As {@link #read}, but copies and compares header and key only, unverified: for callers who hold the writer lock,
     * and for sizes and deadlines of large values.
     */
    Outcome readHead(long position, ByteSlice key, ValueBuffer target) {
        LogSegment segment = segments.at(position);
        if (segment == null) {
            return Outcome.INVALID;
        }
        try {
            int wanted = RecordLayout.HEADER_SIZE + key.length();
            int size = copyHead(segment, position, wanted, target);
            return size == 0 ? Outcome.INVALID : compareKey(target.array(), key);
        } catch (WindowClosedException e) {
            return Outcome.INVALID;
        }
    }

    /** Copies header and whole key of the record at {@code position}, unverified; false if there is none. */
    boolean readKey(long position, ValueBuffer target) {
        LogSegment segment = segments.at(position);
        if (segment == null) {
            return false;
        }
        try {
            int size = copyHead(segment, position, FIRST_SIZE, target);
            int wanted = size == 0 ? 0 : RecordLayout.HEADER_SIZE + RecordLayout.keySize(target.array(), 0);
            if (wanted > FIRST_SIZE) {
                copyHead(segment, position, wanted, target);
            }
            return size != 0;
        } catch (WindowClosedException e) {
            return false;
        }
    }

    private static int copyHead(LogSegment segment, long position, int wanted, ValueBuffer target) {
        long room = segment.end() - position;
        int length = (int) Math.min(wanted, room);
        byte[] array = target.reserve(wanted);
        if (length < RecordLayout.HEADER_SIZE) {
            return 0;
        }
        segment.get(position, array, 0, length);
        return RecordLayout.isPlausible(array, 0, room) ? RecordLayout.size(array, 0) : 0;
    }

    private static boolean copyRest(LogSegment segment, long position, int size, ValueBuffer target) {
        byte[] array = target.reserve(size);
        segment.get(position, array, 0, size);
        // The header was read twice; only the second reading is trusted from here on.
        return RecordLayout.isPlausible(array, 0, size) && RecordLayout.size(array, 0) == size;
    }

    private static Outcome compareKey(byte[] record, ByteSlice key) {
        boolean isSame =
                key == null || key.contentEquals(record, RecordLayout.HEADER_SIZE, RecordLayout.keySize(record, 0));
        return isSame ? Outcome.MATCH : Outcome.OTHER_KEY;
    }
}
