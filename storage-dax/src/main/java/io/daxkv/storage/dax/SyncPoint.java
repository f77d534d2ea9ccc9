package io.daxkv.storage.dax;

/**
 * A named place in a protocol of this layer, where a race test parks one actor while it runs another. In production
 * {@link #ENABLED} is false, a constant of the JIT, so the calls compile to nothing.
 */
enum SyncPoint {
    IO_BEFORE_READ,
    IO_AFTER_LOCK,
    IO_BEFORE_MAP,
    IO_AFTER_ALLOC,
    IO_AFTER_REVOKE,
    IO_BEFORE_COPY,
    IO_MID_COPY,
    IO_AFTER_COPY,
    IO_AFTER_MARK,
    IO_BEFORE_SIZE,
    FAULT_AFTER_SIZE_CHECK,
    FAULT_BEFORE_ENTRY_LOCK,
    FAULT_AFTER_ENTRY_LOCK,
    FAULT_AFTER_MAP,
    FAULT_AFTER_MARK,
    FAULT_BEFORE_PTE,
    FAULT_AFTER_PTE,
    FAULT_BEFORE_SYNC_FAULT,
    FAULT_AFTER_SYNC_FAULT,
    STORE_AFTER_CHECK,
    STORE_AFTER_STORE,
    SYNC_AFTER_TAG,
    SYNC_AFTER_ENTRY_LOCK,
    SYNC_AFTER_CLEAR_T,
    SYNC_AFTER_PROTECT,
    SYNC_AFTER_SWAP,
    SYNC_MID_FLUSH,
    SYNC_AFTER_FLUSH,
    SYNC_BEFORE_FENCE,
    SYNC_AFTER_FENCE,
    LAYOUT_AFTER_LOCK,
    LAYOUT_BEFORE_WAIT_PIN,
    LAYOUT_AFTER_WAIT_PIN,
    LAYOUT_AFTER_REVOKE,
    LAYOUT_AFTER_DELETE,
    LAYOUT_BEFORE_FREE,
    LAYOUT_MID_REMAP,
    LAYOUT_MID_SWITCH,
    UNWRITTEN_BEFORE_ZERO,
    UNWRITTEN_AFTER_MAP,
    COW_BEFORE_REVOKE,
    COW_BEFORE_COPY,
    COW_AFTER_COPY,
    COW_AFTER_MAP,
    COW_AFTER_DROP,
    INV_BEFORE_UNMAP,
    INV_AFTER_UNMAP,
    INV_AFTER_REMOVE,
    FREEZE_BEFORE_WAIT,
    POISON_BEFORE_WRITE,
    POISON_AFTER_WRITE,
    POISON_AFTER_CLEAR;

    static final boolean ENABLED = Boolean.getBoolean("daxkv.syncPoints");

    /** What a test does when an actor gets there; runs on the actor's thread. */
    @FunctionalInterface
    interface Hook {
        Hook NONE = point -> {};

        void reached(SyncPoint point);
    }
}
