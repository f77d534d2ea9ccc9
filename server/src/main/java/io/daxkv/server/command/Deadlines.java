package io.daxkv.server.command;

/** Turns the times clients give into deadlines, in Unix ms, without overflow. */
final class Deadlines {

    /** How a client gives a time. */
    enum Unit {
        SECONDS(1000, true),
        MILLISECONDS(1, true),
        UNIX_SECONDS(1000, false),
        UNIX_MILLISECONDS(1, false);

        private final long factor;
        private final boolean isRelative;

        Unit(long factor, boolean isRelative) {
            this.factor = factor;
            this.isRelative = isRelative;
        }
    }

    private Deadlines() {}

    /** Returns the deadline that argument {@code index} gives; it must be positive. */
    static long ofPositive(CommandCall call, int index, Unit unit) {
        if (call.integer(index) <= 0) {
            throw ErrorKind.invalidExpire(call.spec().name());
        }
        return of(call, index, unit);
    }

    /** Returns the deadline that argument {@code index} gives; 0 or less is long past. */
    static long of(CommandCall call, int index, Unit unit) {
        long time = call.integer(index);
        long max = Long.MAX_VALUE / unit.factor;
        if (time > max || time < -max) {
            throw ErrorKind.invalidExpire(call.spec().name());
        }
        long ms = time * unit.factor;
        if (!unit.isRelative) {
            return ms;
        }
        if (ms > Long.MAX_VALUE - call.nowMs()) {
            throw ErrorKind.invalidExpire(call.spec().name());
        }
        return ms + call.nowMs();
    }
}
