package io.daxkv.server.commit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One drain for all connections of an event-loop turn. A connection that has replies joins; when the loop has served
 * every socket that was ready, one task commits and lets all of them send. On media that commit by a system call the
 * task asks the committer thread instead, the loop goes on reading, and the next durable LSN wakes it.
 *
 * <p><b>Durability.</b> Replies leave only through {@link GatedClient#release}, with a durable LSN read after the
 * commit that covers them.
 *
 * <p><b>Threads.</b> Confined to its event loop, except {@link #wake()}, {@link #fail()}.
 *
 * <p><b>Failure.</b> A commit that throws is final: {@code onFailure} learns of it, and no reply leaves any more.
 */
public final class LoopCommit {
    private final Executor loop;
    private final CommitSource commits;
    private final Consumer<Throwable> onFailure;
    private final Runnable endTurn = this::endTurn;
    private final Runnable releaseTurn = this::releaseTurn;
    private final AtomicBoolean isWaking = new AtomicBoolean();
    private final List<GatedClient> joined = new ArrayList<>();
    private List<GatedClient> waiting = new ArrayList<>();
    private List<GatedClient> spare = new ArrayList<>();
    private boolean isTurnOpen;
    private boolean isReleasing;
    private boolean isAskedAgain;
    private volatile boolean hasWaiting;
    private volatile boolean hasFailed;

    public LoopCommit(Executor loop, CommitSource commits, Consumer<Throwable> onFailure) {
        this.loop = loop;
        this.commits = commits;
        this.onFailure = onFailure;
    }

    /** Takes a connection into this turn; once is as good as twice. */
    public void join(GatedClient client) {
        if (client.place().isJoined) {
            return;
        }
        client.place().isJoined = true;
        joined.add(client);
        if (!isTurnOpen) {
            isTurnOpen = true;
            loop.execute(endTurn);
        }
    }

    /** Returns the LSN up to which everything survives. */
    public long durableLsn() {
        return commits.durableLsn();
    }

    /** Tells the loop that the durable LSN moved; any thread. Calls made before the loop looks cost one task. */
    public void wake() {
        if (hasWaiting && isWaking.compareAndSet(false, true)) {
            loop.execute(releaseTurn);
        }
    }

    /** Stops all replies for good and closes the connections that wait for one; any thread. */
    public void fail() {
        hasFailed = true;
        loop.execute(this::abandonAll);
    }

    private void endTurn() {
        isTurnOpen = false;
        // 1. Commit what somebody waits for. Before the swap below, so that no reply is looked at twice.
        if (!hasFailed && !commitNeeded()) {
            return;
        }
        // 2. Publish that there may be waiters, then read the durable LSN. The other way round, a commit that ends
        //    between the two would wake nobody, and a reply would stay until the next one.
        for (int i = 0; i < joined.size(); i++) {
            joined.get(i).place().isJoined = false;
            await(joined.get(i));
        }
        joined.clear();
        hasWaiting = true;
        release();
    }

    /** Returns false if the commit failed. */
    private boolean commitNeeded() {
        long needed = 0;
        for (int i = 0; i < joined.size(); i++) {
            needed = Math.max(needed, joined.get(i).neededLsn());
        }
        if (needed <= commits.durableLsn()) {
            return true;
        }
        if (!commits.commitsInline()) {
            commits.requestCommit();
            return true;
        }
        try {
            commits.commit();
            return true;
        } catch (RuntimeException e) {
            hasFailed = true;
            onFailure.accept(e);
            abandonAll();
            return false;
        }
    }

    private void releaseTurn() {
        // Cleared before the durable LSN is read: a wake that comes later makes its own task.
        isWaking.set(false);
        release();
    }

    private void release() {
        // Sending may run tasks of this loop, and so get here again: the list under way must not change places then.
        isAskedAgain = true;
        if (isReleasing) {
            return;
        }
        isReleasing = true;
        try {
            while (isAskedAgain) {
                isAskedAgain = false;
                releaseWaiting();
            }
        } finally {
            isReleasing = false;
        }
    }

    private void releaseWaiting() {
        if (hasFailed) {
            abandonAll();
            return;
        }
        long durable = commits.durableLsn();
        // The lists change places, since a released connection may run requests that waited and join again.
        List<GatedClient> turn = waiting;
        waiting = spare;
        spare = turn;
        for (int i = 0; i < turn.size(); i++) {
            GatedClient client = turn.get(i);
            client.place().isWaiting = false;
            client.release(durable);
            if (client.neededLsn() > durable) {
                await(client);
            }
        }
        turn.clear();
        hasWaiting = !waiting.isEmpty();
    }

    private void await(GatedClient client) {
        if (!client.place().isWaiting) {
            client.place().isWaiting = true;
            waiting.add(client);
        }
    }

    private void abandonAll() {
        List<GatedClient> all = new ArrayList<>(joined);
        all.addAll(waiting);
        joined.clear();
        waiting.clear();
        for (GatedClient client : all) {
            client.abandon();
        }
    }
}
