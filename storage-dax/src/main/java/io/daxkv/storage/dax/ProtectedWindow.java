package io.daxkv.storage.dax;

/**
 * A window tracked by page, as the kernel's are: the write fault marks every line of the entry and gives permission in
 * one hold of the entry lock (D3), so its stores have nothing left to mark; write-back takes the permission away before
 * it flushes, and the next store faults and marks again (D10).
 */
class ProtectedWindow extends DaxWindow {
    ProtectedWindow(FaultHandler faults, long offset, long length) {
        super(faults, offset, length, WindowMode.PROTECTED);
    }

    @Override
    void mark(long at, int count) {}
}
