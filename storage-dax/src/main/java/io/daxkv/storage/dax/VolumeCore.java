package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.PersistFailedException;
import io.daxkv.storage.pmem.Pmem;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What every part of an open volume shares: the bytes, the free blocks, the store epochs, and whether the volume still
 * takes stores (invariant D17).
 */
final class VolumeCore {
    final Pmem pmem;
    final long seed;
    final BadBlocks badBlocks = new BadBlocks();
    final BlockAllocator allocator;
    final AccessEpochs epochs = new AccessEpochs();
    final DaxCounters counters = new DaxCounters();
    final FreezeGate gate = new FreezeGate(this);
    final DaxVolumeOptions options;
    final SyncPoint.Hook syncHook;
    /** Every file that has blocks, unlinked ones too while somebody uses them. */
    final Set<FileParts> files = ConcurrentHashMap.newKeySet();
    /** Arena offsets of inode slots for new files. */
    final Queue<Long> freeInodes = new ConcurrentLinkedQueue<>();
    /** A thread's buffer for copies between a file and a window. */
    final ThreadLocal<ByteBuffer> bounce =
            ThreadLocal.withInitial(() -> ByteBuffer.allocate(WindowTransfer.BOUNCE_SIZE));

    private volatile String shutDownReason;

    VolumeCore(Pmem pmem, Superblock superblock, DaxVolumeOptions options, SyncPoint.Hook syncHook) {
        this.pmem = pmem;
        this.seed = superblock.seed();
        this.allocator = new BlockAllocator(superblock.blockCount(), badBlocks);
        this.options = options;
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

    /** Waits for every store admitted under a permission that the caller has withdrawn (U1). */
    void quiesce() {
        counters.quiesces.increment();
        epochs.quiesce();
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
