package io.daxkv.storage.dax;

/**
 * The accesses of a window to one word that need more than a plain load or store: compare-and-set, shorts, and values
 * that cross a block.
 *
 * <p><b>Threads.</b> As {@link DaxWindow}: a load validates afterwards, a store announces itself before (U2).
 */
final class WindowWords {
    private WindowWords() {}

    static short getShort(DaxWindow window, long position) {
        long at = window.check(position, Short.BYTES);
        if (crossesBlock(at, Short.BYTES)) {
            return (short) getSlowly(window, position, Short.BYTES);
        }
        while (true) {
            long before = window.pages.stamp();
            long address = window.pages.translate(at, PageTable.PRESENT);
            if (address < 0) {
                window.fault(at, false);
                continue;
            }
            short value = window.pmem.getShort(address);
            if (window.pages.isStill(before)) {
                return value;
            }
        }
    }

    static void putShort(DaxWindow window, long position, short value) {
        long at = window.check(position, Short.BYTES);
        if (crossesBlock(at, Short.BYTES)) {
            putSlowly(window, position, value, Short.BYTES);
            return;
        }
        while (!tryPutShort(window, at, value)) {
            window.fault(at, true);
        }
    }

    private static boolean tryPutShort(DaxWindow window, long at, short value) {
        int ticket = window.epochs.enter();
        try {
            long address = window.pages.translate(at, PageTable.WRITABLE);
            if (address < 0) {
                return false;
            }
            window.pmem.putShort(address, value);
            window.mark(at, Short.BYTES);
            return true;
        } finally {
            window.epochs.exit(ticket);
        }
    }

    static long getLongAcquire(DaxWindow window, long position) {
        long at = checkAligned(window, position, Long.BYTES);
        while (true) {
            long before = window.pages.stamp();
            long address = window.pages.translate(at, PageTable.PRESENT);
            if (address < 0) {
                window.fault(at, false);
                continue;
            }
            long value = window.pmem.getLongAcquire(address);
            if (window.pages.isStill(before)) {
                return value;
            }
        }
    }

    static boolean compareAndSet(DaxWindow window, long position, int expected, int value) {
        long at = checkAligned(window, position, Integer.BYTES);
        while (true) {
            int ticket = window.epochs.enter();
            try {
                long address = window.pages.translate(at, PageTable.WRITABLE);
                if (address >= 0) {
                    boolean stored = window.pmem.compareAndSetInt(address, expected, value);
                    if (stored) {
                        window.mark(at, Integer.BYTES);
                    }
                    return stored;
                }
            } finally {
                window.epochs.exit(ticket);
            }
            window.fault(at, true);
        }
    }

    static boolean compareAndSet(DaxWindow window, long position, long expected, long value) {
        long at = checkAligned(window, position, Long.BYTES);
        while (true) {
            int ticket = window.epochs.enter();
            try {
                long address = window.pages.translate(at, PageTable.WRITABLE);
                if (address >= 0) {
                    boolean stored = window.pmem.compareAndSetLong(address, expected, value);
                    if (stored) {
                        window.mark(at, Long.BYTES);
                    }
                    return stored;
                }
            } finally {
                window.epochs.exit(ticket);
            }
            window.fault(at, true);
        }
    }

    /** Loads a little-endian value of {@code size} bytes wherever it lies. */
    static long getSlowly(DaxWindow window, long position, int size) {
        byte[] bytes = new byte[size];
        window.get(position, bytes, 0, size);
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = value << Byte.SIZE | bytes[i] & 0xFF;
        }
        return value;
    }

    /** Stores a little-endian value of {@code size} bytes wherever it lies. */
    static void putSlowly(DaxWindow window, long position, long value, int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (value >>> i * Byte.SIZE);
        }
        window.put(position, bytes, 0, size);
    }

    static boolean crossesBlock(long at, int size) {
        return (at & VolumeLayout.BLOCK_SIZE - 1) > VolumeLayout.BLOCK_SIZE - size;
    }

    static long checkAligned(DaxWindow window, long position, int size) {
        long at = window.check(position, size);
        if ((at & size - 1) != 0) {
            throw new IllegalArgumentException("atomic access is not aligned: position=" + position + ", size=" + size);
        }
        return at;
    }
}
