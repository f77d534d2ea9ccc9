package io.daxkv.storage.kv;

import java.util.Arrays;

/**
 * The slots that may hold a key, as they all were at one instant. Owned and reused by one reader.
 *
 * <p><b>Threads.</b> Confined to one thread.
 */
final class IndexProbe {
    private long[] words = new long[16];
    private int count;
    private BucketSegment segment;
    private long version;

    int count() {
        return count;
    }

    long word(int i) {
        return words[i];
    }

    void begin(BucketSegment newSegment, long newVersion) {
        segment = newSegment;
        version = newVersion;
        count = 0;
    }

    void add(long word) {
        if (count == words.length) {
            words = Arrays.copyOf(words, 2 * count);
        }
        words[count++] = word;
    }

    boolean contains(long word) {
        for (int i = 0; i < count; i++) {
            if (words[i] == word) {
                return true;
            }
        }
        return false;
    }

    /** Returns true if nothing in the probed part of the index has changed since. */
    boolean isCurrent() {
        return segment.isUnchangedSince(version);
    }
}
