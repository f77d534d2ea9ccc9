package io.daxkv.client;

import io.lettuce.core.SetArgs;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Calls that wait for their reply: {@link DaxkvAsync}, one call at a time.
 *
 * <p><b>Durability.</b> A call returns only if the server kept the level asked for.
 *
 * <p><b>Threads.</b> Safe for use by many threads; each waits for its own reply.
 *
 * <p><b>Failure.</b> {@link DaxkvException}; {@link OutcomeUnknownException} if no reply came in the client's timeout.
 */
public final class DaxkvSync<K, V> {
    private final DaxkvAsync<K, V> async;
    private final Duration timeout;

    DaxkvSync(DaxkvAsync<K, V> async, Duration timeout) {
        this.async = async;
        this.timeout = timeout;
    }

    /** Returns the same calls with another level for those that name none. */
    public DaxkvSync<K, V> with(Durability durability) {
        return new DaxkvSync<>(async.with(durability), timeout);
    }

    /** Returns the value, or null. */
    public V get(K key) {
        return Replies.await(async.get(key), timeout);
    }

    public WriteResult<String> set(K key, V value) {
        return Replies.await(async.set(key, value), timeout);
    }

    public WriteResult<String> set(K key, V value, Durability durability) {
        return Replies.await(async.set(key, value, durability), timeout);
    }

    /** As {@link #set(Object, Object, Durability)} with Redis' options; the reply is null where a condition failed. */
    public WriteResult<String> set(K key, V value, SetArgs options, Durability durability) {
        return Replies.await(async.set(key, value, options, durability), timeout);
    }

    /** Returns how many of the keys were there. */
    public WriteResult<Long> delete(List<K> keys, Durability durability) {
        return Replies.await(async.delete(keys, durability), timeout);
    }

    public WriteResult<Long> delete(K key) {
        return Replies.await(async.delete(key), timeout);
    }

    public WriteResult<Long> incrementBy(K key, long amount, Durability durability) {
        return Replies.await(async.incrementBy(key, amount, durability), timeout);
    }

    public WriteResult<Long> increment(K key) {
        return Replies.await(async.increment(key), timeout);
    }

    /** Sets all pairs or, after a crash, none of them. */
    public WriteResult<String> setAll(Map<K, V> pairs, Durability durability) {
        return Replies.await(async.setAll(pairs, durability), timeout);
    }

    /** Appends to a value and returns its new size in bytes. */
    public WriteResult<Long> append(K key, V value, Durability durability) {
        return Replies.await(async.append(key, value, durability), timeout);
    }

    /** Removes a key and returns the value it had, or null. */
    public WriteResult<V> getAndDelete(K key, Durability durability) {
        return Replies.await(async.getAndDelete(key, durability), timeout);
    }

    /** Lets a key expire; the reply is 1, or 0 if there is no such key. */
    public WriteResult<Long> expire(K key, Duration ttl, Durability durability) {
        return Replies.await(async.expire(key, ttl, durability), timeout);
    }

    /** As {@link DaxkvAsync#call}, waiting for the reply. */
    public <T> WriteResult<T> call(
            Durability durability, ProtocolKeyword command, CommandOutput<K, V, T> output, CommandArgs<K, V> args) {
        return Replies.await(async.call(durability, command, output, args), timeout);
    }
}
