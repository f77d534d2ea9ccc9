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
    /** Bytes copied from the segment at a time: a batch of small records at once, any header and key whole. */
    private static final int BUFFER_SIZE = 128 * 1024;

    private static final int CHUNK_SIZE = 64 * 1024;

    private final byte[] buffer = new byte[BUFFER_SIZE];
    private final ByteBuffer bufferView = ByteBuffer.wrap(buffer);
    private final byte[] chunk = new byte[CHUNK_SIZE];
    private final RecordChecksum checksum;
    private LogSegment segment;
    /** The buffer holds what the segment held from {@code bufferStart} to {@code bufferEnd} when it was filled. */
    private long bufferStart;

    private long bufferEnd;
    /** Where in the buffer the record under way begins. */
    private int head;

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
        // What the buffer holds is of another time, if not of another segment.
        bufferStart = 0;
        bufferEnd = 0;
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
            frameEnd = position + RecordLayout.HEADER_SIZE + RecordLayout.valueSize(buffer, head);
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
        return RecordLayout.kind(buffer, head);
    }

    int size() {
        return RecordLayout.size(buffer, head);
    }

    long lsn() {
        return RecordLayout.lsn(buffer, head);
    }

    long expiresMs() {
        return RecordLayout.expiresMs(buffer, head);
    }

    int keySize() {
        return RecordLayout.keySize(buffer, head);
    }

    /** Points {@code key} at the record's key; valid until the scanner moves. */
    void keyTo(ByteSlice key) {
        key.set(bufferView, head + RecordLayout.HEADER_SIZE, keySize());
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
        boolean isPlaced = RecordLayout.isInFrame(buffer, head) == (frameEnd != 0);
        return isPlaced && (nextLsn == 0 || lsn() == nextLsn);
    }

    private boolean isValid(long at, long end) {
        require(at, RecordLayout.HEADER_SIZE);
        if (!RecordLayout.isPlausible(buffer, head, end - at)) {
            return false;
        }
        int size = size();
        require(at, Math.min(size, BUFFER_SIZE));
        int inBuffer = (int) Math.min(size, bufferEnd - at);
        checksum.begin(at, segment.generation())
                .update(buffer, head + RecordLayout.SIZE_OFFSET, inBuffer - RecordLayout.SIZE_OFFSET);
        for (int done = inBuffer; done < size; ) {
            int length = Math.min(size - done, CHUNK_SIZE);
            segment.get(at + done, chunk, 0, length);
            checksum.update(chunk, 0, length);
            done += length;
        }
        return checksum.value() == RecordLayout.crc(buffer, head);
    }

    /**
     * Makes the buffer hold {@code length} bytes from {@code at} on, all before the limit, and points the head there.
     */
    private void require(long at, int length) {
        if (at < bufferStart || at + length > bufferEnd) {
            bufferStart = at;
            bufferEnd = Math.min(at + BUFFER_SIZE, limit);
            segment.get(at, buffer, 0, (int) (bufferEnd - at));
        }
        head = (int) (at - bufferStart);
    }

    private SegmentCorruptException corrupt(String what) {
        return new SegmentCorruptException(
                what + ": position=" + next + ", segment=" + segment.offset() + ", generation=" + segment.generation());
    }
}
