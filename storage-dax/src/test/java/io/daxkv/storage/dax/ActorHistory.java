package io.daxkv.storage.dax;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What several actors did to the bytes of one file, and when each act began and ended; says for a byte which values a
 * load, or a crash, may find (linearizability byte by byte).
 *
 * <p>Every store has a value of its own, so a value names its act; 0 is what punches and the beginning leave.
 */
final class ActorHistory {
    private static final long UNDER_WAY = Long.MAX_VALUE;

    /** One act: a store of {@code value} to a range, or a sync of it. */
    static final class Act {
        final String name;
        final int from;
        final int to;
        final int value;
        final boolean isSync;
        /** Its whole blocks are durable when it ends, without a sync. */
        final boolean isDurable;

        final long begin;
        volatile long end = UNDER_WAY;

        private Act(String name, int from, int to, int value, boolean isSync, boolean isDurable, long begin) {
            this.name = name;
            this.from = from;
            this.to = to;
            this.value = value;
            this.isSync = isSync;
            this.isDurable = isDurable;
            this.begin = begin;
        }

        private boolean covers(int at) {
            return at >= from && at < to;
        }

        private boolean isBefore(Act other) {
            return end < other.begin;
        }

        @Override
        public String toString() {
            return name + " [" + from + ", " + to + ") value=" + value + " from " + begin + " to "
                    + (end == UNDER_WAY ? "-" : String.valueOf(end));
        }
    }

    private final AtomicLong clock = new AtomicLong();
    private final List<Act> acts = new ArrayList<>();

    ActorHistory(int size) {
        end(begin("start", 0, size, 0, false, true));
    }

    long now() {
        return clock.incrementAndGet();
    }

    synchronized Act begin(String name, int from, int to, int value, boolean isSync, boolean isDurable) {
        Act act = new Act(name, from, to, value, isSync, isDurable, now());
        acts.add(act);
        return act;
    }

    void end(Act act) {
        act.end = now();
    }

    /** Fails unless a load that began at {@code begin} and has just ended may find these bytes at {@code offset}. */
    synchronized void checkLoaded(String who, int offset, byte[] bytes, long begin) {
        for (int i = 0; i < bytes.length; i++) {
            if (!mayLoad(offset + i, bytes[i] & 0xFF, begin)) {
                throw wrong(who, offset + i, bytes[i] & 0xFF, begin);
            }
        }
    }

    /** Fails unless a crash now may leave these bytes. */
    synchronized void checkCrashed(byte[] bytes) {
        for (int at = 0; at < bytes.length; at++) {
            if (!mayRemain(at, bytes[at] & 0xFF)) {
                throw wrong("after a crash", at, bytes[at] & 0xFF, clock.get());
            }
        }
    }

    /** Some act put the value there, and none that came after it was over before the load began. */
    private boolean mayLoad(int at, int value, long begin) {
        for (Act act : acts) {
            if (!act.isSync && act.value == value && act.covers(at)) {
                boolean isGone = false;
                for (Act later : acts) {
                    isGone |= !later.isSync && later.covers(at) && act.isBefore(later) && later.end < begin;
                }
                if (!isGone) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Some act put the value there, and none that came after it was made durable. */
    private boolean mayRemain(int at, int value) {
        for (Act act : acts) {
            if (!act.isSync && act.value == value && act.covers(at)) {
                boolean isGone = false;
                for (Act later : acts) {
                    isGone |= !later.isSync && later.covers(at) && act.isBefore(later) && isDurable(later, at);
                }
                if (!isGone) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isDurable(Act act, int at) {
        if (act.isDurable) {
            return act.end != UNDER_WAY;
        }
        for (Act sync : acts) {
            if (sync.isSync && sync.covers(at) && act.isBefore(sync) && sync.end != UNDER_WAY) {
                return true;
            }
        }
        return false;
    }

    private AssertionError wrong(String who, int at, int value, long begin) {
        List<String> told = new ArrayList<>();
        for (Act act : acts) {
            if (act.covers(at)) {
                told.add(act.toString());
            }
        }
        return new AssertionError("no order of these acts gives this byte: " + who + ", offset=" + at + ", found="
                + value + ", loadedFrom=" + begin + "\n" + String.join("\n", told));
    }
}
