package io.daxkv.bench.verify;

import java.util.ArrayList;
import java.util.List;

/**
 * The keys one client owns and how far its writes got. Operations are numbered from 1, over all cycles.
 *
 * <p><b>Threads.</b> Confined to the client's thread while that runs; other clients may use {@link #shared}.
 */
final class ClientHistory {
    private final int id;
    private final List<KeyHistory> shared;
    private final List<KeyHistory> fresh = new ArrayList<>();
    private final List<KeyHistory> counters;
    private final List<KeyHistory> pairs;
    private long sentOperation;
    private long ackedOperation;
    private long ackedWriteCount;
    private long unknownCount;
    private long readCount;

    ClientHistory(int id, int keyCount) {
        this.id = id;
        shared = keys("v", keyCount, KeyHistory.Kind.VALUE);
        counters = keys("i", Math.max(1, keyCount / 10), KeyHistory.Kind.COUNTER);
        pairs = keys("p", Math.max(1, keyCount / 10), KeyHistory.Kind.PAIR);
    }

    private List<KeyHistory> keys(String letter, int keyCount, KeyHistory.Kind kind) {
        List<KeyHistory> keys = new ArrayList<>();
        for (int i = 0; i < keyCount; i++) {
            keys.add(new KeyHistory("c" + id + ":" + letter + i, kind));
        }
        return List.copyOf(keys);
    }

    /** Returns the value keys that are there from the start; other clients read them too. */
    List<KeyHistory> shared() {
        return shared;
    }

    List<KeyHistory> counters() {
        return counters;
    }

    List<KeyHistory> pairs() {
        return pairs;
    }

    /** Adds a key that was never written. */
    KeyHistory addFresh() {
        KeyHistory key = new KeyHistory("c" + id + ":n" + fresh.size(), KeyHistory.Kind.VALUE);
        fresh.add(key);
        return key;
    }

    int freshCount() {
        return fresh.size();
    }

    KeyHistory fresh(int index) {
        return fresh.get(index);
    }

    /** Returns every key, in the order {@link #judge} wants the states. */
    List<KeyHistory> all() {
        List<KeyHistory> all = new ArrayList<>(shared);
        all.addAll(fresh);
        all.addAll(counters);
        all.addAll(pairs);
        return all;
    }

    /** Returns the number of the next write. */
    long nextOperation() {
        unknownCount++;
        return ++sentOperation;
    }

    /** Notes that a write and all before it were answered. */
    void acknowledged(long operation) {
        ackedOperation = operation;
        ackedWriteCount++;
        unknownCount--;
    }

    /** Notes that a write was answered with an error. */
    void refused(KeyHistory key, long operation) {
        key.refused(operation);
        unknownCount--;
    }

    void read() {
        readCount++;
    }

    /** Judges what a sweep found, one state for each of {@link #all}, and starts anew from it. */
    void judge(List<KeyHistory> keys, long[] observed, Findings findings) {
        long survived = ackedOperation;
        boolean[] allowed = new boolean[observed.length];
        for (int i = 0; i < observed.length; i++) {
            allowed[i] = keys.get(i).judge(observed[i], ackedOperation, findings);
            if (allowed[i]) {
                survived = Math.max(survived, keys.get(i).survivedOperation(observed[i], ackedOperation));
            }
        }
        for (int i = 0; i < observed.length; i++) {
            if (allowed[i] && keys.get(i).hasGap(observed[i], survived)) {
                findings.add(
                        Findings.Kind.GAP,
                        "key=" + keys.get(i).key() + ", found=" + observed[i] + ", newer write that survived="
                                + survived);
            }
            keys.get(i).settle(observed[i]);
        }
    }

    long ackedWriteCount() {
        return ackedWriteCount;
    }

    /** Returns the writes that got no reply: each was carried out whole or not at all. */
    long unknownCount() {
        return unknownCount;
    }

    long readCount() {
        return readCount;
    }
}
