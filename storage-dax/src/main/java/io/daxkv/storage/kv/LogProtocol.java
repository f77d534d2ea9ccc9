package io.daxkv.storage.kv;

import io.daxkv.storage.dax.DaxFile;

/**
 * The decisions of the log's write protocol that a crash would punish, in one place: each step that has to be durable
 * before the next begins, and what may be freed when. Crash tests replace one decision at a time with a wrong one and
 * must notice; production uses this class as it is.
 */
class LogProtocol {

    /** What is being made durable. */
    enum Step {
        /** Records, before they are acknowledged, and before their segment is sealed. */
        COMMIT,
        /** The word that closes a segment, before the header of the next is stored. */
        SEAL,
        /** A header, before the first record behind it is stored. */
        HEADER,
        /** The word that says "freed", before the units become a hole. */
        FREE,
        /** Copies of live records, before they are sealed and the index points at them. */
        SURVIVORS,
        /** A recovered tail, before it is sealed: after a kill its bytes may be seen and yet not durable. */
        RECOVERED
    }

    void sync(Step step, DaxFile file, long offset, long length) {
        file.fsync(offset, length);
    }

    /** Returns true if a segment may go whose newest death was caused by record {@code killedAtLsn}. */
    boolean mayFree(long killedAtLsn, long durableLsn) {
        return killedAtLsn <= durableLsn;
    }
}
