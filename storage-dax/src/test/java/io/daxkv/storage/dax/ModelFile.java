package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one file should be: its bytes now, and through its {@link CrashOracle} what a crash may leave of it.
 *
 * <p>An operation tells the model what it did when it returns. A sync is told in two halves, so that what happens
 * between its begin and its end is not taken for durable.
 */
final class ModelFile {
    /** A sync under way: which bytes, what they were when it began, and when that was. */
    record Sync(int clock, int from, byte[] content, int size) {}

    final String name;
    final DaxFile file;
    private final byte[] bytes;
    private final List<CrashOracle.Change> history = new ArrayList<>();
    private CrashOracle oracle;
    /** The oracle as it was before the operation under way, which knows what that changed but not what it synced. */
    private CrashOracle before;

    private int size;
    private int clock;
    private boolean isUnlinked;
    /** The block at the end in which something was stored behind the end, or -1. */
    private int pollutedIndex = -1;

    ModelFile(String name, DaxFile file, byte[] content, int sizeMax) {
        this.name = name;
        this.file = file;
        this.bytes = Arrays.copyOf(content, sizeMax + VolumeLayout.BLOCK_SIZE);
        this.size = content.length;
        this.oracle = new CrashOracle(bytes, size);
    }

    /** Its name is gone: windows of it work on, nothing else does. */
    void unlink() {
        isUnlinked = true;
    }

    boolean isUnlinked() {
        return isUnlinked;
    }

    int size() {
        return size;
    }

    int durableSize() {
        return oracle.durableSize();
    }

    byte[] bytes(int offset, int length) {
        return Arrays.copyOfRange(bytes, offset, offset + length);
    }

    /** Returns where {@code actual} and the bytes from {@code offset} on differ first, or -1. */
    int mismatch(int offset, byte[] actual) {
        return Arrays.mismatch(actual, 0, actual.length, bytes, offset, offset + actual.length);
    }

    int byteAt(int offset) {
        return bytes[offset] & 0xFF;
    }

    void put(int opNumber, int offset, byte[] data) {
        put(opNumber, offset, data, false);
    }

    void put(int opNumber, int offset, byte[] data, boolean isTorn) {
        if (data.length > 0) {
            clock++;
            System.arraycopy(data, 0, bytes, offset, data.length);
            CrashOracle.Change change = new CrashOracle.Change(clock, opNumber, offset, data, isTorn);
            history.add(change);
            oracle.changed(change);
            if (before != null) {
                before.changed(change);
            }
            if (offset + data.length > size) {
                resize(offset + data.length);
            }
        }
    }

    void zero(int opNumber, int offset, int end) {
        int length = Math.min(end, size) - offset;
        if (length > 0) {
            put(opNumber, offset, new byte[length]);
        }
    }

    /** Moves the end; bytes cut off are zero if they ever come back, durably as soon as the size is. */
    void setSize(int opNumber, int newSize) {
        int oldSize = size;
        zero(opNumber, newSize, oldSize);
        clock++;
        if (newSize >>> VolumeLayout.BLOCK_SHIFT != oldSize >>> VolumeLayout.BLOCK_SHIFT || newSize < oldSize) {
            pollutedIndex = -1;
        }
        resize(newSize);
        syncSize();
        if (newSize < oldSize) {
            synced(newSize, oldSize);
        }
    }

    /**
     * Takes note of a size inside an op: a gathering write moves the end once for each buffer, and a crash may keep it.
     */
    void passed(int between) {
        if (between > size) {
            int then = size;
            resize(between);
            size = then;
        }
    }

    private void resize(int newSize) {
        size = newSize;
        oracle.resized(clock, newSize);
        if (before != null) {
            before.resized(clock, newSize);
        }
    }

    // What is durable.

    Sync beginSync(int offset, int end) {
        int from = offset & -VolumeLayout.BLOCK_SIZE;
        int to = (int) Math.min(size, VolumeLayout.offsetOf(VolumeLayout.indexCount(end)));
        return new Sync(clock, from, from < to ? bytes(from, to - from) : new byte[0], size);
    }

    /** What {@code sync} covers is durable, and so is the size, with the bytes it promises. */
    void endSync(Sync sync) {
        oracle.synced(sync.clock, sync.from, sync.from + sync.content.length, sync.content);
        if (sync.clock == clock) {
            syncSize();
        } else {
            oracle.sizeSynced(sync.clock, sync.size);
        }
    }

    /** The size is durable as it is, with the bytes that it makes reachable (D6). */
    void syncSize() {
        synced(Math.min(oracle.durableSize(), size), size);
        oracle.sizeSynced(clock, size);
    }

    /** Bytes {@code [from, to)} are durable as they are. */
    void synced(int from, int to) {
        if (from < to) {
            oracle.synced(clock, from, to, bytes(from, to - from));
        }
    }

    // Crashes.

    /** From here on a crash happens inside one operation. */
    void beginCrash() {
        before = oracle.copy();
    }

    /** Fails unless a crash may have left {@code found}: inside the operation since {@link #beginCrash}, or now. */
    void checkCrash(byte[] found) {
        (before == null ? oracle : before).check(found, bytes, name);
    }

    // The end of the last block.

    void pollute() {
        pollutedIndex = size >>> VolumeLayout.BLOCK_SHIFT;
    }

    /** Returns false if something was stored behind the end of the last block, which windows may see. */
    boolean endsInZeroes() {
        return pollutedIndex != size >>> VolumeLayout.BLOCK_SHIFT;
    }

    /** Names who wrote a byte that should not be there: the last operation that put this value at this offset. */
    String writerOf(int offset, byte value) {
        for (int i = history.size() - 1; i >= 0; i--) {
            CrashOracle.Change change = history.get(i);
            if (change.covers(offset) && change.bytes()[offset - change.offset()] == value) {
                return "op " + change.opNumber();
            }
        }
        return value == 0 ? "nobody (zero)" : "nobody at this offset";
    }
}
