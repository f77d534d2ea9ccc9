package io.daxkv.storage.dax;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A copy-on-write window (M11): pages are the file's until the first store to each, which copies the page; from then on
 * this window's loads and stores of the page go to the copy. Nothing here marks, allocates blocks or changes metadata,
 * so it works on a volume that takes no stores. Rows F12 and F13 of the operation table.
 */
class PrivateWindow extends DaxWindow {
    // Copies are plain memory that the collector frees: a store that raced with a discard ends in one that nobody reads
    // any more, and there is nothing to wait for. Permission is asked inside the store's epoch all the same, because
    // restrict promises that no store admitted before still runs.

    private static final VarHandle INTS = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long firstHuge;
    /** Copies by 2 MiB of the window, then by page; both made at the first store. */
    private final AtomicReferenceArray<AtomicReferenceArray<ByteBuffer>> copies;

    PrivateWindow(FaultHandler faults, long offset, long length) {
        super(faults, offset, length, WindowMode.PRIVATE);
        firstHuge = offset >>> VolumeLayout.HUGE_SHIFT;
        copies = new AtomicReferenceArray<>(
                Math.toIntExact((offset + length - 1 >>> VolumeLayout.HUGE_SHIFT) - firstHuge + 1));
    }

    @Override
    public byte getByte(long position) {
        long at = check(position, Byte.BYTES);
        while (true) {
            ByteBuffer page = copyOf(at);
            if (page != null) {
                return page.get(inPage(at));
            }
            byte value = super.getByte(position);
            // A copy made meanwhile is older than what the file may hold by now: never new bytes before old ones.
            if (copyOf(at) == null) {
                return value;
            }
        }
    }

    @Override
    public int getInt(long position) {
        long at = check(position, Integer.BYTES);
        while (true) {
            ByteBuffer page = WindowWords.crossesBlock(at, Integer.BYTES) ? null : copyOf(at);
            if (page != null) {
                return (int) INTS.get(page, inPage(at));
            }
            int value = super.getInt(position);
            if (WindowWords.crossesBlock(at, Integer.BYTES) || copyOf(at) == null) {
                return value;
            }
        }
    }

    @Override
    public long getLong(long position) {
        long at = check(position, Long.BYTES);
        while (true) {
            ByteBuffer page = WindowWords.crossesBlock(at, Long.BYTES) ? null : copyOf(at);
            if (page != null) {
                return (long) LONGS.get(page, inPage(at));
            }
            long value = super.getLong(position);
            if (WindowWords.crossesBlock(at, Long.BYTES) || copyOf(at) == null) {
                return value;
            }
        }
    }

    @Override
    public short getShort(long position) {
        return (short) WindowWords.getSlowly(this, position, Short.BYTES);
    }

    @Override
    public long getLongAcquire(long position) {
        long at = WindowWords.checkAligned(this, position, Long.BYTES);
        while (true) {
            ByteBuffer page = copyOf(at);
            if (page != null) {
                return (long) LONGS.getAcquire(page, inPage(at));
            }
            long value = super.getLongAcquire(position);
            if (copyOf(at) == null) {
                return value;
            }
        }
    }

    @Override
    public void get(long position, byte[] target, int index, int count) {
        long at = check(position, count);
        for (int done = 0; done < count; ) {
            int piece = pieceLength(at + done, count - done);
            ByteBuffer page = copyOf(at + done);
            if (page != null) {
                page.get(inPage(at + done), target, index + done, piece);
            } else {
                super.get(position + done, target, index + done, piece);
                if (copyOf(at + done) != null) {
                    continue;
                }
            }
            done += piece;
        }
    }

    @Override
    public void get(long position, ByteBuffer target, int index, int count) {
        long at = check(position, count);
        for (int done = 0; done < count; ) {
            int piece = pieceLength(at + done, count - done);
            ByteBuffer page = copyOf(at + done);
            if (page != null) {
                target.put(index + done, page, inPage(at + done), piece);
            } else {
                super.get(position + done, target, index + done, piece);
                if (copyOf(at + done) != null) {
                    continue;
                }
            }
            done += piece;
        }
    }

    @Override
    public void putByte(long position, byte value) {
        long at = check(position, Byte.BYTES);
        ByteBuffer page = copyFor(at);
        int ticket = enter();
        try {
            page.put(inPage(at), value);
        } finally {
            epochs.exit(ticket);
        }
    }

    @Override
    public void putInt(long position, int value) {
        long at = check(position, Integer.BYTES);
        if (WindowWords.crossesBlock(at, Integer.BYTES)) {
            super.putInt(position, value);
            return;
        }
        ByteBuffer page = copyFor(at);
        int ticket = enter();
        try {
            INTS.set(page, inPage(at), value);
        } finally {
            epochs.exit(ticket);
        }
    }

    @Override
    boolean tryPutLong(long at, long value, boolean ordered) {
        ByteBuffer page = copyFor(at);
        int ticket = enter();
        try {
            if (ordered) {
                LONGS.setRelease(page, inPage(at), value);
            } else {
                LONGS.set(page, inPage(at), value);
            }
            return true;
        } finally {
            epochs.exit(ticket);
        }
    }

    @Override
    public void putShort(long position, short value) {
        WindowWords.putSlowly(this, position, value, Short.BYTES);
    }

    @Override
    public boolean compareAndSetInt(long position, int expected, int value) {
        long at = WindowWords.checkAligned(this, position, Integer.BYTES);
        ByteBuffer page = copyFor(at);
        int ticket = enter();
        try {
            return INTS.compareAndSet(page, inPage(at), expected, value);
        } finally {
            epochs.exit(ticket);
        }
    }

    @Override
    public boolean compareAndSetLong(long position, long expected, long value) {
        long at = WindowWords.checkAligned(this, position, Long.BYTES);
        ByteBuffer page = copyFor(at);
        int ticket = enter();
        try {
            return LONGS.compareAndSet(page, inPage(at), expected, value);
        } finally {
            epochs.exit(ticket);
        }
    }

    @Override
    public void put(long position, byte[] source, int index, int count) {
        long at = check(position, count);
        for (int done = 0; done < count; ) {
            int piece = pieceLength(at + done, count - done);
            ByteBuffer page = copyFor(at + done);
            int ticket = enter();
            try {
                page.put(inPage(at + done), source, index + done, piece);
            } finally {
                epochs.exit(ticket);
            }
            done += piece;
        }
    }

    @Override
    public void put(long position, ByteBuffer source, int index, int count) {
        long at = check(position, count);
        for (int done = 0; done < count; ) {
            int piece = pieceLength(at + done, count - done);
            ByteBuffer page = copyFor(at + done);
            int ticket = enter();
            try {
                page.put(inPage(at + done), source, index + done, piece);
            } finally {
                epochs.exit(ticket);
            }
            done += piece;
        }
    }

    @Override
    void markClosed() {
        super.markClosed();
        dropCopies(0, BlockMap.INDEX_COUNT);
    }

    @Override
    synchronized void copyPage(long index, long block) {
        int slot = (int) ((index >>> BlockMap.FANOUT_SHIFT) - firstHuge);
        AtomicReferenceArray<ByteBuffer> table = copies.get(slot);
        if (table == null) {
            table = new AtomicReferenceArray<>(VolumeLayout.HUGE_BLOCKS);
            copies.set(slot, table);
        }
        int inTable = (int) index & VolumeLayout.HUGE_BLOCKS - 1;
        // The second of two stores that faulted together must not copy over what the first has stored since.
        if (table.get(inTable) == null) {
            ByteBuffer page = ByteBuffer.allocateDirect(VolumeLayout.BLOCK_SIZE).order(ByteOrder.LITTLE_ENDIAN);
            pmem.get(VolumeLayout.offsetOf(block), page, 0, VolumeLayout.BLOCK_SIZE);
            table.set(inTable, page);
        }
    }

    @Override
    synchronized void dropCopies(long first, long count) {
        long from = Math.max(first, VolumeLayout.indexOf(offset()));
        long to = Math.min(first + count, VolumeLayout.indexCount(offset() + length()));
        for (long index = from; index < to; index++) {
            AtomicReferenceArray<ByteBuffer> table = copies.get((int) ((index >>> BlockMap.FANOUT_SHIFT) - firstHuge));
            if (table == null) {
                index |= VolumeLayout.HUGE_BLOCKS - 1;
            } else {
                table.set((int) index & VolumeLayout.HUGE_BLOCKS - 1, null);
            }
        }
    }

    /** Returns this window's copy of the page that holds a file byte, or null if it still is the file's. */
    private ByteBuffer copyOf(long at) {
        AtomicReferenceArray<ByteBuffer> table = copies.get((int) ((at >>> VolumeLayout.HUGE_SHIFT) - firstHuge));
        return table == null ? null : table.get((int) VolumeLayout.indexOf(at) & VolumeLayout.HUGE_BLOCKS - 1);
    }

    private ByteBuffer copyFor(long at) {
        while (true) {
            ByteBuffer page = copyOf(at);
            if (page != null) {
                return page;
            }
            fault(at, true);
        }
    }

    /** Announces a store; it must still be permitted then. */
    private int enter() {
        int ticket = epochs.enter();
        try {
            requirePermitsStores();
        } catch (WindowPermissionException e) {
            epochs.exit(ticket);
            throw e;
        }
        return ticket;
    }

    private static int inPage(long at) {
        return (int) at & VolumeLayout.BLOCK_SIZE - 1;
    }
}
