package io.daxkv.storage.dax;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Actors of a race test: each runs in a thread of its own and can be parked once at a named {@link SyncPoint}, so that
 * the test decides the order of steps. Waits are on conditions, never on time; the runner's own limit ends a deadlock.
 */
final class Actors implements SyncPoint.Hook, AutoCloseable {
    private final Map<Thread, Actor> actors = new HashMap<>();
    private final List<Actor> started = new ArrayList<>();

    /** A thread with at most one parking place. */
    final class Actor {
        private final SyncPoint parkAt;
        private final Thread thread;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final CountDownLatch parkedOrDone = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private boolean wasParked;

        private Actor(SyncPoint parkAt, Runnable body) {
            this.parkAt = parkAt;
            this.thread = new Thread(() -> {
                try {
                    body.run();
                } catch (Throwable e) {
                    failure.set(e);
                } finally {
                    parkedOrDone.countDown();
                }
            });
            thread.setDaemon(true);
        }

        private void reached(SyncPoint point) {
            if (point == parkAt && !wasParked) {
                wasParked = true;
                parkedOrDone.countDown();
                await(released);
            }
        }

        /** Lets the actor go on and waits until it has finished. */
        void finish() {
            released.countDown();
            join(thread);
            if (failure.get() != null) {
                throw new AssertionError("actor failed", failure.get());
            }
        }

        /** Lets the actor go on without waiting for it. */
        void release() {
            released.countDown();
        }

        /** Waits until the actor waits for what only another, parked actor will give, or has finished. */
        void awaitBlockedOrDone() {
            while (thread.isAlive() && !isBlocked()) {
                Thread.onSpinWait();
            }
        }

        /** A thread also waits for an instant, for a monitor whose owner is at work: that is not being blocked. */
        private boolean isBlocked() {
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            ThreadInfo info = threads.getThreadInfo(thread.getId());
            if (info == null || !isWaiting(info)) {
                return false;
            }
            long owner = info.getLockOwnerId();
            if (owner >= 0) {
                ThreadInfo ownerInfo = threads.getThreadInfo(owner);
                return ownerInfo != null && isWaiting(ownerInfo);
            }
            // Without an owner: a condition, or a lock that readers share. A monitor or lock just let go is neither.
            LockInfo lock = info.getLockInfo();
            return lock != null
                    && (lock.getClassName().contains("Condition")
                            || lock.getClassName().contains("StampedLock")
                            || lock.getClassName().contains("ReadWriteLock"));
        }

        private static boolean isWaiting(ThreadInfo info) {
            return info.getThreadState() == Thread.State.WAITING || info.getThreadState() == Thread.State.BLOCKED;
        }

        boolean isDone() {
            return !thread.isAlive();
        }
    }

    @Override
    public void reached(SyncPoint point) {
        Actor actor;
        synchronized (actors) {
            actor = actors.get(Thread.currentThread());
        }
        if (actor != null) {
            actor.reached(point);
        }
    }

    /** Starts an actor and waits until it is parked at {@code point}, which it must reach. */
    Actor park(SyncPoint point, Runnable body) {
        Actor actor = start(point, body);
        await(actor.parkedOrDone);
        if (!actor.wasParked) {
            // Not an AssertionError: a scenario that cannot be played is a broken test, never a mutant killed.
            throw new IllegalStateException("actor never came to " + point, actor.failure.get());
        }
        return actor;
    }

    /** Starts an actor that runs through. */
    Actor start(Runnable body) {
        return start(null, body);
    }

    private Actor start(SyncPoint point, Runnable body) {
        Actor actor = new Actor(point, body);
        synchronized (actors) {
            actors.put(actor.thread, actor);
        }
        started.add(actor);
        actor.thread.start();
        return actor;
    }

    /** Frees every parked actor, so that a failed test leaves no thread behind. */
    @Override
    public void close() {
        started.forEach(Actor::release);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
