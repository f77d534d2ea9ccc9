package io.daxkv.client;

import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Decodes the reply of {@code DAX.CALL}: an array of the inner command's reply, the LSN it depends on, and the level
 * the server kept. The first element goes to the inner command's own output, whatever its shape.
 *
 * <p><b>Threads.</b> Lettuce's decoder fills it on the connection's event loop, and completes the command after that.
 */
final class DurableOutput<K, V, T> extends CommandOutput<K, V, WriteResult<T>> {
    private static final int REPLY = 0;
    private static final int LSN = 1;
    private static final int LEVEL = 2;

    private final CommandOutput<K, V, T> inner;
    private final Durability asked;
    private boolean isOpen;
    private int element;
    private long lsn;
    private String level;

    DurableOutput(RedisCodec<K, V> codec, CommandOutput<K, V, T> inner, Durability asked) {
        super(codec, null);
        this.inner = inner;
        this.asked = asked;
    }

    @Override
    public WriteResult<T> get() {
        return new WriteResult<>(inner.get(), lsn);
    }

    @Override
    public void multi(int count) {
        if (isOpen) {
            inner.multi(count);
        } else {
            isOpen = true;
        }
    }

    @Override
    public void set(ByteBuffer bytes) {
        if (element == REPLY) {
            inner.set(bytes);
        } else if (element == LEVEL && bytes != null) {
            level = StandardCharsets.US_ASCII.decode(bytes).toString();
        }
    }

    @Override
    public void setSingle(ByteBuffer bytes) {
        if (element == REPLY) {
            inner.setSingle(bytes);
        } else {
            set(bytes);
        }
    }

    @Override
    public void set(long integer) {
        if (element == REPLY) {
            inner.set(integer);
        } else if (element == LSN) {
            lsn = integer;
        }
    }

    @Override
    public void setError(ByteBuffer text) {
        setError(decodeString(text));
    }

    /**
     * Ends an element of the array when {@code depth} is 1, the array itself when it is 0; deeper ends are the inner
     * reply's.
     */
    @Override
    public void complete(int depth) {
        if (!isOpen) {
            return;
        }
        if (depth > 0) {
            if (element == REPLY) {
                inner.complete(depth - 1);
            }
            if (depth == 1) {
                element++;
            }
            return;
        }
        if (!hasError() && !asked.wireName().equalsIgnoreCase(level)) {
            setError("NODURABLE server kept another level: asked=" + asked.wireName() + ", kept=" + level);
        }
    }
}
