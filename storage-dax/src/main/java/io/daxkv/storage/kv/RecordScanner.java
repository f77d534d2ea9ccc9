package io.daxkv.storage.kv;

import io.daxkv.storage.pmem.CacheLine;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Walks the records of one segment in order and verifies each: for recovery, for the cleaner, and for the read-back
 * before an acknowledgement. Hands out the records inside a frame, not the frame.
 *
 * <p>The next record begins right behind the last or, where a commit padded, at the next line. In the hot log its LSN
 * must be the next one, so that nothing but the true continuation is ever taken for it.
 *
 * <p><b>Threads.</b> Confined to one thread.
 */
final class RecordScanner {
    /** Holds any header and key, and is large enough that long values are checksummed at memory speed. */
    private static final int HEAD_SIZE = 128 * 1024;

    private static final int CHUNK_SIZE = 64 * 1024;

    private final byte[] head = new byte[HEAD_SIZE];
    private final ByteBuffer headView = ByteBuffer.wrap(head);
    private final byte[] chunk = new byte[CHUNK_SIZE];
    private final RecordChecksum checksum;
    private LogSegment segment;
    private long next;
    private long limit;
    private long nextLsn;
    private long frameEnd;
    private long position;

    RecordScanner(UUID store) {
        checksum = new RecordChecksum(store);
    }

    /** Starts at {@code from}; stops at {@code to} at the latest; {@code firstLsn} 0 = any order of LSNs. */
    void begin(LogSegment newSegment, long from, long to, long firstLsn) {
        segment = newSegment;
        next = from;
        limit = to;
        nextLsn = firstLsn;
        frameEnd = 0;
    }

    /** Moves to the next record; false at the end, or where nothing valid follows. */
    boolean next() {
        boolean isFound = moveTo(next) || frameEnd == 0 && moveTo(CacheLine.ceil(next));
        if (!isFound) {
            return false;
        }
        if (kind() == RecordLayout.FRAME) {
            if (frameEnd != 0) {
                throw corrupt("frame in a frame");
            }
            frameEnd = position + RecordLayout.HEADER_SIZE + RecordLayout.valueSize(head, 0);
            next = position + RecordLayout.HEADER_SIZE;
            return next();
        }
        next = position + size();
        if (nextLsn != 0) {
            nextLsn = lsn() + 1;
        }
        if (next == frameEnd) {
            frameEnd = 0;
        }
        return true;
    }

    /** Returns the position behind the last record that {@link #next} returned true for. */
    long end() {
        return next;
    }

    long position() {
        return position;
    }

    int kind() {
        return RecordLayout.kind(head, 0);
    }

    int size() {
        return RecordLayout.size(head, 0);
    }

    long lsn() {
        return RecordLayout.lsn(head, 0);
    }

    long expiresMs() {
        return RecordLayout.expiresMs(head, 0);
    }

    int keySize() {
        return RecordLayout.keySize(head, 0);
    }

    /** Returns a view of header and key, the key behind the header; use it with absolute indexes only. */
    ByteBuffer headView() {
        return headView;
    }

    private boolean moveTo(long at) {
        long end = frameEnd != 0 ? frameEnd : limit;
        if (end - at < RecordLayout.HEADER_SIZE || !isValid(at, end)) {
            if (frameEnd != 0) {
                // The frame's own checksum held, so these bytes cannot be torn.
                throw corrupt("broken record in a whole frame");
            }
            return false;
        }
        position = at;
        boolean isPlaced = RecordLayout.isInFrame(head, 0) == (frameEnd != 0);
        return isPlaced && (nextLsn == 0 || RecordLayout.lsn(head, 0) == nextLsn);
    }

    private boolean isValid(long at, long end) {
        int headSize = (int) Math.min(HEAD_SIZE, end - at);
        int first = Math.min(headSize, 512);
        segment.get(at, head, 0, first);
        if (!RecordLayout.isPlausible(head, 0, end - at)) {
            return false;
        }
        int size = RecordLayout.size(head, 0);
        int inHead = Math.min(size, headSize);
        if (inHead > first) {
            segment.get(at + first, head, first, inHead - first);
        }
        checksum.begin(at, segment.generation())
                .update(head, RecordLayout.SIZE_OFFSET, inHead - RecordLayout.SIZE_OFFSET);
        for (int done = inHead; done < size; ) {
            int length = Math.min(size - done, CHUNK_SIZE);
            segment.get(at + done, chunk, 0, length);
            checksum.update(chunk, 0, length);
            done += length;
        }
        return checksum.value() == RecordLayout.crc(head, 0);
    }

    private SegmentCorruptException corrupt(String what) {
        return new SegmentCorruptException(
                what + ": position=" + next + ", segment=" + segment.offset() + ", generation=" + segment.generation());
    }
}
