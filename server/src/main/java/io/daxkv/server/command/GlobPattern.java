package io.daxkv.server.command;

import io.daxkv.storage.kv.ByteSlice;

/**
 * Redis' glob: {@code *}, {@code ?}, {@code [a-z]}, {@code [^a]}, {@code \x}. Matches by going back to the latest star
 * only, which is enough for globs, so the stack stays flat and the time is at most pattern times text; a budget bounds
 * even that.
 */
final class GlobPattern {
    private static final int NO_STAR = -1;

    private final byte[] pattern;
    private final boolean matchesAll;
    private long stepsLeft;
    private int next;

    GlobPattern(ByteSlice pattern, long stepCountMax) {
        this.pattern = pattern.toBytes();
        this.matchesAll = this.pattern.length == 1 && this.pattern[0] == '*';
        this.stepsLeft = stepCountMax;
    }

    /** Returns true if {@code text} matches. The budget is for all calls together. */
    boolean matches(ByteSlice text) {
        if (matchesAll) {
            return true;
        }
        int at = 0;
        int star = NO_STAR;
        int starText = 0;
        next = 0;
        while (at < text.length()) {
            if (--stepsLeft < 0) {
                throw ErrorKind.PATTERN_TOO_COMPLEX.failure();
            }
            if (next < pattern.length && pattern[next] == '*') {
                star = ++next;
                starText = at;
            } else if (next < pattern.length && matchesOne(text.at(at))) {
                at++;
            } else if (star != NO_STAR) {
                next = star;
                at = ++starText;
            } else {
                return false;
            }
        }
        while (next < pattern.length && pattern[next] == '*') {
            next++;
        }
        return next == pattern.length;
    }

    /** Matches one byte against what stands at {@code next}, and moves {@code next} behind it. */
    private boolean matchesOne(byte value) {
        byte wanted = pattern[next];
        if (wanted == '?') {
            next++;
            return true;
        }
        if (wanted == '[') {
            return matchesClass(value);
        }
        if (wanted == '\\' && next + 1 < pattern.length) {
            wanted = pattern[++next];
        }
        next++;
        return wanted == value;
    }

    private boolean matchesClass(byte value) {
        int at = next + 1;
        boolean isNegated = at < pattern.length && pattern[at] == '^';
        if (isNegated) {
            at++;
        }
        boolean isIn = false;
        while (at < pattern.length && pattern[at] != ']') {
            stepsLeft--;
            if (pattern[at] == '\\' && at + 1 < pattern.length) {
                isIn |= pattern[at + 1] == value;
                at += 2;
            } else if (at + 2 < pattern.length && pattern[at + 1] == '-') {
                isIn |= isBetween(value & 0xFF, pattern[at] & 0xFF, pattern[at + 2] & 0xFF);
                at += 3;
            } else {
                isIn |= pattern[at] == value;
                at++;
            }
        }
        next = Math.min(at + 1, pattern.length);
        return isIn != isNegated;
    }

    private static boolean isBetween(int value, int one, int other) {
        return value >= Math.min(one, other) && value <= Math.max(one, other);
    }
}
