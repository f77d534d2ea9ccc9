package io.daxkv.server.commit;

/** Commits that happen when the test says so. */
public final class ManualCommits implements CommitSource {
    public volatile long appended;
    public volatile long durable;
    public volatile boolean isInline;
    public volatile RuntimeException failure;
    public volatile int commitCount;
    public volatile int requestCount;

    @Override
    public long appendedLsn() {
        return appended;
    }

    @Override
    public long durableLsn() {
        return durable;
    }

    @Override
    public boolean commitsInline() {
        return isInline;
    }

    @Override
    public void commit() {
        if (failure != null) {
            throw failure;
        }
        commitCount = commitCount + 1;
        durable = appended;
    }

    @Override
    public void requestCommit() {
        requestCount = requestCount + 1;
    }
}
