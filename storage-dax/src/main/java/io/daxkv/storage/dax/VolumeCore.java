package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.PersistFailedException;
import io.daxkv.storage.pmem.Pmem;
import java.nio.ByteBuffer;

/**
 * What every part of an open volume shares: the bytes, the free blocks, the store epochs, and whether the volume still
 * takes stores (invariant D17).
 */
final class VolumeCore {
    final Pmem pmem;
    final long seed;
    final BlockAllocator allocator;
    final AccessEpochs epochs = new AccessEpochs();
    final SyncPoint.Hook syncHook;
    /** A thread's buffer for copies between a file and a window. */
    final ThreadLocal<ByteBuffer> bounce =
            ThreadLocal.withInitial(() -> ByteBuffer.allocate(WindowTransfer.BOUNCE_SIZE));

    private volatile String shutDownReason;

    VolumeCore(Pmem pmem, Superblock superblock, SyncPoint.Hook syncHook) {
        this.pmem = pmem;
        this.seed = superblock.seed();
        this.allocator = new BlockAllocator(superblock.blockCount());
        this.syncHook = syncHook;
    }

    /** Refuses what would dirty a volume that can no longer make it durable. */
    void checkTakesStores() {
        String reason = shutDownReason;
        if (reason != null) {
            throw new VolumeShutDownException("volume takes no further stores: reason=" + reason);
        }
    }

    boolean takesStores() {
        return shutDownReason == null;
    }

    void shutDown(String reason) {
        shutDownReason = reason;
    }

    /** Drains, and shuts the volume down if that fails: nobody may believe a later success. */
    void drain() {
        try {
            pmem.drain();
        } catch (PersistFailedException e) {
            shutDown("a write-back failed");
            throw e;
        }
    }

    void flushAndDrain(long offset, long length) {
        pmem.flush(offset, length);
        drain();
    }

    void reached(SyncPoint point) {
        if (SyncPoint.ENABLED) {
            syncHook.reached(point);
        }
    }
}
