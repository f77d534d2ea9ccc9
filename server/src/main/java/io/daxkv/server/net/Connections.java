package io.daxkv.server.net;

import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The open connections, and who may become one.
 *
 * <p><b>Threads.</b> Safe for use by many threads.
 */
public final class Connections {
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger openCount = new AtomicInteger();
    private final AtomicLong nextId = new AtomicLong(1);
    private final AtomicLong acceptedCount = new AtomicLong();
    private final AtomicLong rejectedCount = new AtomicLong();
    private final int countMax;
    private volatile boolean isClosed;

    public Connections(int countMax) {
        this.countMax = countMax;
    }

    long nextId() {
        return nextId.getAndIncrement();
    }

    /** Takes a connection in; false if there is no place. */
    boolean add(Connection connection) {
        if (openCount.incrementAndGet() > countMax) {
            openCount.decrementAndGet();
            rejectedCount.incrementAndGet();
            return false;
        }
        open.add(connection);
        acceptedCount.incrementAndGet();
        return true;
    }

    void remove(Connection connection) {
        if (open.remove(connection)) {
            openCount.decrementAndGet();
        }
    }

    void reject() {
        rejectedCount.incrementAndGet();
    }

    /** Takes no more requests: connections that appear from now on close at once. */
    void close() {
        isClosed = true;
    }

    boolean isClosed() {
        return isClosed;
    }

    /** Returns a live view. */
    public Collection<Connection> open() {
        return Collections.unmodifiableSet(open);
    }

    public int count() {
        return openCount.get();
    }

    public long acceptedCount() {
        return acceptedCount.get();
    }

    public long rejectedCount() {
        return rejectedCount.get();
    }
}
