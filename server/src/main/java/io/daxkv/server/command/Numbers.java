package io.daxkv.server.command;

import io.daxkv.storage.kv.ByteSlice;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Pattern;

/** Numbers as Redis reads and writes them in strings. */
final class Numbers {
    /** Decimal places of a float result: what Redis prints of its long double. */
    private static final int FLOAT_PLACES = 17;

    /** Decimal exponent beyond which a long double is infinite or zero. */
    private static final int FLOAT_EXPONENT_MAX = 4932;

    private static final int FLOAT_SIZE_MAX = 5 * 1024;
    private static final Pattern INFINITY = Pattern.compile("(?i)[+-]?inf(inity)?");

    private Numbers() {}

    /** Returns the long that {@code slice} is the canonical text of: no plus, no space, no leading zero. */
    static long integer(ByteSlice slice) {
        if (!isInteger(slice)) {
            throw ErrorKind.NOT_INTEGER.failure();
        }
        return negated(slice) ? digits(slice, 1) : -digits(slice, 0);
    }

    /** Returns true if {@code slice} is the canonical text of a long. */
    static boolean isInteger(ByteSlice slice) {
        int first = negated(slice) ? 1 : 0;
        int count = slice.length() - first;
        if (count < 1 || count > 19 || (slice.at(first) == '0' && slice.length() > 1)) {
            return false;
        }
        for (int i = first; i < slice.length(); i++) {
            if (slice.at(i) < '0' || slice.at(i) > '9') {
                return false;
            }
        }
        // 19 digits cannot wrap past zero twice: a positive result here is an overflow, and so is an unsigned maximum.
        long negative = digits(slice, first);
        return negative <= 0 && (first == 1 || negative != Long.MIN_VALUE);
    }

    private static boolean negated(ByteSlice slice) {
        return slice.length() > 0 && slice.at(0) == '-';
    }

    /** Returns the digits from {@code first} on as a negative number, the side that holds every long. */
    private static long digits(ByteSlice slice, int first) {
        long value = 0;
        for (int i = first; i < slice.length(); i++) {
            value = value * 10 - (slice.at(i) - '0');
        }
        return value;
    }

    /** Returns a finite decimal within a long double's range. */
    static BigDecimal decimal(ByteSlice slice) {
        if (slice.length() == 0 || slice.length() > FLOAT_SIZE_MAX) {
            throw ErrorKind.NOT_FLOAT.failure();
        }
        try {
            BigDecimal value = new BigDecimal(slice.toString());
            // Checked before any arithmetic: adding 1 to 1e999999999 would write a gigabyte of zeros.
            if (value.signum() != 0 && Math.abs((long) value.precision() - value.scale()) > FLOAT_EXPONENT_MAX) {
                throw ErrorKind.NOT_FLOAT.failure();
            }
            return value.signum() == 0 ? BigDecimal.ZERO : value;
        } catch (NumberFormatException e) {
            boolean isInfinite = INFINITY.matcher(slice.toString()).matches();
            throw (isInfinite ? ErrorKind.NAN_OR_INFINITY : ErrorKind.NOT_FLOAT).failure();
        }
    }

    /** Returns the sum as Redis computes it. */
    static BigDecimal sum(BigDecimal one, BigDecimal other) {
        return LongDouble.round(LongDouble.round(one).add(LongDouble.round(other)));
    }

    /** Returns {@code value} without exponent and without zeroes at the end. */
    static String text(BigDecimal value) {
        BigDecimal rounded =
                value.scale() > FLOAT_PLACES ? value.setScale(FLOAT_PLACES, RoundingMode.HALF_EVEN) : value;
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    /** Writes {@code value} in decimal to {@code target} from index 0 and returns how many bytes that were. */
    static int write(long value, byte[] target) {
        long rest = value < 0 ? value : -value;
        int size = value < 0 ? 2 : 1;
        for (long left = rest / 10; left != 0; left /= 10) {
            size++;
        }
        int at = size;
        do {
            target[--at] = (byte) ('0' - rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (value < 0) {
            target[0] = '-';
        }
        return size;
    }
}
