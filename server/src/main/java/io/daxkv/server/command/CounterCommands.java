package io.daxkv.server.command;

import static io.daxkv.server.command.CommandFlag.DENYOOM;
import static io.daxkv.server.command.CommandFlag.FAST;
import static io.daxkv.server.command.CommandSpec.row;

import io.daxkv.server.command.CommandSpec.KeyRange;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Strings that hold a number. */
final class CounterCommands {
    private static final int DIGITS_MAX = 20;

    private CounterCommands() {}

    static List<CommandSpec> rows() {
        return List.of(
                counter("incr", 2).body("Adds one.", CounterCommands::incr),
                counter("decr", 2).body("Subtracts one.", CounterCommands::decr),
                counter("incrby", 3).body("Adds an integer.", CounterCommands::incrBy),
                counter("decrby", 3).body("Subtracts an integer.", CounterCommands::decrBy),
                counter("incrbyfloat", 3).body("Adds a decimal number.", CounterCommands::incrByFloat));
    }

    private static CommandSpec.Row counter(String name, int arity) {
        return row(name, arity).in("string").writes(KeyRange.ONE).flags(DENYOOM, FAST);
    }

    static void incr(CommandCall call) {
        add(call, 1);
    }

    static void decr(CommandCall call) {
        add(call, -1);
    }

    static void incrBy(CommandCall call) {
        add(call, call.integer(2));
    }

    static void decrBy(CommandCall call) {
        long amount = call.integer(2);
        if (amount == Long.MIN_VALUE) {
            throw ErrorKind.DECREMENT_OVERFLOW.failure();
        }
        add(call, -amount);
    }

    private static void add(CommandCall call, long amount) {
        long old = call.readToWrite(call.argument(1)) ? Numbers.integer(call.valueSlice()) : 0;
        long sum = old + amount;
        // Overflow is when the sum's sign differs from that of both terms.
        if (((old ^ sum) & (amount ^ sum)) < 0) {
            throw ErrorKind.OVERFLOW.failure();
        }
        int size = Numbers.write(sum, call.scratch(DIGITS_MAX));
        call.put(call.argument(1), call.scratchSlice(size), call.value().deadlineMs());
        call.reply().integer(sum);
    }

    static void incrByFloat(CommandCall call) {
        boolean isThere = call.readToWrite(call.argument(1));
        BigDecimal old = isThere ? Numbers.decimal(call.valueSlice()) : BigDecimal.ZERO;
        BigDecimal sum = Numbers.sum(old, Numbers.decimal(call.argument(2)));
        byte[] text = Numbers.text(sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, call.scratch(text.length), 0, text.length);
        call.put(call.argument(1), call.scratchSlice(text.length), call.value().deadlineMs());
        call.reply().bulk(text);
    }
}
