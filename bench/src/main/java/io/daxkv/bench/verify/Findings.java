package io.daxkv.bench.verify;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What went wrong, counted by kind, with the first few told in full.
 *
 * <p><b>Threads.</b> Safe for use by many threads.
 */
final class Findings {
    private static final int EXAMPLE_COUNT_MAX = 10;

    /** Ways to break the promise. */
    enum Kind {
        /** An acknowledged or already read write is gone. */
        LOST,
        /** A value is not one that was written under its key. */
        TORN,
        /** An acknowledged delete is undone. */
        RESURRECTED,
        /** One half of an MSET survived without the other. */
        SPLIT_PAIR,
        /** A later write of a client survived, an earlier one did not. */
        GAP,
        /** A key is there that nobody wrote. */
        PHANTOM,
        /** A read, before any kill, returned something else than the last write. */
        WRONG_READ,
        /** The server answered a write, or a read after a restart, with an error. */
        REFUSED
    }

    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private final List<String> examples = new ArrayList<>();

    synchronized void add(Kind kind, String text) {
        counts.merge(kind, 1L, Long::sum);
        if (examples.size() < EXAMPLE_COUNT_MAX) {
            examples.add(kind + ": " + text);
        }
    }

    synchronized long count(Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    synchronized long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    synchronized List<String> examples() {
        return List.copyOf(examples);
    }
}
