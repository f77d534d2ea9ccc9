/**
 * The engine: a key-value store as one log with one order. Read {@link io.daxkv.storage.kv.KvStore} for what callers
 * see, then follow a write: {@code KvBatch} encodes a record ({@code RecordLayout}), {@code RecordLog} gives it a place
 * in a {@code LogSegment} and an LSN, {@code HashIndex} makes it visible, {@code Committer} makes it durable and
 * {@code CommitSequence} tells who waits for it.
 *
 * <p>The log is one sparse {@link io.daxkv.storage.dax.DaxFile}. A segment is a run of its units; a free unit is a
 * hole. A record is valid by its own checksum and nothing else, so there is no tail pointer to keep and a batch costs
 * one drain. What survives any crash is a prefix of the LSN order that contains everything acknowledged. That rests on
 * these rules:
 *
 * <ul>
 *   <li>K1: a generation is used for one activation of one segment, ever, and no record is stored in a segment before
 *       its header is durable. So bytes of an earlier life never validate.
 *   <li>K2: the next segment's header is stored only after the segment before is durable to its end and sealed. So only
 *       the newest hot segment can have a torn tail; anything torn elsewhere is rot.
 *   <li>K3: a recovered tail is sealed where its valid records end, before the store serves, and never appended to. So
 *       a record behind the tear can never come back.
 *   <li>K4: a segment is freed only when the records that killed its own are durable, and a tombstone only when no
 *       other segment holds anything older.
 *   <li>K5: survivors are durable and sealed before the index points at them or their source goes.
 * </ul>
 *
 * <p>{@code Recovery} rebuilds the index from those rules, {@code RecoveryTable} says what each state of a segment
 * means.
 */
package io.daxkv.storage.kv;
