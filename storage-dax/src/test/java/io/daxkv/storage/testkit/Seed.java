package io.daxkv.storage.testkit;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The one number from which a random test draws everything, and which its failure prints.
 *
 * <pre>{@code
 * Seed seed = Seed.draw();
 * seed.run(() -> check(seed.random()));
 * }</pre>
 *
 * <p>{@link #draw()} takes the system property {@code daxkv.seed} if it is set, else a fresh number. Generators are not
 * for sharing between threads: {@link #fork} one seed for each.
 */
public final class Seed {
    /** System property that replays a run; decimal or {@code 0x...}. */
    public static final String PROPERTY = "daxkv.seed";

    private final long root;
    private final long value;

    private Seed(long root, long value) {
        this.root = root;
        this.value = value;
    }

    /** Returns the seed of the system property, or a fresh one. */
    public static Seed draw() {
        String replayed = System.getProperty(PROPERTY);
        return of(replayed == null || replayed.isEmpty() ? new SplittableRandom().nextLong() : parse(replayed));
    }

    /** Returns a fixed seed, for tests whose cases are listed. The system property does not override it. */
    public static Seed of(long value) {
        return new Seed(value, value);
    }

    private static long parse(String text) {
        return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseLong(text);
    }

    public long value() {
        return value;
    }

    /** Returns a generator at the start of this seed's sequence: every call returns an equal one. */
    public RandomGenerator random() {
        return new SplittableRandom(value);
    }

    /** Returns the {@code number}-th seed derived from this one; replaying this one replays it. */
    public Seed fork(long number) {
        // The odd constant is 2^64 / golden ratio: neighbouring numbers land far apart.
        return new Seed(root, new SplittableRandom(value + number * 0x9E3779B97F4A7C15L).nextLong());
    }

    /** Runs {@code body}; if it fails, prints how to replay and adds the same line to the failure. */
    public void run(Body body) {
        try {
            body.run();
        } catch (Throwable failure) {
            System.err.println(this);
            failure.addSuppressed(new Replay(toString()));
            throw Seed.<RuntimeException>unchanged(failure);
        }
    }

    @Override
    public String toString() {
        return "replay with -D" + PROPERTY + "=0x" + Long.toHexString(root);
    }

    /** Lets the failure pass as it is, checked or not: a test's assertion must reach the runner unwrapped. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T unchanged(Throwable failure) throws T {
        throw (T) failure;
    }

    /** A piece of a test that may throw anything. */
    @FunctionalInterface
    public interface Body {
        void run() throws Throwable;
    }

    /** Carries the replay line in a failure's report; has no stack trace of its own. */
    private static final class Replay extends Exception {
        private static final long serialVersionUID = 1L;

        Replay(String message) {
            super(message, null, false, false);
        }
    }
}
