package io.daxkv.server.commit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;

/**
 * The replies of one connection on their way out: written in order, released in order, each not before the LSN it
 * depends on is durable. A reply that may not leave holds back those behind it, because the protocol matches replies to
 * requests by position.
 *
 * <p>Since order is kept, what a reply waits for is the greatest LSN of itself and all before it. So only replies that
 * raise that maximum leave a mark, and a turn without writes leaves none.
 *
 * <p><b>Durability.</b> This class is the promise: bytes leave {@link #release} only if everything they reveal is
 * durable.
 *
 * <p><b>Threads.</b> Confined to the connection's event loop.
 */
public final class ReplyGate {
    private static final int BUFFER_SIZE = 4096;

    private final ByteBufAllocator allocator;
    private ByteBuf pending;
    private long releasedSize;

    // Mark i: the bytes before markEnds[i], counted from the connection's first, wait for at most markLsns[i].
    private long[] markEnds = new long[8];
    private long[] markLsns = new long[8];
    private int markFirst;
    private int markCount;

    public ReplyGate(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** Returns the buffer to write the next reply to; ask again after every call of {@link #release}. */
    public ByteBuf out() {
        if (pending == null) {
            pending = allocator.ioBuffer(BUFFER_SIZE);
        }
        return pending;
    }

    /** Says that all bytes written since the last call depend on {@code lsn}; 0 depends on nothing. */
    public void seal(long lsn) {
        long end = releasedSize + size();
        if (markCount > 0 && lsn <= markLsns[last()]) {
            markEnds[last()] = end;
            return;
        }
        if (markFirst + markCount == markEnds.length) {
            makeRoom();
        }
        markEnds[markFirst + markCount] = end;
        markLsns[markFirst + markCount] = lsn;
        markCount++;
    }

    /** Returns the LSN at which everything written so far may leave; 0 if nothing waits. */
    public long neededLsn() {
        return markCount == 0 ? 0 : markLsns[last()];
    }

    /** Returns the bytes written and not yet released. */
    public int size() {
        return pending == null ? 0 : pending.readableBytes();
    }

    /**
     * Takes out the replies that may leave at {@code durableLsn}, for the caller to send and release; null if none may.
     */
    public ByteBuf release(long durableLsn) {
        long end = releasedSize;
        while (markCount > 0 && markLsns[markFirst] <= durableLsn) {
            end = markEnds[markFirst++];
            markCount--;
        }
        if (markCount == 0) {
            markFirst = 0;
        }
        int size = (int) (end - releasedSize);
        if (size == 0) {
            return null;
        }
        releasedSize = end;
        return take(size);
    }

    /** Forgets all replies: the connection is gone. */
    public void discard() {
        if (pending != null) {
            pending.release();
            pending = null;
        }
        markFirst = 0;
        markCount = 0;
    }

    private ByteBuf take(int size) {
        if (size == pending.readableBytes()) {
            ByteBuf all = pending;
            pending = null;
            return all;
        }
        // A copy, not a slice: the rest is still written to, and growing would move the bytes under a slice. Every byte
        // is copied at most once here, and the space it leaves is reused when it is half of the buffer.
        ByteBuf some = allocator.ioBuffer(size).writeBytes(pending, size);
        pending.discardSomeReadBytes();
        return some;
    }

    private int last() {
        return markFirst + markCount - 1;
    }

    private void makeRoom() {
        int size = markCount > markEnds.length / 2 ? markEnds.length * 2 : markEnds.length;
        markEnds = Arrays.copyOf(Arrays.copyOfRange(markEnds, markFirst, markFirst + markCount), size);
        markLsns = Arrays.copyOf(Arrays.copyOfRange(markLsns, markFirst, markFirst + markCount), size);
        markFirst = 0;
    }
}
