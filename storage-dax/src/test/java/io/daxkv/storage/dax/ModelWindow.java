package io.daxkv.storage.dax;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** A window that lives across operations, and what its loads should show. */
final class ModelWindow {
    final ModelFile file;
    final DaxWindow window;
    final int offset;
    final int length;
    final WindowMode mode;
    private final Map<Integer, byte[]> copies = new HashMap<>();
    private boolean isRestricted;

    ModelWindow(ModelFile file, int offset, int length, WindowMode mode) {
        this.file = file;
        this.offset = offset;
        this.length = length;
        this.mode = mode;
        this.window = file.file.window(offset, length, mode);
        this.isRestricted = mode == WindowMode.READ_ONLY;
    }

    /** Returns the same window of a file that was opened again. */
    ModelWindow reopen(ModelFile sameFile) {
        return new ModelWindow(sameFile, offset, length, mode);
    }

    /** Returns true if a store through this window changes the file. */
    boolean storesToFile() {
        return !isRestricted && mode.storesToFile();
    }

    boolean permitsStores() {
        return !isRestricted;
    }

    void restrict() {
        window.restrict();
        isRestricted = true;
    }

    /** Puts bytes where only this window sees them: into copies of its pages, made at the first store to each. */
    void putPrivately(int at, byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            int index = at + i >>> VolumeLayout.BLOCK_SHIFT;
            byte[] page = copies.computeIfAbsent(
                    index, key -> file.bytes(key << VolumeLayout.BLOCK_SHIFT, VolumeLayout.BLOCK_SIZE));
            page[at + i & VolumeLayout.BLOCK_SIZE - 1] = bytes[i];
        }
    }

    /** Forgets copies of the pages {@code [first, end)}. */
    void dropCopies(int first, int end) {
        copies.keySet().removeIf(index -> index >= first && index < end);
    }

    boolean hasCopy(int index) {
        return copies.containsKey(index);
    }

    int end() {
        return offset + length;
    }

    /** Returns the bytes that loads of {@code count} bytes at file offset {@code at} should give. */
    byte[] expected(int at, int count) {
        byte[] expected = file.bytes(at, count);
        copies.forEach((index, page) -> {
            int first = index << VolumeLayout.BLOCK_SHIFT;
            int from = Math.max(at, first);
            int to = Math.min(at + count, first + VolumeLayout.BLOCK_SIZE);
            if (from < to) {
                System.arraycopy(page, from - first, expected, from - at, to - from);
            }
        });
        return expected;
    }

    /** Loads with the widest access that fits, or as {@code variant} says. */
    byte[] load(int at, int count, int variant) {
        long position = at - offset;
        ByteBuffer target = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        switch ((variant & 3) == 3 ? 0 : count) {
            case Byte.BYTES -> target.put(0, window.getByte(position));
            case Integer.BYTES -> target.putInt(0, window.getInt(position));
            case Short.BYTES -> target.putShort(0, window.getShort(position));
            case Long.BYTES -> target.putLong(0, window.getLong(position));
            default -> {
                if ((variant & 4) == 0) {
                    window.get(position, target.array(), 0, count);
                } else if ((variant & 32) == 0) {
                    window.bytesStore().read(position, target.array(), 0, count);
                } else {
                    window.get(position, target, 0, count);
                }
            }
        }
        return target.array();
    }

    /** Sets 4 or 8 aligned bytes if they are {@code expected}; returns whether they were. */
    boolean compareAndSet(int at, byte[] expected, byte[] bytes) {
        ByteBuffer old = ByteBuffer.wrap(expected).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer value = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return bytes.length == Integer.BYTES
                ? window.compareAndSetInt(at - offset, old.getInt(0), value.getInt(0))
                : window.compareAndSetLong(at - offset, old.getLong(0), value.getLong(0));
    }

    /** Stores with the widest access that fits, or as {@code variant} says. */
    void store(int at, byte[] bytes, int variant) {
        long position = at - offset;
        ByteBuffer source = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        switch ((variant & 3) == 3 ? 0 : bytes.length) {
            case Byte.BYTES -> window.putByte(position, bytes[0]);
            case Short.BYTES -> window.putShort(position, source.getShort(0));
            case Integer.BYTES -> window.putInt(position, source.getInt(0));
            case Long.BYTES -> {
                if ((at & 7) == 0 && (variant & 8) != 0) {
                    window.putLongRelease(position, source.getLong(0));
                } else {
                    window.putLong(position, source.getLong(0));
                }
            }
            default -> {
                if ((variant & 4) == 0) {
                    window.put(position, bytes, 0, bytes.length);
                } else if ((variant & 32) == 0) {
                    window.bytesStore().write(position, bytes, 0, bytes.length);
                } else {
                    window.put(position, source, 0, bytes.length);
                }
            }
        }
    }

    @Override
    public String toString() {
        return mode + " window [" + offset + ", " + end() + ") of " + file.name;
    }
}
