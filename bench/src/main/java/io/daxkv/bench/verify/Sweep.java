package io.daxkv.bench.verify;

import io.daxkv.bench.wire.Reply;
import io.daxkv.bench.wire.RespClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Reads every key after a restart, before anything is written: what is overwritten first can no longer be judged.
 *
 * <p><b>Threads.</b> Confined to one thread.
 */
final class Sweep {
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(60);
    private static final int BATCH = 64;

    private final Findings findings;
    private long readCount;
    private long presentCount;

    Sweep(Findings findings) {
        this.findings = findings;
    }

    /** Reads and judges everything the clients wrote, and counts the keys to see whether there are others. */
    void run(int port, List<ClientHistory> clients) throws IOException {
        presentCount = 0;
        try (RespClient connection = RespClient.connect("127.0.0.1", port, REPLY_TIMEOUT)) {
            for (ClientHistory client : clients) {
                List<KeyHistory> keys = client.all();
                client.judge(keys, states(connection, keys), findings);
            }
            Reply size = connection.call("DBSIZE");
            if (!size.equals(new Reply.Number(presentCount))) {
                findings.add(Findings.Kind.PHANTOM, "keys=" + size + ", found by name=" + presentCount);
            }
        }
    }

    private long[] states(RespClient connection, List<KeyHistory> keys) throws IOException {
        long[] states = new long[keys.size()];
        for (int start = 0; start < keys.size(); start += BATCH) {
            int end = Math.min(keys.size(), start + BATCH);
            for (int i = start; i < end; i++) {
                for (String name : halves(keys.get(i))) {
                    connection.writer().words("GET", name);
                }
            }
            connection.send();
            for (int i = start; i < end; i++) {
                states[i] = read(connection, keys.get(i));
            }
        }
        return states;
    }

    private long read(RespClient connection, KeyHistory key) throws IOException {
        List<String> names = halves(key);
        long first = readState(connection, key, names.get(0));
        if (names.size() == 1) {
            return first;
        }
        long second = readState(connection, key, names.get(1));
        if (first != second) {
            findings.add(Findings.Kind.SPLIT_PAIR, "pair=" + key.key() + ", found=" + first + " and " + second);
        }
        return Math.max(first, second);
    }

    private long readState(RespClient connection, KeyHistory key, String name) throws IOException {
        readCount++;
        Reply reply = connection.read();
        if (reply instanceof Reply.Failure failure) {
            findings.add(Findings.Kind.REFUSED, "GET after restart: key=" + name + ", reply=" + failure.text());
        }
        long state = state(key, name, reply);
        presentCount += state == KeyHistory.ABSENT ? 0 : 1;
        return state;
    }

    /** Returns the names under which a history's values are stored: one, or two for a pair. */
    static List<String> halves(KeyHistory key) {
        return key.kind() == KeyHistory.Kind.PAIR ? List.of(key.key() + "a", key.key() + "b") : List.of(key.key());
    }

    /** Returns the state a GET's reply shows; {@link SealedValue#TORN} if it is none a client wrote. */
    static long state(KeyHistory key, String name, Reply reply) {
        if (!(reply instanceof Reply.Bulk bulk)) {
            return SealedValue.TORN;
        }
        if (bulk.isNil()) {
            return KeyHistory.ABSENT;
        }
        if (key.kind() == KeyHistory.Kind.COUNTER) {
            String digits = new String(bulk.bytes(), StandardCharsets.UTF_8);
            return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : SealedValue.TORN;
        }
        return SealedValue.sequence(name, bulk.bytes());
    }

    /** Returns the keys read by all sweeps so far. */
    long readCount() {
        return readCount;
    }
}
