package io.daxkv.client;

import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Calls that return at once. Those without a level use the client's own.
 *
 * <p><b>Durability.</b> A future completes normally only if the server kept the level asked for.
 *
 * <p><b>Ordering.</b> Calls of one thread reach the server in order and complete in order.
 *
 * <p><b>Threads.</b> Safe for use by many threads. Callbacks run on the connection's event loop: do not block in them.
 *
 * <p><b>Failure.</b> Futures fail with a {@link DaxkvException}; a call that finds the connection broken and cannot
 * open it again throws one.
 */
public final class DaxkvAsync<K, V> {
    private final Supplier<StatefulRedisConnection<K, V>> connection;
    private final RedisCodec<K, V> codec;
    private final Durability standard;

    DaxkvAsync(Supplier<StatefulRedisConnection<K, V>> connection, RedisCodec<K, V> codec, Durability standard) {
        this.connection = connection;
        this.codec = codec;
        this.standard = standard;
    }

    /** Returns the same calls with another level for those that name none. */
    public DaxkvAsync<K, V> with(Durability durability) {
        return new DaxkvAsync<>(connection, codec, durability);
    }

    /** Returns the value, or null. The server answers once the value read is as durable as its own setting says. */
    public CompletableFuture<V> get(K key) {
        return Replies.typed(connection.get().async().get(key));
    }

    public CompletableFuture<WriteResult<String>> set(K key, V value) {
        return set(key, value, standard);
    }

    public CompletableFuture<WriteResult<String>> set(K key, V value, Durability durability) {
        return call(
                durability,
                CommandType.SET,
                new StatusOutput<>(codec),
                args(key).addValue(value));
    }

    /** As {@link #set(Object, Object, Durability)} with Redis' options; the reply is null where a condition failed. */
    public CompletableFuture<WriteResult<String>> set(K key, V value, SetArgs options, Durability durability) {
        CommandArgs<K, V> args = args(key).addValue(value);
        options.build(args);
        return call(durability, CommandType.SET, new StatusOutput<>(codec), args);
    }

    /** Returns how many of the keys were there. */
    public CompletableFuture<WriteResult<Long>> delete(List<K> keys, Durability durability) {
        return call(durability, CommandType.DEL, new IntegerOutput<>(codec), args().addKeys(keys));
    }

    public CompletableFuture<WriteResult<Long>> delete(K key) {
        return delete(List.of(key), standard);
    }

    public CompletableFuture<WriteResult<Long>> incrementBy(K key, long amount, Durability durability) {
        return call(
                durability,
                CommandType.INCRBY,
                new IntegerOutput<>(codec),
                args(key).add(amount));
    }

    public CompletableFuture<WriteResult<Long>> increment(K key) {
        return incrementBy(key, 1, standard);
    }

    /** Sets all pairs or, after a crash, none of them. */
    public CompletableFuture<WriteResult<String>> setAll(Map<K, V> pairs, Durability durability) {
        return call(durability, CommandType.MSET, new StatusOutput<>(codec), args().add(pairs));
    }

    /** Appends to a value and returns its new size in bytes. */
    public CompletableFuture<WriteResult<Long>> append(K key, V value, Durability durability) {
        return call(
                durability,
                CommandType.APPEND,
                new IntegerOutput<>(codec),
                args(key).addValue(value));
    }

    /** Removes a key and returns the value it had, or null. */
    public CompletableFuture<WriteResult<V>> getAndDelete(K key, Durability durability) {
        return call(durability, CommandType.GETDEL, new ValueOutput<>(codec), args(key));
    }

    /** Lets a key expire; the reply is 1, or 0 if there is no such key. */
    public CompletableFuture<WriteResult<Long>> expire(K key, Duration ttl, Durability durability) {
        return call(
                durability,
                CommandType.PEXPIRE,
                new IntegerOutput<>(codec),
                args(key).add(ttl.toMillis()));
    }

    /**
     * Sends any command at a level of durability.
     *
     * @param output decodes the command's own reply
     * @param args the command's arguments
     */
    public <T> CompletableFuture<WriteResult<T>> call(
            Durability durability, ProtocolKeyword command, CommandOutput<K, V, T> output, CommandArgs<K, V> args) {
        CommandArgs<K, V> all = args().add(durability.wireName()).add(command.getBytes());
        all.addAll(args);
        return Replies.typed(connection
                .get()
                .async()
                .dispatch(DaxCommand.CALL, new DurableOutput<>(codec, output, durability), all));
    }

    /** Returns how far the server's log is. */
    public CompletableFuture<LogState> logState() {
        return Replies.typed(connection.get().async().dispatch(DaxCommand.LSN, new ArrayOutput<>(codec)))
                .thenApply(reply -> new LogState((Long) reply.get(0), (Long) reply.get(1)));
    }

    /** Completes with the durable LSN once it is at least {@code lsn}. */
    public CompletableFuture<Long> awaitDurable(long lsn, Duration timeout) {
        CommandArgs<K, V> args = args().add(lsn).add(timeout.toMillis());
        return Replies.typed(connection.get().async().dispatch(DaxCommand.WAIT, new IntegerOutput<>(codec), args))
                .thenApply(durable -> {
                    if (durable < lsn) {
                        throw new DurabilityTimeoutException(
                                "not durable in time: lsn=" + lsn + ", durableLsn=" + durable + ", waitedMs="
                                        + timeout.toMillis(),
                                null);
                    }
                    return durable;
                });
    }

    private CommandArgs<K, V> args() {
        return new CommandArgs<>(codec);
    }

    private CommandArgs<K, V> args(K key) {
        return args().addKey(key);
    }
}
