package io.daxkv.client;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import java.time.Duration;

/**
 * A connection to a daxkv server that says of each write what it survives.
 *
 * <p><b>Durability.</b> {@link Durability#POWER} unless a call or {@link DaxkvSync#with} says otherwise.
 *
 * <p><b>Threads.</b> Safe for use by many threads: one connection, calls pipelined.
 *
 * <p><b>Failure.</b> Calls that had no reply when the connection broke fail with {@link OutcomeUnknownException}: they
 * may have been carried out, so they are never repeated, where Lettuce on its own would. The next call opens the
 * connection again, and waits for that. Commands sent through {@link #redis()} share the connection and the rule.
 */
public final class DaxkvClient<K, V> implements AutoCloseable {
    /** Longer than the wait asked of the server, so that the server's own answer arrives first. */
    private static final Duration REPLY_GRACE = Duration.ofSeconds(5);

    private final RedisClient client;
    private final RedisURI uri;
    private final RedisCodec<K, V> codec;
    private final DaxkvAsync<K, V> async;
    private final DaxkvSync<K, V> sync;
    private final Duration timeout;
    private volatile StatefulRedisConnection<K, V> connection;

    private DaxkvClient(RedisClient client, RedisURI uri, RedisCodec<K, V> codec) {
        this.client = client;
        this.uri = uri;
        this.codec = codec;
        connection = client.connect(codec, uri);
        timeout = uri.getTimeout();
        async = new DaxkvAsync<>(this::redis, codec, Durability.POWER);
        sync = new DaxkvSync<>(async, timeout);
    }

    /** Connects to {@code redis://host:port}, with keys and values as UTF-8 text. */
    public static DaxkvClient<String, String> connect(String uri) {
        return connect(RedisURI.create(uri), StringCodec.UTF8);
    }

    /** Connects with Lettuce's own address (TLS, password, timeout) and a codec for keys and values. */
    public static <K, V> DaxkvClient<K, V> connect(RedisURI uri, RedisCodec<K, V> codec) {
        RedisClient client = RedisClient.create();
        client.setOptions(ClientOptions.builder()
                .protocolVersion(ProtocolVersion.RESP2)
                .autoReconnect(false)
                .build());
        try {
            return new DaxkvClient<>(client, uri, codec);
        } catch (RuntimeException e) {
            client.shutdown();
            throw Replies.typed(e);
        }
    }

    /** Returns the calls that wait. */
    public DaxkvSync<K, V> sync() {
        return sync;
    }

    /** Returns the calls that do not. */
    public DaxkvAsync<K, V> async() {
        return async;
    }

    /** Returns Lettuce's connection, with all of its commands. Their durability is the server's setting. */
    public StatefulRedisConnection<K, V> redis() {
        StatefulRedisConnection<K, V> current = connection;
        return current.isOpen() ? current : reopen();
    }

    private synchronized StatefulRedisConnection<K, V> reopen() {
        if (!connection.isOpen()) {
            connection.closeAsync();
            try {
                connection = client.connect(codec, uri);
            } catch (RuntimeException e) {
                throw Replies.typed(e);
            }
        }
        return connection;
    }

    /** Returns the LSN up to which everything survives, as of now. */
    public long durableLsn() {
        return Replies.await(async.logState(), timeout).durableLsn();
    }

    /**
     * Waits until everything up to {@code lsn} is durable and returns the durable LSN.
     *
     * @throws DurabilityTimeoutException if that takes longer than {@code wait}
     */
    public long awaitDurable(long lsn, Duration wait) {
        return Replies.await(async.awaitDurable(lsn, wait), wait.plus(REPLY_GRACE));
    }

    /** Closes the connection; calls without a reply fail. */
    @Override
    public void close() {
        connection.close();
        client.shutdown(Duration.ZERO, REPLY_GRACE);
    }
}
