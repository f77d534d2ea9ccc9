package io.daxkv.storage.dax;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;

/** The open windows of one file: the kernel's i_mmap tree. */
class WindowSet {
    private final VolumeCore core;
    private final CopyOnWriteArrayList<DaxWindow> windows = new CopyOnWriteArrayList<>();
    private final AtomicIntegerArray countByMode = new AtomicIntegerArray(WindowMode.values().length);

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
        boolean storesMayRun = false;
        for (DaxWindow window : windows) {
            storesMayRun |= window.pages.revoke(first, count);
        }
        if (storesMayRun) {
            core.quiesce();
        }
    }

    /**
     * Takes the permission to store to a range away from every PROTECTED window, of whatever offset and size; returns
     * when no store admitted before is still running (U1). Called with the entry locked that covers the range: nobody
     * gives permission meanwhile.
     */
    void protect(long first, long count) {
        core.counters.protects.increment();
        for (DaxWindow window : windows) {
            if (window.mode() == WindowMode.PROTECTED) {
                window.pages.protect(first, count);
            }
        }
        // Even if no window had permission: a close or discard may have just taken it and still be waiting itself.
        core.quiesce();
    }

    /** Forgets private copies of pages that are cut off; every other layout change leaves them alone (M11). */
    void dropCopies(long first, long count) {
        if (has(WindowMode.PRIVATE)) {
            windows.forEach(window -> window.dropCopies(first, count));
        }
    }
}
