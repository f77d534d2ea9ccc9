package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a crash may leave of one file: for each aligned 8 bytes what the last sync that covered them made durable, and
 * whatever they held since (D5, D11, U6); of the sizes the durable one and any since. A size that survives brings the
 * bytes it promises (D6).
 */
final class CrashOracle {
    private static final int ATOM = 8;

    /**
     * Bytes that changed, at a moment of the file's own clock.
     *
     * @param isTorn stored in pieces of any size, so that a crash may leave a mix even inside 8 aligned bytes
     */
    record Change(int clock, int opNumber, int offset, byte[] bytes, boolean isTorn) {
        boolean covers(int at) {
            return at >= offset && at < offset + bytes.length;
        }

        boolean meets(int from, int to) {
            return from < offset + bytes.length && to > offset;
        }
    }

    private record SizeChange(int clock, int size) {}

    private final byte[] synced;
    private final int[] syncedAt;
    private final List<Change> changes = new ArrayList<>();
    private final List<SizeChange> sizes = new ArrayList<>();
    private int durableSize;

    /** Starts with {@code size} durable bytes, the rest of {@code content} being zero. */
    CrashOracle(byte[] content, int size) {
        synced = content.clone();
        syncedAt = new int[content.length / ATOM + 1];
        durableSize = size;
    }

    private CrashOracle(CrashOracle other) {
        synced = other.synced.clone();
        syncedAt = other.syncedAt.clone();
        changes.addAll(other.changes);
        sizes.addAll(other.sizes);
        durableSize = other.durableSize;
    }

    CrashOracle copy() {
        return new CrashOracle(this);
    }

    int durableSize() {
        return durableSize;
    }

    void changed(Change change) {
        changes.add(change);
    }

    void resized(int clock, int size) {
        sizes.add(new SizeChange(clock, size));
    }

    /** Bytes {@code [from, to)} became durable as they were at {@code clock}: {@code content}, which begins there. */
    void synced(int clock, int from, int to, byte[] content) {
        int first = from + ATOM - 1 & -ATOM;
        for (int at = first; at < to; at += ATOM) {
            // A punch inside an fsync is durable already, and newer.
            if (syncedAt[at / ATOM] <= clock) {
                int end = Math.min(at + ATOM, to);
                syncedAt[at / ATOM] = clock;
                System.arraycopy(content, at - from, synced, at, end - at);
                // What lies behind the end in the last atom is nobody's, and zero when it is somebody's again.
                Arrays.fill(synced, end, Math.min(synced.length, at + ATOM), (byte) 0);
            }
        }
        if (from == 0) {
            changes.removeIf(change -> change.clock <= clock && change.offset + change.bytes.length <= to);
        }
    }

    /** The size became durable as it was at {@code clock}. */
    void sizeSynced(int clock, int size) {
        durableSize = size;
        sizes.removeIf(change -> change.clock <= clock);
    }

    /**
     * Fails unless a crash may have left {@code found}.
     *
     * @param current what the file holds now, with room to spare
     */
    void check(byte[] found, byte[] current, String what) {
        int since = momentOf(found.length, what);
        for (int at = 0; at < found.length; at += ATOM) {
            int to = Math.min(at + ATOM, found.length);
            if (Arrays.equals(found, at, to, current, at, to)) {
                continue;
            }
            int notBefore = at >= durableSize ? since : Integer.MIN_VALUE;
            boolean isSynced = notBefore == Integer.MIN_VALUE && Arrays.equals(found, at, to, synced, at, to);
            if (!isSynced && !isVersion(found, at, to, notBefore)) {
                throw new AssertionError("D5/D6: a crash left what nobody wrote since the last sync: " + what
                        + ", offset=" + at + ", found=" + Arrays.toString(Arrays.copyOfRange(found, at, to))
                        + ", synced=" + Arrays.toString(Arrays.copyOfRange(synced, at, to))
                        + ", now=" + Arrays.toString(Arrays.copyOfRange(current, at, to))
                        + ", durableSize=" + durableSize + ", foundSize=" + found.length
                        + ", since by ops " + writersOf(at, to));
            }
        }
    }

    /** Returns when the file got the size found, which must be durable or later. */
    private int momentOf(int size, String what) {
        if (size == durableSize) {
            return Integer.MIN_VALUE;
        }
        for (SizeChange change : sizes) {
            if (change.size == size) {
                return change.clock;
            }
        }
        throw new AssertionError("D5: a crash left a size the file did not have since the last sync: " + what
                + ", found=" + size + ", durable=" + durableSize + ", since=" + sizes);
    }

    private boolean isVersion(byte[] found, int at, int to, int notBefore) {
        byte[] version = Arrays.copyOfRange(synced, at, to);
        for (Change change : changes) {
            if (change.clock > syncedAt[at / ATOM] && change.meets(at, to)) {
                if (change.clock > notBefore && Arrays.equals(version, 0, to - at, found, at, to)) {
                    return true;
                }
                boolean isMix = change.isTorn;
                for (int i = at; i < to; i++) {
                    byte old = version[i - at];
                    version[i - at] = change.covers(i) ? change.bytes[i - change.offset] : old;
                    isMix &= found[i] == old || found[i] == version[i - at];
                }
                if (isMix) {
                    return true;
                }
            }
        }
        return Arrays.equals(version, 0, to - at, found, at, to);
    }

    private List<Integer> writersOf(int at, int to) {
        return changes.stream()
                .filter(change -> change.clock > syncedAt[at / ATOM] && change.meets(at, to))
                .map(Change::opNumber)
                .toList();
    }
}
