package io.daxkv.server;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and times as people write them in options. */
final class Quantities {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})([kmgt]?)(i?b)?");
    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s)");
    private static final String UNITS = "kmgt";

    private Quantities() {}

    /** Returns the bytes of {@code 512}, {@code 64m}, {@code 1g}; units are powers of 1024. */
    static long size(String option, String text) {
        Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    option + " is not a size: value=" + text + ", expected a number and k, m, g or t");
        }
        int unit = matcher.group(2).isEmpty() ? 0 : UNITS.indexOf(matcher.group(2)) + 1;
        long count = Long.parseLong(matcher.group(1));
        if (count > Long.MAX_VALUE >> 10 * unit) {
            throw new IllegalArgumentException(option + " is too large: value=" + text);
        }
        return count << 10 * unit;
    }

    /** Returns the duration of {@code 100ms} or {@code 1s}. */
    static Duration duration(String option, String text) {
        Matcher matcher = TIME.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    option + " is not a time: value=" + text + ", expected a number and ms or s");
        }
        long count = Long.parseLong(matcher.group(1));
        return matcher.group(2).equals("s") ? Duration.ofSeconds(count) : Duration.ofMillis(count);
    }
}
