package io.daxkv.server.command;

import io.daxkv.server.resp.Arguments;
import io.daxkv.storage.dax.VolumeShutDownException;
import io.daxkv.storage.kv.ByteSlice;
import io.daxkv.storage.kv.KvException;
import io.daxkv.storage.kv.RecordCorruptException;
import io.daxkv.storage.kv.StoreFailedException;
import io.daxkv.storage.kv.StoreFullException;
import io.daxkv.storage.pmem.PersistFailedException;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs requests: finds the row, checks what the row says, runs its method, and turns whatever ends it early into one
 * error reply. Stateless but for a log throttle, so all event loops share it.
 */
public final class CommandDispatcher {
    /** Index of a request that has no row. */
    public static final int UNKNOWN = -1;

    private static final Logger LOG = LoggerFactory.getLogger(CommandDispatcher.class);
    private static final long WARNING_PAUSE_MS = 60_000;

    private final CommandTable table;
    private final int keySizeMax;
    private final AtomicLong nextWarningMs = new AtomicLong();

    public CommandDispatcher(CommandTable table, int keySizeMax) {
        this.table = table;
        this.keySizeMax = keySizeMax;
    }

    /**
     * Runs one request and writes exactly one reply, unless it waits or drops the connection.
     *
     * @throws io.daxkv.storage.pmem.PmemException if write-back failed; there is no reply then
     * @return the index of its row, or {@link #UNKNOWN}
     */
    public int run(CommandCall call, Arguments arguments, ClientSession session) {
        call.next(arguments, session);
        int index = table.find(arguments.get(0));
        ByteBuf out = call.reply().out();
        int start = out.writerIndex();
        try {
            if (index < 0) {
                rejectUnknown(call);
                return UNKNOWN;
            }
            session.ran(table.row(index).name());
            runRow(call, table.row(index));
        } catch (CommandFailure e) {
            fail(call, out, start, e.getMessage());
        } catch (StoreFullException e) {
            fail(call, out, start, ErrorKind.STORE_FULL.text());
        } catch (PersistFailedException | VolumeShutDownException | StoreFailedException e) {
            // What happened to the write is unknown, and any reply would claim to know.
            throw e;
        } catch (RecordCorruptException e) {
            LOG.error("value does not verify: command={}", nameOf(index), e);
            fail(call, out, start, "IOERR " + e.getMessage());
        } catch (KvException e) {
            fail(call, out, start, "ERR " + e.getMessage());
        } catch (RuntimeException e) {
            LOG.error(
                    "command failed: command={}",
                    index < 0 ? "unknown" : table.row(index).name(),
                    e);
            fail(call, out, start, ErrorKind.INTERNAL.text());
        }
        return index;
    }

    private String nameOf(int index) {
        return index < 0 ? "unknown" : table.row(index).name();
    }

    /** Checks a request against its row and runs it; a failure is the caller's to turn into a reply. */
    void runRow(CommandCall call, CommandSpec spec) {
        if (!spec.accepts(call.count())) {
            throw ErrorKind.wrongArity(spec.name());
        }
        checkKeys(call, spec.keys());
        call.spec(spec);
        spec.body().run(call);
    }

    private static void fail(CommandCall call, ByteBuf out, int start, String text) {
        call.abortFrame();
        call.outcome().clear();
        out.writerIndex(start);
        call.reply().error(text);
    }

    private void checkKeys(CommandCall call, CommandSpec.KeyRange keys) {
        if (keys.first() == 0) {
            return;
        }
        int last = keys.lastOf(call.count());
        for (int i = keys.first(); i <= last; i += keys.step()) {
            int size = call.argument(i).length();
            if (size > keySizeMax) {
                throw ErrorKind.keyTooLong(size, keySizeMax);
            }
            if (size == 0) {
                throw ErrorKind.KEY_EMPTY.failure();
            }
        }
    }

    private void rejectUnknown(CommandCall call) {
        ByteSlice name = call.argument(0);
        if (Words.equal(name, "post") || Words.equal(name, "host:")) {
            // A browser was made to talk to this port. Answering its lines as commands would run what is in its body.
            warn(call.nowMs());
            call.outcome().dropConnection();
            return;
        }
        throw ErrorKind.unknownCommand(call.arguments());
    }

    private void warn(long nowMs) {
        long due = nextWarningMs.get();
        if (nowMs >= due && nextWarningMs.compareAndSet(due, nowMs + WARNING_PAUSE_MS)) {
            LOG.warn("HTTP request on the RESP port, connection closed; further ones are not logged for a minute");
        }
    }
}
