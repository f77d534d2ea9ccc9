package io.daxkv.bench.verify;

import io.daxkv.bench.wire.Reply;
import io.daxkv.bench.wire.RespClient;
import io.daxkv.bench.wire.RespWriter;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Writes to a client's own keys, in batches, until the server is killed under it; reads some of its own and of other
 * clients' keys in between and checks what it is told.
 *
 * <p><b>Threads.</b> {@link #run} runs in one thread.
 */
final class WriterClient implements Runnable {
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(30);
    private static final int BATCH_MAX = 16;
    private static final int FRESH_KEYS_MAX = 2000;
    private static final int SIZE_STEPS = 12;

    /** One request on its way: what its reply must be, and what it changes. */
    private record Pending(KeyHistory key, long operation, long state, boolean isRead, boolean isOwn) {}

    private final int port;
    private final ClientHistory own;
    private final List<ClientHistory> everybody;
    private final SplittableRandom random;
    private final Findings findings;
    private final List<Pending> batch = new ArrayList<>();
    private final Set<KeyHistory> countersOfBatch = new HashSet<>();

    WriterClient(int port, ClientHistory own, List<ClientHistory> everybody, long seed, Findings findings) {
        this.port = port;
        this.own = own;
        this.everybody = everybody;
        this.random = new SplittableRandom(seed);
        this.findings = findings;
    }

    @Override
    public void run() {
        try (RespClient client = RespClient.connect("127.0.0.1", port, REPLY_TIMEOUT)) {
            while (true) {
                batch.clear();
                countersOfBatch.clear();
                for (int left = 1 + random.nextInt(BATCH_MAX); left > 0; left--) {
                    put(client.writer());
                }
                client.send();
                boolean isExact = true;
                for (Pending request : batch) {
                    isExact &= check(request, client.read(), isExact);
                }
            }
        } catch (ProtocolException e) {
            findings.add(Findings.Kind.WRONG_READ, "protocol broken: " + e.getMessage());
        } catch (IOException e) {
            // The kill. Whatever had no reply by now has an unknown outcome, which is what the histories say.
            batch.clear();
        }
    }

    private void put(RespWriter writer) {
        int dice = random.nextInt(100);
        if (dice < 40) {
            set(writer, pick(own.shared()));
        } else if (dice < 50) {
            boolean isFull = own.freshCount() >= FRESH_KEYS_MAX;
            set(writer, isFull ? own.fresh(random.nextInt(FRESH_KEYS_MAX)) : own.addFresh());
        } else if (dice < 62) {
            boolean ofFresh = own.freshCount() > 0 && random.nextBoolean();
            delete(writer, ofFresh ? own.fresh(random.nextInt(own.freshCount())) : pick(own.shared()));
        } else if (dice < 75) {
            increment(writer, pick(own.counters()));
        } else if (dice < 85) {
            setPair(writer, pick(own.pairs()));
        } else if (dice < 93) {
            KeyHistory key = pick(own.shared());
            writer.words("GET", key.key());
            batch.add(new Pending(key, 0, key.newestState(), true, true));
        } else {
            KeyHistory key =
                    pick(everybody.get(random.nextInt(everybody.size())).shared());
            writer.words("GET", key.key());
            batch.add(new Pending(key, 0, 0, true, false));
        }
    }

    private void set(RespWriter writer, KeyHistory key) {
        Pending request = write(key, own.nextOperation());
        writer.command(3).word("SET").word(key.key()).word(value(key.key(), request.operation()));
    }

    private void delete(RespWriter writer, KeyHistory key) {
        long operation = own.nextOperation();
        key.sent(operation, KeyHistory.ABSENT);
        batch.add(new Pending(key, operation, KeyHistory.ABSENT, false, true));
        writer.words("DEL", key.key());
    }

    /** At most once a batch for each counter: after a refusal the next number would be another. */
    private void increment(RespWriter writer, KeyHistory key) {
        if (!countersOfBatch.add(key)) {
            set(writer, pick(own.shared()));
            return;
        }
        long operation = own.nextOperation();
        long number = key.newestState() == KeyHistory.ABSENT ? 1 : key.newestState() + 1;
        key.sent(operation, number);
        batch.add(new Pending(key, operation, number, false, true));
        writer.words("INCR", key.key());
    }

    private void setPair(RespWriter writer, KeyHistory pair) {
        Pending request = write(pair, own.nextOperation());
        writer.command(5).word("MSET");
        for (String key : Sweep.halves(pair)) {
            writer.word(key).word(value(key, request.operation()));
        }
    }

    private Pending write(KeyHistory key, long operation) {
        key.sent(operation, operation);
        Pending request = new Pending(key, operation, operation, false, true);
        batch.add(request);
        return request;
    }

    /** Mostly small, sometimes as large as they get: sizes at which a record takes each of the store's paths. */
    private byte[] value(String key, long operation) {
        int steps = random.nextInt(100) < 80 ? random.nextInt(5) : random.nextInt(SIZE_STEPS);
        int base = SealedValue.SIZE_MIN << steps;
        return SealedValue.seal(key, operation, base + random.nextInt(base));
    }

    private KeyHistory pick(List<KeyHistory> keys) {
        return keys.get(random.nextInt(keys.size()));
    }

    /** Checks one reply; returns false if the server refused, after which reads of this batch prove nothing. */
    private boolean check(Pending request, Reply reply, boolean isExact) {
        if (reply instanceof Reply.Failure failure) {
            findings.add(Findings.Kind.REFUSED, "key=" + request.key().key() + ", reply=" + failure.text());
            if (!request.isRead()) {
                own.refused(request.key(), request.operation());
            }
            return false;
        }
        if (request.isRead()) {
            checkRead(request, reply, isExact);
            return true;
        }
        if (request.key().kind() == KeyHistory.Kind.COUNTER && !reply.equals(new Reply.Number(request.state()))) {
            findings.add(
                    Findings.Kind.WRONG_READ,
                    "key=" + request.key().key() + ", INCR=" + reply + ", wanted=" + request.state());
        }
        own.acknowledged(request.operation());
        return true;
    }

    private void checkRead(Pending request, Reply reply, boolean isExact) {
        own.read();
        long found = Sweep.state(request.key(), request.key().key(), reply);
        if (found == SealedValue.TORN) {
            findings.add(Findings.Kind.TORN, "key=" + request.key().key() + ", before any kill");
        } else if (!request.isOwn()) {
            request.key().wasRead(found);
        } else if (isExact && found != request.state()) {
            findings.add(
                    Findings.Kind.WRONG_READ,
                    "key=" + request.key().key() + ", found=" + found + ", wanted=" + request.state());
        }
    }
}
