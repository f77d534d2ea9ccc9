package io.daxkv.server.command;

/**
 * When EXPIRE may change a deadline. A key without one counts as living for ever.
 *
 * @param needsNone NX
 * @param needsSome XX
 * @param needsGreater GT
 * @param needsLess LT
 */
record ExpireCondition(boolean needsNone, boolean needsSome, boolean needsGreater, boolean needsLess) {

    static ExpireCondition parse(CommandCall call, int from) {
        boolean none = false;
        boolean some = false;
        boolean greater = false;
        boolean less = false;
        for (int i = from; i < call.count(); i++) {
            if (call.is(i, "nx")) {
                none = true;
            } else if (call.is(i, "xx")) {
                some = true;
            } else if (call.is(i, "gt")) {
                greater = true;
            } else if (call.is(i, "lt")) {
                less = true;
            } else {
                throw ErrorKind.unsupportedOption(call.argument(i));
            }
        }
        if (none && (some || greater || less)) {
            throw ErrorKind.EXPIRE_NX.failure();
        }
        if (greater && less) {
            throw ErrorKind.EXPIRE_GT_LT.failure();
        }
        return new ExpireCondition(none, some, greater, less);
    }

    /** Returns true if the deadline may change from {@code oldMs}, 0 = never, to {@code newMs}. */
    boolean allows(long oldMs, long newMs) {
        boolean hasOld = oldMs != 0;
        if ((needsNone && hasOld) || (needsSome && !hasOld)) {
            return false;
        }
        if (needsGreater && (!hasOld || newMs <= oldMs)) {
            return false;
        }
        return !needsLess || !hasOld || newMs < oldMs;
    }
}
