package io.daxkv.storage.dax;

import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The locks of one file, in the order they are taken (L1), after the volume's {@link FreezeGate}. Entry locks, the
 * block map's and the allocator's come after.
 */
final class FileLocks {
    /** The kernel's i_rwsem: reads share it, writes and layout changes own it. Never taken by a fault (L2). */
    final ReentrantReadWriteLock io = new ReentrantReadWriteLock();

    /**
     * The kernel's invalidate_lock: faults share it, layout changes own it. Never held while a caller's buffer is
     * touched.
     */
    final ReentrantReadWriteLock invalidate = new ReentrantReadWriteLock();

    /**
     * One write-back at a time: a second fsync returns no earlier than the first one's drain (D7). Whoever makes a size
     * durable holds it, so that the durable size and the bytes it promises go together.
     */
    final ReentrantLock writeback = new ReentrantLock();
}
