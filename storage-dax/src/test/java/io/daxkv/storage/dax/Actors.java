package io.daxkv.storage.dax;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.AbstractQueuedSynchronizer;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Actors of a race test: each runs in a thread of its own and can be parked at named {@link SyncPoint}s, one after the
 * other, so that the test decides the order of steps.
 *
 * <p>Nothing here waits for time, and nothing hangs: when every actor that the test has not parked itself waits for
 * another one, no one is left to let them go. That is a deadlock, and an {@link AssertionError} that names who waits
 * for what. Threads caught in one are left behind as daemons.
 */
final class Actors implements SyncPoint.Hook, AutoCloseable {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int STACK_DEPTH = 12;
    /** How often a standstill is looked at again before somebody is called blocked, and before all are called dead. */
    private static final int ROUNDS_BLOCKED = 4;

    private static final int ROUNDS_DEAD = 40;

    private final List<Actor> actors = new ArrayList<>();
    private BooleanSupplier quiesceWaits = () -> false;

    /** A thread with parking places in the order it reaches them. */
    final class Actor {
        private final SyncPoint[] places;
        private final Thread thread;
        private Throwable failure;
        private CountDownLatch gate;
        private int place;

        private Actor(String name, Runnable body, SyncPoint... places) {
            this.places = places;
            this.thread = new Thread(() -> {
                try {
                    body.run();
                } catch (Throwable e) {
                    synchronized (this) {
                        failure = e;
                    }
                }
            });
            thread.setName(name);
            thread.setDaemon(true);
        }

        private void reached(SyncPoint point) {
            CountDownLatch closed;
            synchronized (this) {
                if (place == places.length || places[place] != point) {
                    return;
                }
                place++;
                closed = new CountDownLatch(1);
                gate = closed;
            }
            await(closed);
        }

        synchronized boolean isParked() {
            return gate != null;
        }

        boolean isDone() {
            return !thread.isAlive();
        }

        /** Lets the actor go on to its next parking place and waits until it is there. */
        void toNext() {
            open(false);
            awaitParked();
        }

        /** Lets the actor go on to its end without waiting for it. */
        void release() {
            open(true);
        }

        /** Lets the actor go on and waits until it has finished. */
        void finish() {
            release();
            awaitEnd();
            Throwable cause = failure();
            if (cause != null) {
                fail("actor failed: " + cause, cause);
            }
        }

        /** Waits until the actor waits for what only a parked actor can give, or has finished. */
        void awaitBlockedOrDone() {
            while (!isDone() && !isStandstill(ROUNDS_BLOCKED, true)) {
                Thread.yield();
            }
        }

        /** Returns what ended the actor, or null. */
        synchronized Throwable failure() {
            return failure;
        }

        /** Waits until the thread has ended. It looks around now and then; what it finds does not depend on when. */
        private void awaitEnd() {
            while (!isDone()) {
                if (isStandstill(ROUNDS_DEAD, false) && !isDone()) {
                    throw symptom("deadlock: " + describe(), null);
                }
                try {
                    thread.join(1);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        private synchronized void open(boolean forGood) {
            if (forGood) {
                place = places.length;
            }
            if (gate != null) {
                gate.countDown();
                gate = null;
            }
        }

        private void awaitParked() {
            // Not symptoms: a scenario that cannot be played is a broken test, never a mutant killed.
            if (!await(() -> isParked() || isDone())) {
                throw broken("actor never came to its place: " + describe(), null);
            }
            if (!isParked()) {
                throw broken("actor never came to its place: places=" + List.of(places), failure());
            }
        }
    }

    /** Tells how to see that a quiesce spins on a store that is still running. */
    void watchEpochs(AccessEpochs epochs) {
        quiesceWaits = epochs::isAwaitingStore;
    }

    @Override
    public void reached(SyncPoint point) {
        Actor actor = of(Thread.currentThread());
        if (actor != null) {
            actor.reached(point);
        }
    }

    /** Runs the script of a test in a thread of its own, so that a step of the script that hangs is noticed too. */
    void play(Runnable script) {
        Actor director = start(script);
        director.awaitEnd();
        Throwable failure = director.failure();
        if (failure != null) {
            fail(failure.getMessage(), failure);
        }
    }

    /** Starts an actor and waits until it is parked at the first of {@code places}, which it must reach. */
    Actor park(List<SyncPoint> places, Runnable body) {
        Actor actor = start(body, places.toArray(new SyncPoint[0]));
        actor.awaitParked();
        return actor;
    }

    Actor park(SyncPoint place, Runnable body) {
        return park(List.of(place), body);
    }

    /** Starts an actor that runs through. */
    Actor start(Runnable body) {
        return start(body, new SyncPoint[0]);
    }

    /** Starts an actor and waits until it has finished or waits for a parked one. */
    Actor startAndAwait(Runnable body) {
        Actor actor = start(body);
        actor.awaitBlockedOrDone();
        return actor;
    }

    private Actor start(Runnable body, SyncPoint... places) {
        Actor actor;
        synchronized (actors) {
            actor = new Actor("actor " + actors.size(), body, places);
            actors.add(actor);
        }
        actor.thread.start();
        return actor;
    }

    /** Frees every parked actor, so that a failed test leaves no thread behind but those in a deadlock. */
    @Override
    public void close() {
        all().forEach(Actor::release);
    }

    /** Returns true for what a faulty layer does; anything else that is thrown is the test's own fault. */
    static boolean isSymptom(Throwable failure) {
        return failure instanceof AssertionError || failure instanceof DaxException;
    }

    /** Waits for a condition; returns false if nobody is left who could make it come true. */
    private boolean await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (isStandstill(ROUNDS_DEAD, false) && !condition.getAsBoolean()) {
                return false;
            }
            Thread.yield();
        }
        return true;
    }

    /** Returns true if everybody the test has not parked, this thread aside, waits, and goes on waiting. */
    private boolean isStandstill(int rounds, boolean timedWaitsCount) {
        List<Actor> live = live();
        String seen = live.isEmpty() ? null : standstill(live, timedWaitsCount);
        for (int round = 0; seen != null && round < rounds; round++) {
            letOthersRun();
            if (!live.equals(live()) || !seen.equals(standstill(live, timedWaitsCount))) {
                return false;
            }
        }
        return seen != null;
    }

    /** Describes a standstill of actors such that two are equal only if nobody moved between them; null if one runs. */
    private String standstill(List<Actor> live, boolean timedWaitsCount) {
        for (Actor actor : live) {
            Thread.State state = actor.thread.getState();
            boolean spins = state == Thread.State.RUNNABLE && quiesceWaits.getAsBoolean();
            boolean timed = state == Thread.State.TIMED_WAITING && timedWaitsCount;
            boolean waits = state == Thread.State.WAITING || state == Thread.State.BLOCKED || timed;
            if (!spins && (!waits || isFree(LockSupport.getBlocker(actor.thread)))) {
                return null;
            }
        }
        StringBuilder seen = new StringBuilder();
        for (ThreadInfo info : infos(live)) {
            if (info == null) {
                return null;
            }
            Thread.State state = info.getThreadState();
            if (state == Thread.State.RUNNABLE && !(isIn(info, AccessEpochs.class) && quiesceWaits.getAsBoolean())) {
                return null;
            }
            seen.append(info.getThreadId()).append(state).append(info.getLockName());
            seen.append(info.getBlockedCount()).append('/').append(info.getWaitedCount());
            seen.append(' ');
        }
        return seen.toString();
    }

    /** A lock or latch that nobody holds: whoever waits for it has been woken and is only not running yet. */
    private static boolean isFree(Object blocker) {
        return blocker instanceof AbstractQueuedSynchronizer
                && blocker.toString().contains("[State = 0,");
    }

    /** Gives every thread that could run a turn, however loaded the machine is: threads started later run too. */
    private static void letOthersRun() {
        Thread[] later = new Thread[Runtime.getRuntime().availableProcessors()];
        for (int i = 0; i < later.length; i++) {
            later[i] = new Thread(Thread::yield);
            later[i].start();
        }
        for (Thread thread : later) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        for (Actor actor : all()) {
            ThreadInfo info = THREADS.getThreadInfo(actor.thread.getId(), STACK_DEPTH);
            if (info == null || actor.thread == Thread.currentThread()) {
                continue;
            }
            text.append(text.length() == 0 ? "" : "; ").append(info.getThreadName());
            if (actor.isParked()) {
                text.append(" is parked at ").append(actor.places[actor.place - 1]);
            } else {
                text.append(" waits for ").append(info.getLockName());
                text.append(info.getLockOwnerName() == null ? "" : ", owned by " + info.getLockOwnerName());
            }
            for (StackTraceElement frame : info.getStackTrace()) {
                if (frame.getClassName().startsWith(Actors.class.getPackageName())
                        && !frame.getClassName().startsWith(Actors.class.getName())) {
                    text.append(", in ").append(frame);
                    break;
                }
            }
        }
        return text.toString();
    }

    private static ThreadInfo[] infos(List<Actor> live) {
        return THREADS.getThreadInfo(
                live.stream().mapToLong(actor -> actor.thread.getId()).toArray(), STACK_DEPTH);
    }

    private static boolean isIn(ThreadInfo info, Class<?> place) {
        for (StackTraceElement frame : info.getStackTrace()) {
            if (frame.getClassName().equals(place.getName())) {
                return true;
            }
        }
        return false;
    }

    private List<Actor> live() {
        List<Actor> live = all();
        live.removeIf(actor -> actor.isDone() || actor.isParked() || actor.thread == Thread.currentThread());
        return live;
    }

    private List<Actor> all() {
        synchronized (actors) {
            return new ArrayList<>(actors);
        }
    }

    private Actor of(Thread thread) {
        synchronized (actors) {
            for (Actor actor : actors) {
                if (actor.thread == thread) {
                    return actor;
                }
            }
        }
        return null;
    }

    private static void fail(String message, Throwable cause) {
        if (isSymptom(cause)) {
            throw symptom(message, cause);
        }
        throw broken(message, cause);
    }

    private static AssertionError symptom(String message, Throwable cause) {
        return new AssertionError(message, cause);
    }

    private static IllegalStateException broken(String message, Throwable cause) {
        return new IllegalStateException(message, cause);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
