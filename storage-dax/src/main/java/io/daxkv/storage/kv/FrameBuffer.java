package io.daxkv.storage.kv;

import java.util.Arrays;

/**
 * The records of an open frame, encoded but for LSN and checksum, behind room for the frame's own header. They get both
 * when the frame is appended and its position is known.
 *
 * <p><b>Threads.</b> Belongs to who holds the writer lock.
 */
final class FrameBuffer {
    /** Bytes of a frame: two of the largest values. A frame is gathered on the heap, so it needs a bound. */
    static final int SIZE_MAX = 2 * KvLimits.VALUE_SIZE_MAX + (1 << 20);

    private static final int KEPT_SIZE = 1 << 20;

    private byte[] bytes = new byte[4096];
    private long[] hashes = new long[16];
    private int[] offsets = new int[16];
    private int count;
    private int size;
    private boolean isOpen;
    private boolean hasValues;

    void begin() {
        if (isOpen) {
            throw new IllegalStateException("a frame is open already");
        }
        isOpen = true;
        count = 0;
        size = RecordLayout.HEADER_SIZE;
        hasValues = false;
    }

    void end() {
        isOpen = false;
        if (bytes.length > KEPT_SIZE) {
            bytes = new byte[KEPT_SIZE];
        }
    }

    boolean isOpen() {
        return isOpen;
    }

    /** Returns true if some record of the frame stores a value, so that the frame may not use the last space. */
    boolean hasValues() {
        return hasValues;
    }

    int count() {
        return count;
    }

    /** Returns the bytes of the frame, its header included. */
    int size() {
        return size;
    }

    byte[] bytes() {
        return bytes;
    }

    int offset(int i) {
        return offsets[i];
    }

    long hash(int i) {
        return hashes[i];
    }

    void addValue(ByteSlice key, long hash, ByteSlice value, long deadlineMs) {
        int at = add(RecordLayout.VALUE, key, hash, value.length());
        RecordLayout.putExpiresMs(bytes, at, deadlineMs);
        value.copyTo(bytes, at + RecordLayout.HEADER_SIZE + key.length());
        hasValues = true;
    }

    void addTombstone(ByteSlice key, long hash, long deadlineMs) {
        int at = add(RecordLayout.TOMBSTONE, key, hash, 0);
        RecordLayout.putExpiresMs(bytes, at, deadlineMs);
    }

    void addClear() {
        add(RecordLayout.CLEAR, null, 0, 0);
    }

    /** Returns the offset of the newest record of the frame that decides about {@code key}, -1 if none does. */
    int find(ByteSlice key, long hash) {
        for (int i = count - 1; i >= 0; i--) {
            int at = offsets[i];
            boolean isClear = RecordLayout.kind(bytes, at) == RecordLayout.CLEAR;
            boolean isSame = hashes[i] == hash
                    && key.contentEquals(bytes, at + RecordLayout.HEADER_SIZE, RecordLayout.keySize(bytes, at));
            if (isClear || isSame) {
                return at;
            }
        }
        return -1;
    }

    private int add(int kind, ByteSlice key, long hash, int valueSize) {
        int keySize = key == null ? 0 : key.length();
        long recordSize = RecordLayout.recordSize(keySize, valueSize);
        if (size + recordSize > SIZE_MAX) {
            throw new KvException("frame too large: size=" + (size + recordSize) + ", max=" + SIZE_MAX);
        }
        int at = size;
        int end = at + (int) recordSize;
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, (int) Math.min(2L * bytes.length, SIZE_MAX)));
        }
        Arrays.fill(bytes, Math.max(at, end - RecordLayout.ALIGNMENT), end, (byte) 0);
        RecordLayout.putHeader(bytes, at, kind, keySize, valueSize);
        RecordLayout.putInFrame(bytes, at, true);
        if (key != null) {
            key.copyTo(bytes, at + RecordLayout.HEADER_SIZE);
        }
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * count);
            hashes = Arrays.copyOf(hashes, 2 * count);
        }
        offsets[count] = at;
        hashes[count++] = hash;
        size = end;
        return at;
    }
}
