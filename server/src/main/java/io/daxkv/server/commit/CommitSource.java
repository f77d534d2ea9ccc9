package io.daxkv.server.commit;

import io.daxkv.storage.kv.KvStore;

/**
 * The part of a store that decides when replies may leave. A seam, so that a test can hold a commit back.
 *
 * <p><b>Threads.</b> Safe for use by many threads.
 */
public interface CommitSource {

    long appendedLsn();

    /** Returns the LSN up to which everything survives; never falls. */
    long durableLsn();

    /** Returns true if {@link #commit()} costs less than a thread hop. */
    boolean commitsInline();

    /** Makes everything appended so far durable before it returns. */
    void commit();

    /** Asks for a commit soon, on another thread. */
    void requestCommit();

    /** Returns the commits of a store. */
    static CommitSource of(KvStore store) {
        return new CommitSource() {
            @Override
            public long appendedLsn() {
                return store.appendedLsn();
            }

            @Override
            public long durableLsn() {
                return store.durableLsn();
            }

            @Override
            public boolean commitsInline() {
                return store.commitsInline();
            }

            @Override
            public void commit() {
                store.commit();
            }

            @Override
            public void requestCommit() {
                store.requestCommit();
            }
        };
    }
}
