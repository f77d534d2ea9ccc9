package io.daxkv.server.command;

import io.daxkv.server.command.Deadlines.Unit;

/**
 * The options of SET and GETEX.
 *
 * @param needsAbsent NX
 * @param needsPresent XX
 * @param returnsOld GET
 * @param keepsDeadline KEEPTTL
 * @param changesDeadline a time or PERSIST was given
 * @param deadlineMs the deadline, in Unix ms; 0 = never
 */
record SetOptions(
        boolean needsAbsent,
        boolean needsPresent,
        boolean returnsOld,
        boolean keepsDeadline,
        boolean changesDeadline,
        long deadlineMs) {

    static SetOptions parse(CommandCall call) {
        boolean absent = false;
        boolean present = false;
        boolean old = false;
        boolean keep = false;
        long deadlineMs = 0;
        for (int i = 3; i < call.count(); i++) {
            Unit unit = i + 1 < call.count() ? unit(call, i) : null;
            if (call.is(i, "nx") && !present) {
                absent = true;
            } else if (call.is(i, "xx") && !absent) {
                present = true;
            } else if (call.is(i, "get")) {
                old = true;
            } else if (call.is(i, "keepttl") && deadlineMs == 0) {
                keep = true;
            } else if (unit != null && deadlineMs == 0 && !keep) {
                deadlineMs = Deadlines.ofPositive(call, ++i, unit);
            } else {
                throw ErrorKind.SYNTAX.failure();
            }
        }
        return new SetOptions(absent, present, old, keep, false, deadlineMs);
    }

    static SetOptions parseGetEx(CommandCall call) {
        if (call.count() == 2) {
            return new SetOptions(false, false, true, true, false, 0);
        }
        if (call.count() == 3 && call.is(2, "persist")) {
            return new SetOptions(false, false, true, false, true, 0);
        }
        Unit unit = call.count() == 4 ? unit(call, 2) : null;
        if (unit == null) {
            throw ErrorKind.SYNTAX.failure();
        }
        return new SetOptions(false, false, true, false, true, Deadlines.ofPositive(call, 3, unit));
    }

    boolean needsOldValue() {
        return needsAbsent || needsPresent || returnsOld || keepsDeadline;
    }

    boolean allows(boolean isThere) {
        return isThere ? !needsAbsent : !needsPresent;
    }

    private static Unit unit(CommandCall call, int index) {
        if (call.is(index, "ex")) {
            return Unit.SECONDS;
        }
        if (call.is(index, "px")) {
            return Unit.MILLISECONDS;
        }
        if (call.is(index, "exat")) {
            return Unit.UNIX_SECONDS;
        }
        return call.is(index, "pxat") ? Unit.UNIX_MILLISECONDS : null;
    }
}
