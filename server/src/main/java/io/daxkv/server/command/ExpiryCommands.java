package io.daxkv.server.command;

import static io.daxkv.server.command.CommandFlag.FAST;
import static io.daxkv.server.command.CommandSpec.row;

import io.daxkv.server.command.CommandSpec.KeyRange;
import io.daxkv.server.command.Deadlines.Unit;
import java.util.List;

/** Deadlines of keys. */
final class ExpiryCommands {
    private static final long ABSENT = -2;
    private static final long NEVER = -1;

    private ExpiryCommands() {}

    static List<CommandSpec> rows() {
        return List.of(
                setter("expire", -3).body("Lets a key live for seconds.", ExpiryCommands::expire),
                setter("pexpire", -3).body("Lets a key live for milliseconds.", ExpiryCommands::pExpire),
                setter("expireat", -3).body("Lets a key live until a Unix time.", ExpiryCommands::expireAt),
                setter("pexpireat", -3).body("Lets a key live until a Unix time in ms.", ExpiryCommands::pExpireAt),
                setter("persist", 2).body("Lets a key live for ever.", ExpiryCommands::persist),
                getter("ttl").body("Returns the seconds a key has left.", ExpiryCommands::ttl),
                getter("pttl").body("Returns the milliseconds a key has left.", ExpiryCommands::pTtl),
                getter("expiretime").body("Returns the Unix time a key ends at.", ExpiryCommands::expireTime),
                getter("pexpiretime").body("Returns the Unix time in ms a key ends at.", ExpiryCommands::pExpireTime));
    }

    private static CommandSpec.Row setter(String name, int arity) {
        return row(name, arity).in("keyspace").writes(KeyRange.ONE).flags(FAST);
    }

    private static CommandSpec.Row getter(String name) {
        return row(name, 2).in("keyspace").reads(KeyRange.ONE).flags(FAST);
    }

    static void expire(CommandCall call) {
        setDeadline(call, Unit.SECONDS);
    }

    static void pExpire(CommandCall call) {
        setDeadline(call, Unit.MILLISECONDS);
    }

    static void expireAt(CommandCall call) {
        setDeadline(call, Unit.UNIX_SECONDS);
    }

    static void pExpireAt(CommandCall call) {
        setDeadline(call, Unit.UNIX_MILLISECONDS);
    }

    private static void setDeadline(CommandCall call, Unit unit) {
        ExpireCondition condition = ExpireCondition.parse(call, 3);
        long deadlineMs = Deadlines.of(call, 2, unit);
        boolean isThere = call.readToWrite(call.argument(1));
        if (!isThere || !condition.allows(call.value().deadlineMs(), deadlineMs)) {
            call.reply().integer(0);
            return;
        }
        if (deadlineMs <= call.nowMs()) {
            call.delete(call.argument(1));
        } else if (deadlineMs != call.value().deadlineMs()) {
            call.put(call.argument(1), call.valueSlice(), deadlineMs);
        }
        call.reply().integer(1);
    }

    static void persist(CommandCall call) {
        boolean isChanged = call.readToWrite(call.argument(1)) && call.value().deadlineMs() != 0;
        if (isChanged) {
            call.put(call.argument(1), call.valueSlice(), 0);
        }
        call.reply().integer(isChanged ? 1 : 0);
    }

    static void ttl(CommandCall call) {
        long deadlineMs = deadline(call);
        call.reply().integer(deadlineMs < 0 ? deadlineMs : seconds(deadlineMs - call.nowMs()));
    }

    static void pTtl(CommandCall call) {
        long deadlineMs = deadline(call);
        call.reply().integer(deadlineMs < 0 ? deadlineMs : Math.max(0, deadlineMs - call.nowMs()));
    }

    static void expireTime(CommandCall call) {
        long deadlineMs = deadline(call);
        call.reply().integer(deadlineMs < 0 ? deadlineMs : seconds(deadlineMs));
    }

    static void pExpireTime(CommandCall call) {
        call.reply().integer(deadline(call));
    }

    private static long seconds(long ms) {
        return Math.max(0, ms) / 1000 + (Math.max(0, ms) % 1000 >= 500 ? 1 : 0);
    }

    private static long deadline(CommandCall call) {
        if (!call.find(call.argument(1))) {
            return ABSENT;
        }
        return call.value().deadlineMs() == 0 ? NEVER : call.value().deadlineMs();
    }
}
