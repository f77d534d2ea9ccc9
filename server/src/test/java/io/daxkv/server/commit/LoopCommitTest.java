package io.daxkv.server.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/**
 * One commit serves a turn; what it does not cover waits and is released by a later one; after a failure nothing is.
 *
 * <p>Method: the loop is a queue that the test runs, the commits are numbers the test moves.
 */
class LoopCommitTest {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final ManualCommits commits = new ManualCommits();
    private final List<Throwable> failures = new ArrayList<>();
    private final LoopCommit loop = new LoopCommit(tasks::add, commits, failures::add);

    @Test
    void oneCommitServesAllConnectionsOfATurn() {
        commits.isInline = true;
        Client one = new Client(3);
        Client other = new Client(5);
        commits.appended = 5;
        loop.join(one);
        loop.join(other);
        loop.join(one);
        runTurn();
        assertEquals(1, commits.commitCount);
        assertEquals(List.of(5L), one.released);
        assertEquals(List.of(5L), other.released);
    }

    @Test
    void turnWithoutWritesCommitsNothing() {
        commits.isInline = true;
        Client reader = new Client(0);
        loop.join(reader);
        runTurn();
        assertEquals(0, commits.commitCount);
        assertEquals(List.of(0L), reader.released);
    }

    @Test
    void repliesWaitForTheCommitterThread() {
        Client writer = new Client(2);
        Client reader = new Client(0);
        commits.appended = 2;
        loop.join(writer);
        loop.join(reader);
        runTurn();
        assertEquals(1, commits.requestCount);
        assertTrue(writer.isHeld(), "released before it was durable");
        assertFalse(reader.isHeld(), "a reply that depends on nothing was held");
        commits.durable = 1;
        loop.wake();
        runTurn();
        assertTrue(writer.isHeld());
        commits.durable = 2;
        loop.wake();
        loop.wake();
        assertEquals(1, tasks.size(), "wakes are not coalesced");
        runTurn();
        assertFalse(writer.isHeld());
    }

    @Test
    void wakeWithoutWaitersCostsNothing() {
        loop.wake();
        assertEquals(0, tasks.size());
    }

    @Test
    void commitThatEndsBeforeTheTurnDoesReleasesAtOnce() {
        Client writer = new Client(2);
        commits.appended = 2;
        loop.join(writer);
        commits.durable = 2;
        loop.wake();
        runTurn();
        assertFalse(writer.isHeld());
        assertEquals(0, commits.requestCount);
    }

    @Test
    void connectionThatJoinsWhileItWaitsIsReleasedOnce() {
        Client writer = new Client(2);
        commits.appended = 2;
        loop.join(writer);
        runTurn();
        loop.join(writer);
        runTurn();
        int before = writer.released.size();
        commits.durable = 2;
        loop.wake();
        runTurn();
        assertEquals(before + 1, writer.released.size());
    }

    @Test
    void failedCommitIsFinal() {
        commits.isInline = true;
        commits.failure = new IllegalStateException("medium");
        Client writer = new Client(1);
        commits.appended = 1;
        loop.join(writer);
        runTurn();
        assertEquals(1, failures.size());
        assertTrue(writer.isAbandoned);
        assertEquals(List.of(), writer.released);

        commits.failure = null;
        commits.durable = 1;
        Client later = new Client(1);
        loop.join(later);
        runTurn();
        assertTrue(later.isAbandoned, "a reply left after a failed commit");
        assertEquals(List.of(), later.released);
    }

    @Test
    void failureOnAnotherThreadAbandonsThoseThatWait() {
        Client writer = new Client(1);
        commits.appended = 1;
        loop.join(writer);
        runTurn();
        int before = writer.released.size();
        loop.fail();
        commits.durable = 1;
        runTurn();
        assertTrue(writer.isAbandoned);
        assertEquals(before, writer.released.size());
    }

    private void runTurn() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private static final class Client implements GatedClient {
        private final Place place = new Place();
        private final List<Long> released = new ArrayList<>();
        private long needed;
        private boolean isAbandoned;

        Client(long needed) {
            this.needed = needed;
        }

        boolean isHeld() {
            return needed != 0;
        }

        @Override
        public Place place() {
            return place;
        }

        @Override
        public long neededLsn() {
            return needed;
        }

        @Override
        public void release(long durableLsn) {
            released.add(durableLsn);
            if (needed <= durableLsn) {
                needed = 0;
            }
        }

        @Override
        public void abandon() {
            isAbandoned = true;
        }
    }
}
