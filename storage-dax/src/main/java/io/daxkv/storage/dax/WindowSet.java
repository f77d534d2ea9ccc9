package io.daxkv.storage.dax;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The open windows of one file: the kernel's i_mmap tree. */
class WindowSet {
    private final VolumeCore core;
    private final CopyOnWriteArrayList<DaxWindow> windows = new CopyOnWriteArrayList<>();
    private final AtomicIntegerArray countByMode = new AtomicIntegerArray(WindowMode.values().length);

    /** How many are between taking permission away and having waited for the stores that it let through. */
    private final AtomicInteger withdrawals = new AtomicInteger();

    WindowSet(VolumeCore core) {
        this.core = core;
    }

    void add(DaxWindow window) {
        windows.add(window);
        countByMode.incrementAndGet(window.mode().ordinal());
    }

    void remove(DaxWindow window) {
        if (windows.remove(window)) {
            countByMode.decrementAndGet(window.mode().ordinal());
        }
    }

    /** Returns true if a window is open in {@code mode}: what only such windows need is not paid for without one. */
    boolean has(WindowMode mode) {
        return countByMode.get(mode.ordinal()) > 0;
    }

    boolean isEmpty() {
        return windows.isEmpty();
    }

    void forEach(Consumer<DaxWindow> action) {
        windows.forEach(action);
    }

    /**
     * Takes every window's permission for a range away; returns when no store admitted before is still running (U1), so
     * that the blocks behind may be given to another file (M2). Loads in flight notice afterwards and try again.
     */
    void revoke(long first, long count) {
        core.counters.revokes.increment();
        withdraw(() -> {
            boolean storesMayRun = false;
            for (DaxWindow window : windows) {
                storesMayRun |= window.pages.revoke(first, count);
            }
            return storesMayRun;
        });
    }

    /** As {@link #revoke(long, long)}, of one window only. */
    void revoke(WindowMapping window, long first, long count) {
        withdraw(() -> window.pages.revoke(first, count));
    }

    /** Takes one window's permission to store away; returns when none of its stores is still running (U1). */
    void restrict(WindowMapping window) {
        withdraw(() -> {
            window.pages.protect(0, BlockMap.INDEX_COUNT);
            // Stores to private copies need no translation, and are waited for all the same.
            return true;
        });
    }

    /**
     * Takes the permission to store to a range away from every PROTECTED window, of whatever offset and size; returns
     * when no store admitted before is still running (U1). Called with the entry locked that covers the range: nobody
     * gives permission meanwhile.
     */
    void protect(long first, long count) {
        core.counters.protects.increment();
        withdraw(() -> {
            boolean storesMayRun = false;
            for (DaxWindow window : windows) {
                if (window.mode() == WindowMode.PROTECTED) {
                    storesMayRun |= window.pages.protect(first, count);
                }
            }
            return storesMayRun;
        });
    }

    private void withdraw(BooleanSupplier takesFromStores) {
        withdrawals.incrementAndGet();
        try {
            // Also if there was nothing left to take: whoever took it may still be waiting for the stores it let
            // through, and they are as much in this caller's way.
            if (takesFromStores.getAsBoolean() || withdrawals.get() > 1) {
                core.quiesce();
            }
        } finally {
            withdrawals.decrementAndGet();
        }
    }

    /** Forgets private copies of pages that are cut off; every other layout change leaves them alone (M11). */
    void dropCopies(long first, long count) {
        if (has(WindowMode.PRIVATE)) {
            windows.forEach(window -> window.dropCopies(first, count));
        }
    }
}
