package io.daxkv.storage.kv;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * What a read found: a verified copy of the value, its deadline, and the LSN a reply that reveals it depends on. Owned
 * and reused by one reader; its array grows to the largest value read and {@link #trim} gives memory back.
 *
 * <p><b>Threads.</b> Confined to one thread.
 */
public final class ValueBuffer {
    private static final int KEPT_SIZE = 64 * 1024;

    private byte[] array = new byte[1024];
    private int offset;
    private int length;
    private long deadlineMs;
    private long lsn;
    private boolean isDue;
    private UUID store;
    private RecordChecksum checksum;
    private final IndexProbe probe = new IndexProbe();
    private final ByteSlice keySlice = new ByteSlice();
    private ByteBuffer arrayView;

    /** Returns the array that holds the value at {@code [offset, offset + length)}. Valid until the next read. */
    public byte[] array() {
        return array;
    }

    public int offset() {
        return offset;
    }

    public int length() {
        return length;
    }

    /** Returns when the key expires, in Unix ms; 0 = never. */
    public long deadlineMs() {
        return deadlineMs;
    }

    /**
     * Returns the LSN that must be durable before anybody may learn of this result: the record's own, or, for an absent
     * key, that of the newest delete, since "it is gone" is a promise as well.
     */
    public long lsn() {
        return lsn;
    }

    /** Returns true if the key is absent only because its deadline has passed: its owner should write the tombstone. */
    public boolean isDue() {
        return isDue;
    }

    /** Gives back the memory of an unusually large value. */
    public void trim() {
        if (array.length > KEPT_SIZE) {
            array = new byte[KEPT_SIZE];
            length = 0;
        }
    }

    /** Makes room for {@code size} bytes, contents lost, and returns the array. */
    byte[] reserve(int size) {
        if (array.length < size) {
            array = new byte[Math.max(size, Math.min(array.length * 2, Integer.MAX_VALUE - 8))];
        }
        return array;
    }

    /** Returns the slots this reader last looked at. */
    IndexProbe probe() {
        return probe;
    }

    /** Returns this reader's checksum for records of {@code ofStore}. */
    RecordChecksum checksum(UUID ofStore) {
        if (store != ofStore) {
            store = ofStore;
            checksum = new RecordChecksum(ofStore);
        }
        return checksum;
    }

    /** Returns the key of the record that lies at the start of the array; valid until the next read. */
    ByteSlice recordKey() {
        if (arrayView == null || arrayView.array() != array) {
            arrayView = ByteBuffer.wrap(array);
        }
        return keySlice.set(arrayView, RecordLayout.HEADER_SIZE, RecordLayout.keySize(array, 0));
    }

    void found(int newOffset, int newLength, long newDeadlineMs, long newLsn) {
        offset = newOffset;
        length = newLength;
        deadlineMs = newDeadlineMs;
        lsn = newLsn;
        isDue = false;
    }

    void absent(long newLsn, boolean due) {
        offset = 0;
        length = 0;
        deadlineMs = 0;
        lsn = newLsn;
        isDue = due;
    }
}
