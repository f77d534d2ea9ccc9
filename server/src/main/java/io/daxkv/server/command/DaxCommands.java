package io.daxkv.server.command;

import static io.daxkv.server.command.CommandSpec.row;

import io.daxkv.server.command.CallOutcome.Gate;
import io.daxkv.server.resp.RespEncoder;
import io.daxkv.storage.kv.ByteSlice;
import java.util.List;
import java.util.Locale;

/** Durability, asked for request by request: how long a reply waits, and where the log stands. */
final class DaxCommands {
    private static final long NEVER_REACHED = Long.MAX_VALUE;

    private DaxCommands() {}

    static List<CommandSpec> rows() {
        return List.of(
                row("dax.call", -3)
                        .in("dax")
                        .waits()
                        .body("Runs a command with its own durability.", DaxCommands::daxCall),
                row("dax.lsn", 1).in("dax").body("Returns the appended and the durable LSN.", DaxCommands::daxLsn),
                row("dax.wait", 3).in("dax").waits().body("Waits for a durable LSN.", DaxCommands::daxWait),
                row("waitaof", 4)
                        .in("dax")
                        .waits()
                        .body("Waits until this connection's writes are durable.", DaxCommands::waitAof));
    }

    /**
     * Replies with an array: the reply of the command, the LSN it depends on, the level. An error of the command is the
     * whole reply.
     */
    static void daxCall(CommandCall call) {
        Gate gate = gate(call);
        String level = ErrorKind.echo(call.argument(1), 16).toLowerCase(Locale.ROOT);
        int index = call.server().table().find(call.argument(2));
        call.arguments().skip(2);
        if (index < 0) {
            throw ErrorKind.unknownCommand(call.arguments());
        }
        CommandSpec spec = call.server().table().row(index);
        boolean touchesConnection =
                spec.durability() == DurabilityClass.WAIT || spec.category().equals("connection");
        if (touchesConnection || spec.name().equals("shutdown")) {
            throw ErrorKind.NOT_INSIDE_CALL.failure();
        }
        call.reply().array(3);
        call.dispatcher().runRow(call, spec);
        call.reply().integer(call.dependsOnLsn());
        call.reply().bulk(level);
        call.outcome().gate(gate);
    }

    private static Gate gate(CommandCall call) {
        if (call.is(1, "process") || call.is(1, "none")) {
            return Gate.OPEN;
        }
        if (!call.is(1, "power")) {
            throw ErrorKind.LEVEL.failure();
        }
        if (!call.server().survivesPowerLoss()) {
            throw ErrorKind.NO_DURABLE.failure();
        }
        return Gate.STRICT;
    }

    static void daxLsn(CommandCall call) {
        call.reply().array(2);
        call.reply().integer(call.store().appendedLsn());
        call.reply().integer(call.store().durableLsn());
    }

    static void daxWait(CommandCall call) {
        long lsn = call.integer(1);
        long timeoutMs = timeout(call, 2);
        if (lsn < 0) {
            throw ErrorKind.LSN_RANGE.failure();
        }
        call.outcome().await(lsn, timeoutMs, DaxCommands::replyDurable);
    }

    private static void replyDurable(RespEncoder reply, boolean isReached, long durableLsn) {
        reply.integer(durableLsn);
    }

    static void waitAof(CommandCall call) {
        long local = call.integer(1);
        long replicas = call.integer(2);
        if (local < 0 || local > 1) {
            throw ErrorKind.LOCAL_RANGE.failure();
        }
        if (replicas < 0) {
            throw ErrorKind.REPLICA_RANGE.failure();
        }
        long timeoutMs = timeout(call, 3);
        long written = call.session().lastWriteLsn();
        if (local == 0 && replicas == 0) {
            boolean isDurable = written <= call.store().durableLsn();
            replyAof(call.reply(), isDurable, 0);
            return;
        }
        // There are no replicas, so whoever waits for one waits for the end of the timeout.
        long lsn = replicas > 0 ? NEVER_REACHED : written;
        WaitReply reply = replicas > 0
                ? (encoder, isReached, durableLsn) -> replyAof(encoder, written <= durableLsn, durableLsn)
                : DaxCommands::replyAof;
        call.outcome().await(lsn, timeoutMs, reply);
    }

    private static void replyAof(RespEncoder reply, boolean isReached, long durableLsn) {
        reply.array(2);
        reply.integer(isReached ? 1 : 0);
        reply.integer(0);
    }

    private static long timeout(CommandCall call, int index) {
        ByteSlice text = call.argument(index);
        if (!Numbers.isInteger(text)) {
            throw new CommandFailure("ERR timeout is not an integer or out of range");
        }
        long timeoutMs = Numbers.integer(text);
        if (timeoutMs < 0) {
            throw ErrorKind.TIMEOUT_NEGATIVE.failure();
        }
        return timeoutMs;
    }
}
