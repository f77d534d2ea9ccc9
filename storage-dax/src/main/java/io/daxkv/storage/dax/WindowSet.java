package io.daxkv.storage.dax;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The open windows of one file: the kernel's i_mmap tree. */
class WindowSet {
    private final VolumeCore core;
    private final CopyOnWriteArrayList<DaxWindow> windows = new CopyOnWriteArrayList<>();

    WindowSet(VolumeCore core) {
        this.core = core;
    }

    void add(DaxWindow window) {
        windows.add(window);
    }

    void remove(DaxWindow window) {
        windows.remove(window);
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
        boolean storesMayRun = false;
        for (DaxWindow window : windows) {
            storesMayRun |= window.pages.revoke(first, count);
        }
        if (storesMayRun) {
            core.epochs.quiesce();
        }
    }
}
