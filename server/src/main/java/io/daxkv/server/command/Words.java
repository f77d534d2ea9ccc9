package io.daxkv.server.command;

import io.daxkv.storage.kv.ByteSlice;

/** Compares words of the protocol without regard to ASCII case, and without making strings. */
final class Words {
    private Words() {}

    static byte lower(byte value) {
        return value >= 'A' && value <= 'Z' ? (byte) (value | 0x20) : value;
    }

    /** Returns true if {@code slice} is {@code word}, which is in lower case. */
    static boolean equal(ByteSlice slice, byte[] word) {
        if (slice.length() != word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (lower(slice.at(i)) != word[i]) {
                return false;
            }
        }
        return true;
    }

    /** Returns true if {@code slice} is {@code word}, which is ASCII and in lower case. */
    static boolean equal(ByteSlice slice, String word) {
        if (slice.length() != word.length()) {
            return false;
        }
        for (int i = 0; i < slice.length(); i++) {
            if (lower(slice.at(i)) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
