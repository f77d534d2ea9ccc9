package io.daxkv.storage.dax;

import java.util.concurrent.ConcurrentSkipListSet;

/**
 * The blocks whose bytes the medium has lost. In DRAM only: the medium reports them again after a restart.
 *
 * <p><b>Threads.</b> Safe for many threads. While there is none, asking costs one volatile load.
 */
final class BadBlocks {
    private final ConcurrentSkipListSet<Long> blocks = new ConcurrentSkipListSet<>();

    private volatile boolean isEmpty = true;

    boolean isEmpty() {
        return isEmpty;
    }

    boolean contains(long block) {
        return !isEmpty && blocks.contains(block);
    }

    /** Returns true if one of {@code count} blocks from {@code first} on is bad. */
    boolean touches(long first, long count) {
        if (isEmpty) {
            return false;
        }
        Long bad = blocks.ceiling(first);
        return bad != null && bad < first + count;
    }

    synchronized void add(long block) {
        blocks.add(block);
        isEmpty = false;
    }

    synchronized void remove(long block) {
        blocks.remove(block);
        isEmpty = blocks.isEmpty();
    }
}
