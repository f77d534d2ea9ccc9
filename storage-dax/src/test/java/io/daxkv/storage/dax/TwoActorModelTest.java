package io.daxkv.storage.dax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.testkit.RecordingPmem;
import io.daxkv.storage.testkit.Seed;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two actors on one file, each with random operations by either path: every byte read was put there by an operation
 * that some order allows, and so is every byte a crash leaves.
 *
 * <p>Method: short rounds on a fresh volume. At random sync points an actor lets the other pass many of them first, so
 * that orders come up which the scheduler would never try. Every store has a value of its own; {@link ActorHistory}
 * knows which may be seen. After a round both windows and IO must agree, and a crash that keeps nothing must leave what
 * was synced. The seed repeats the operations, not the schedule. That the method sees something: faulty layers are
 * caught.
 */
@Timeout(900)
class TwoActorModelTest {
    private static final int ROUNDS = Math.max(60, Integer.getInteger("daxkv.model.ops", 50_000) / 400);
    private static final int ROUNDS_MAX_FOR_MUTANT = 600;
    private static final int ACTORS = 2;
    /** A value for each store, and 0 besides. */
    private static final int OPS = 120;

    private static final int BLOCKS = 6;
    private static final int SIZE = BLOCKS * VolumeLayout.BLOCK_SIZE - 1000;

    @Test
    void everyByteReadWasPutThereByAnOperationThatSomeOrderAllows() {
        Seed seed = Seed.draw();
        seed.run(() -> {
            for (int round = 0; round < ROUNDS; round++) {
                new Round(seed.fork(round), new FileOperations()).play();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"IO_UNTRACKED", "INVAL_ANY", "RANGE_2016", "NO_FLUSH"})
    void faultyLayerIsFound(String mutant) {
        Seed seed = Seed.draw();
        seed.run(() -> {
            for (int round = 0; round < ROUNDS_MAX_FOR_MUTANT; round++) {
                try {
                    new Round(seed.fork(round), ModelMutants.all().get(mutant)).play();
                } catch (AssertionError e) {
                    return;
                }
            }
            throw new AssertionError(mutant + " went unseen: rounds=" + ROUNDS_MAX_FOR_MUTANT);
        });
    }

    /** One volume, one file, two actors, some hundred operations. */
    private static final class Round implements SyncPoint.Hook {
        private final Seed seed;
        private final RecordingPmem pmem = new RecordingPmem(1 << 20);
        private final DaxVolume volume;
        private final DaxFile file;
        private final ActorHistory history = new ActorHistory(SIZE);
        private final Actor[] actors = new Actor[ACTORS];
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Round(Seed seed, FileOperations operations) {
            this.seed = seed;
            DaxVolume.format(pmem, new UUID(1, 2)).close();
            volume = new DaxVolume(pmem, operations, this);
            file = volume.create("file", DaxFileKind.ORDINARY);
            file.truncate(SIZE);
        }

        void play() throws InterruptedException {
            for (int number = 0; number < ACTORS; number++) {
                actors[number] = new Actor(this, number, seed.fork(number).random());
            }
            for (Actor actor : actors) {
                actor.thread.start();
            }
            for (Actor actor : actors) {
                actor.thread.join();
            }
            if (failure.get() != null) {
                throw new AssertionError("actor failed: " + failure.get().getMessage(), failure.get());
            }
            byte[] found = read(0, SIZE);
            history.checkLoaded("at rest", 0, found, history.now());
            for (Actor actor : actors) {
                byte[] seen = new byte[SIZE];
                actor.window.get(0, seen, 0, SIZE);
                assertEquals(-1, Arrays.mismatch(found, seen), "IO and a window disagree at rest");
                VolumeChecker.check(file, actor.window);
            }
            VolumeChecker.check(volume);
            DaxFile survivor = DaxVolume.open(pmem.crashKeepingNothing()).open("file");
            assertEquals(SIZE, survivor.size());
            ByteBuffer target = ByteBuffer.allocate(SIZE);
            survivor.read(0, target);
            history.checkCrashed(target.array());
        }

        byte[] read(int offset, int length) {
            ByteBuffer target = ByteBuffer.allocate(length);
            file.read(offset, target);
            return target.array();
        }

        @Override
        public void reached(SyncPoint point) {
            for (Actor actor : actors) {
                if (actor != null && actor.thread == Thread.currentThread()) {
                    actor.reached(actors[1 - actor.number]);
                }
            }
        }
    }

    /** One thread with a window of its own. */
    private static final class Actor {
        private static final List<WindowMode> MODES =
                List.of(WindowMode.TRACKED, WindowMode.PROTECTED, WindowMode.TRACKED, WindowMode.SYNC);
        /** How long an actor waits for the other, which may itself wait for this one. */
        private static final int YIELDS_MAX = 200;

        private final Round round;
        private final int number;
        private final RandomGenerator random;
        private final RandomGenerator schedule;
        private final DaxWindow window;
        private final Thread thread = new Thread(this::run);
        private volatile int passed;
        private volatile boolean isDone;

        Actor(Round round, int number, RandomGenerator random) {
            this.round = round;
            this.number = number;
            this.random = random;
            this.schedule = round.seed.fork(ACTORS + number).random();
            this.window = round.file.window(0, SIZE, MODES.get(random.nextInt(MODES.size())));
            thread.setDaemon(true);
        }

        /** Goes on, or lets the other pass some sync points first. */
        private void reached(Actor other) {
            passed = passed + 1;
            if (schedule.nextInt(12) == 0) {
                int target = other.passed + 1 + schedule.nextInt(40);
                for (int i = 0; i < YIELDS_MAX && other.passed < target && !other.isDone; i++) {
                    Thread.yield();
                }
            }
        }

        private void run() {
            try {
                for (int op = 0; op < OPS && round.failure.get() == null; op++) {
                    step(1 + number * OPS + op);
                }
            } catch (Throwable e) {
                round.failure.compareAndSet(null, e);
            } finally {
                isDone = true;
            }
        }

        private void step(int value) {
            int offset = Math.max(0, Math.min(SIZE - 1, random.nextInt(BLOCKS) * 4096 + random.nextInt(400) - 200));
            int length = Math.min(SIZE - offset, 1 + random.nextInt(random.nextInt(4) == 0 ? 6000 : 200));
            switch (random.nextInt(12)) {
                case 0, 1 -> write(offset, length, value);
                case 2, 3, 4 -> store(offset, length, value);
                case 5 -> {
                    long begin = round.history.now();
                    round.history.checkLoaded(
                            "actor " + number + " by read", offset, round.read(offset, length), begin);
                }
                case 6, 7, 8 -> load(offset, length);
                case 9 -> fsync(offset, length);
                case 10 -> window.discard(offset, length);
                default -> change(offset);
            }
        }

        private void write(int offset, int length, int value) {
            ActorHistory.Act act = round.history.begin("write", offset, offset + length, value, false, false);
            round.file.write(offset, ByteBuffer.wrap(filled(length, value)));
            round.history.end(act);
        }

        private void store(int offset, int length, int value) {
            ActorHistory.Act act = round.history.begin("store", offset, offset + length, value, false, false);
            window.put(offset, filled(length, value), 0, length);
            round.history.end(act);
        }

        private void load(int offset, int length) {
            byte[] found = new byte[length];
            long begin = round.history.now();
            window.get(offset, found, 0, length);
            round.history.checkLoaded("actor " + number + " by load", offset, found, begin);
        }

        private void fsync(int offset, int length) {
            boolean whole = random.nextBoolean();
            int from = whole ? 0 : offset & -VolumeLayout.BLOCK_SIZE;
            int to = whole ? SIZE : offset + length;
            ActorHistory.Act act = round.history.begin("fsync", from, to, 0, true, true);
            round.file.fsync(from, to - from);
            round.history.end(act);
        }

        /** Changes what stands behind a block: a punch, a zeroed range, or entries that go. */
        private void change(int offset) {
            int from = offset & -VolumeLayout.BLOCK_SIZE;
            if (from + VolumeLayout.BLOCK_SIZE > SIZE || random.nextInt(3) == 0) {
                round.file.dropCleanEntries();
                return;
            }
            ActorHistory.Act act =
                    round.history.begin("punch or zero", from, from + VolumeLayout.BLOCK_SIZE, 0, false, true);
            if (random.nextBoolean()) {
                round.file.punchHole(from, VolumeLayout.BLOCK_SIZE);
            } else {
                round.file.zeroRange(from, VolumeLayout.BLOCK_SIZE, SizeRule.KEEP);
            }
            round.history.end(act);
        }

        private static byte[] filled(int length, int value) {
            byte[] bytes = new byte[length];
            Arrays.fill(bytes, (byte) value);
            return bytes;
        }
    }

    @Test
    void historyKnowsWhatNoOrderAllows() {
        ActorHistory history = new ActorHistory(1);
        ActorHistory.Act first = history.begin("store", 0, 1, 1, false, false);
        history.end(first);
        ActorHistory.Act second = history.begin("store", 0, 1, 2, false, false);
        history.checkLoaded("while the second is under way", 0, new byte[] {1}, history.now());
        history.checkLoaded("while the second is under way", 0, new byte[] {2}, history.now());
        history.end(second);
        assertTrue(isRefused(() -> history.checkLoaded("later", 0, new byte[] {1}, history.now())));
        history.checkCrashed(new byte[] {0});
        ActorHistory.Act sync = history.begin("fsync", 0, 1, 0, true, true);
        history.end(sync);
        assertTrue(isRefused(() -> history.checkCrashed(new byte[] {1})));
        history.checkCrashed(new byte[] {2});
    }

    private static boolean isRefused(Runnable check) {
        try {
            check.run();
            return false;
        } catch (AssertionError e) {
            return true;
        }
    }
}
