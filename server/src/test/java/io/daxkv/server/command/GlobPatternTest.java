package io.daxkv.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.daxkv.storage.kv.ByteSlice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Patterns match as in Redis, in bounded time. */
class GlobPatternTest {

    @ParameterizedTest
    @CsvSource({
        "*, anything, true",
        "a*c, abc, true",
        "a*c, ac, true",
        "a*c, acb, false",
        "a**c, abbc, true",
        "h?llo, hello, true",
        "h?llo, hllo, false",
        "h[ae]llo, hallo, true",
        "h[ae]llo, hillo, false",
        "h[^e]llo, hallo, true",
        "h[^e]llo, hello, false",
        "h[a-c]llo, hbllo, true",
        "h[c-a]llo, hbllo, true",
        "h[a-c]llo, hdllo, false",
        "h\\*llo, h*llo, true",
        "h\\*llo, hello, false",
        "[\\]]x, ]x, true",
        "*a*b, xxaxxb, true",
        "*a*b, xxaxx, false",
        "user:[0-9]*:n, user:12:n, true",
        "[abc, b, true",
        "a, A, false"
    })
    void matchesAsRedisDoes(String pattern, String text, boolean expected) {
        assertEquals(expected, new GlobPattern(ByteSlice.of(pattern), 1_000).matches(ByteSlice.of(text)));
    }

    @Test
    void hostilePatternRunsOutOfSteps() {
        GlobPattern pattern = new GlobPattern(ByteSlice.of("*a".repeat(40) + "b"), 10_000);
        CommandFailure failure =
                assertThrows(CommandFailure.class, () -> pattern.matches(ByteSlice.of("a".repeat(60_000))));
        assertEquals(ErrorKind.PATTERN_TOO_COMPLEX.text(), failure.getMessage());
    }
}
