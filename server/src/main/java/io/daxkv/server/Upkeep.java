package io.daxkv.server;

import io.daxkv.server.commit.CommitSource;
import io.daxkv.storage.kv.KvBatch;
import io.daxkv.storage.kv.KvStore;
import io.daxkv.storage.kv.StoreFullException;
import java.util.function.Consumer;

/**
 * What a store needs from time to time: keys past their deadline buried, and appends that no reply waits for made
 * durable. Runs on an event loop, in slices too short to be noticed.
 */
final class Upkeep {
    /** How often due keys are looked for, as often as Redis does. */
    static final long EXPIRE_PERIOD_MS = 100;

    /** Slots looked at with the writer lock held: some ten microseconds. */
    private static final int SLICE_SLOT_COUNT = 256;

    private static final int SLICE_COUNT_MAX = 32;

    /** While more than a quarter of the slots held due keys, the next slice follows at once. */
    private static final int BUSY_COUNT = SLICE_SLOT_COUNT / 4;

    private final KvStore store;
    private final CommitSource commits;
    private final Consumer<Throwable> onFailure;
    private boolean hasFailed;

    Upkeep(KvStore store, Consumer<Throwable> onFailure) {
        this.store = store;
        this.commits = CommitSource.of(store);
        this.onFailure = onFailure;
    }

    /** Buries some of the keys that are due. */
    void expire() {
        guarded(() -> {
            boolean isBusy = store.expiringKeyCount() > 0;
            for (int i = 0; i < SLICE_COUNT_MAX && isBusy; i++) {
                try (KvBatch batch = store.begin()) {
                    isBusy = batch.expireDue(SLICE_SLOT_COUNT) > BUSY_COUNT;
                }
            }
        });
    }

    /** Makes durable what no reply waits for: writes with a weaker durability of their own, and tombstones. */
    void commit() {
        guarded(() -> {
            if (commits.durableLsn() >= commits.appendedLsn()) {
                return;
            }
            if (commits.commitsInline()) {
                commits.commit();
            } else {
                commits.requestCommit();
            }
        });
    }

    private void guarded(Runnable work) {
        if (hasFailed) {
            return;
        }
        try {
            work.run();
        } catch (StoreFullException e) {
            // No room for a tombstone: the key stays, is not served, and is buried when there is room.
            return;
        } catch (RuntimeException e) {
            hasFailed = true;
            onFailure.accept(e);
        }
    }
}
