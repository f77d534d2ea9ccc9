package io.daxkv.storage.kv;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was written, by LSN: the model of a store. The state after any prefix is computed by replaying it, so that the
 * question after a crash is exactly the contract's: which prefix survived, and does the store show that one.
 */
final class KvHistory {

    /** What one LSN did. */
    enum Kind {
        PUT,
        DELETE,
        CLEAR,
        /** The tombstone of a key that was due: nobody can see a difference. */
        BURY
    }

    private record Entry(Kind kind, String key, String value, long deadlineMs, boolean isFrameOpen) {}

    /** A value with its deadline. */
    record Timed(String value, long deadlineMs) {
        boolean isDue(long nowMs) {
            return deadlineMs != 0 && deadlineMs <= nowMs;
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    /** Returns a copy of the first {@code count} entries. */
    KvHistory prefix(long count) {
        KvHistory copy = new KvHistory();
        copy.entries.addAll(entries.subList(0, (int) count));
        return copy;
    }

    /** Becomes equal to {@code other}. */
    void replaceBy(KvHistory other) {
        List<Entry> copy = List.copyOf(other.entries);
        entries.clear();
        entries.addAll(copy);
    }

    long size() {
        return entries.size();
    }

    /** Adds one LSN; {@code isFrameOpen} = the next one belongs to the same frame. */
    void add(Kind kind, String key, String value, long deadlineMs, boolean isFrameOpen) {
        entries.add(new Entry(kind, key, value, deadlineMs, isFrameOpen));
    }

    void put(String key, String value, long deadlineMs) {
        add(Kind.PUT, key, value, deadlineMs, false);
    }

    /** Returns true if a prefix of {@code count} would end inside a frame. */
    boolean splitsFrame(long count) {
        return count > 0 && entries.get((int) count - 1).isFrameOpen;
    }

    /**
     * Returns true if a prefix of {@code count} would end inside an expiry. Which of its keys are buried then is the
     * store's choice: it goes by hash, this history does not.
     */
    boolean splitsExpiry(long count) {
        int next = (int) count;
        return next > 0
                && next < entries.size()
                && entries.get(next - 1).kind == Kind.BURY
                && entries.get(next).kind == Kind.BURY;
    }

    /** Returns every key not yet buried, due ones included. */
    Map<String, Timed> state() {
        Map<String, Timed> state = new HashMap<>();
        for (Entry entry : entries) {
            switch (entry.kind) {
                case PUT -> state.put(entry.key, new Timed(entry.value, entry.deadlineMs));
                case CLEAR -> state.clear();
                case DELETE, BURY -> state.remove(entry.key);
            }
        }
        return state;
    }

    /** Returns what a reader sees at {@code nowMs}. */
    Map<String, String> visible(long nowMs) {
        Map<String, String> visible = new HashMap<>();
        state().forEach((key, timed) -> {
            if (!timed.isDue(nowMs)) {
                visible.put(key, timed.value());
            }
        });
        return visible;
    }
}
