package io.daxkv.bench.verify;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What may be under one key (or under both keys of a pair): the state at the last sweep, and one state for each write
 * sent since, in order.
 *
 * <p>A state is the sequence number of a value, the number in a counter, or {@link #ABSENT}. Values are numbered by the
 * operation that wrote them, so an old one is recognised however long ago it was written.
 *
 * <p><b>Threads.</b> Confined to its client's thread while that runs, except {@link #wasRead}.
 */
final class KeyHistory {
    static final long ABSENT = -1;

    /** What is under the key. */
    enum Kind {
        VALUE,
        COUNTER,
        /** Two keys written by one MSET, always to the same sequence number. */
        PAIR
    }

    private static final int NOT_FOUND = -1;
    private static final int INITIAL_LENGTH = 4;

    private final String key;
    private final Kind kind;
    private final AtomicLong newestRead = new AtomicLong(ABSENT);
    private long[] operations = new long[INITIAL_LENGTH];
    private long[] states = new long[INITIAL_LENGTH];
    private int count = 1;

    KeyHistory(String key, Kind kind) {
        this.key = key;
        this.kind = kind;
        states[0] = ABSENT;
    }

    String key() {
        return key;
    }

    Kind kind() {
        return kind;
    }

    /** Returns the state once everything sent is carried out. */
    long newestState() {
        return states[count - 1];
    }

    /** Notes a write that is about to be sent. */
    void sent(long operation, long state) {
        if (count == states.length) {
            operations = Arrays.copyOf(operations, count * 2);
            states = Arrays.copyOf(states, count * 2);
        }
        operations[count] = operation;
        states[count++] = state;
    }

    /** Forgets a write the server answered with an error: it changed nothing. */
    void refused(long operation) {
        for (int i = 1; i < count; i++) {
            if (operations[i] == operation) {
                System.arraycopy(operations, i + 1, operations, i, count - i - 1);
                System.arraycopy(states, i + 1, states, i, count - i - 1);
                count--;
                return;
            }
        }
    }

    /** Notes that some client has been told this value: it may not vanish any more. */
    void wasRead(long sequence) {
        newestRead.accumulateAndGet(sequence, Math::max);
    }

    /**
     * Judges what a sweep found; adds to {@code findings} if no write allows it.
     *
     * @param ackedOperation the client's newest acknowledged operation
     */
    boolean judge(long observed, long ackedOperation, Findings findings) {
        int required = required(ackedOperation);
        if (lastMatch(observed, required) != NOT_FOUND) {
            return true;
        }
        String text = "key=" + key + ", found=" + name(observed) + ", acknowledged=" + name(states[required])
                + ", sent=" + name(newestState());
        if (observed == SealedValue.TORN) {
            findings.add(Findings.Kind.TORN, text);
        } else if (states[required] == ABSENT && observed != ABSENT) {
            findings.add(Findings.Kind.RESURRECTED, text);
        } else {
            findings.add(Findings.Kind.LOST, text);
        }
        return false;
    }

    /** Returns the oldest operation that explains a state {@link #judge} allowed; 0 = from before the last sweep. */
    long survivedOperation(long observed, long ackedOperation) {
        for (int i = required(ackedOperation); i < count; i++) {
            if (states[i] == observed) {
                return operations[i];
            }
        }
        return 0;
    }

    /**
     * Returns true if this key, found at {@code observed}, misses a write although a later one of its client survived.
     */
    boolean hasGap(long observed, long survivedOperation) {
        return lastMatch(observed, required(survivedOperation)) == NOT_FOUND;
    }

    /** Starts anew from what a sweep found: whoever swept has been told, so nothing older may come back. */
    void settle(long observed) {
        states[0] = observed;
        operations[0] = 0;
        count = 1;
        newestRead.set(ABSENT);
    }

    /** Returns the entry of the newest write that must have survived. */
    private int required(long ackedOperation) {
        int newest = 0;
        long read = newestRead.get();
        for (int i = 1; i < count; i++) {
            if (operations[i] <= ackedOperation || (read != ABSENT && operations[i] <= read)) {
                newest = i;
            }
        }
        return newest;
    }

    private int lastMatch(long observed, int from) {
        for (int i = count - 1; i >= from; i--) {
            if (states[i] == observed) {
                return i;
            }
        }
        return NOT_FOUND;
    }

    private static String name(long state) {
        if (state == ABSENT) {
            return "absent";
        }
        return state == SealedValue.TORN ? "torn" : Long.toString(state);
    }
}
