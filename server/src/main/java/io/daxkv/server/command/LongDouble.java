package io.daxkv.server.command;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * The 80-bit float in which Redis adds decimals on x86: 64 bits of mantissa. Sums print as Redis prints them only if
 * they are rounded as it rounds them.
 */
final class LongDouble {
    private static final int MANTISSA_BITS = 64;

    private LongDouble() {}

    /** Returns the nearest number with 64 significant bits, the even one of two. */
    static BigDecimal round(BigDecimal value) {
        if (value.signum() == 0) {
            return BigDecimal.ZERO;
        }
        BigInteger numerator = value.unscaledValue().abs();
        BigInteger denominator = BigInteger.ONE;
        if (value.scale() > 0) {
            denominator = BigInteger.TEN.pow(value.scale());
        } else {
            numerator = numerator.multiply(BigInteger.TEN.pow(-value.scale()));
        }
        // Scaled by a power of two so that the quotient has 64 bits, or 65 if the guess of its size is one too low.
        int shift = MANTISSA_BITS + denominator.bitLength() - numerator.bitLength();
        if (quotient(numerator, denominator, shift).bitLength() > MANTISSA_BITS) {
            shift--;
        }
        BigInteger mantissa = quotient(numerator, denominator, shift);
        BigDecimal scale = new BigDecimal(BigInteger.TWO.pow(Math.abs(shift)));
        BigDecimal result = new BigDecimal(mantissa);
        result = shift > 0 ? result.divide(scale) : result.multiply(scale);
        return value.signum() < 0 ? result.negate() : result;
    }

    /** Returns {@code numerator * 2^shift / denominator}, rounded half to even. */
    private static BigInteger quotient(BigInteger numerator, BigInteger denominator, int shift) {
        BigInteger over = shift > 0 ? numerator.shiftLeft(shift) : numerator;
        BigInteger under = shift < 0 ? denominator.shiftLeft(-shift) : denominator;
        BigInteger[] parts = over.divideAndRemainder(under);
        int half = parts[1].shiftLeft(1).compareTo(under);
        boolean roundsUp = half > 0 || (half == 0 && parts[0].testBit(0));
        return roundsUp ? parts[0].add(BigInteger.ONE) : parts[0];
    }
}
