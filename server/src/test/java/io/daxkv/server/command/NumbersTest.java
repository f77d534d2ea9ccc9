package io.daxkv.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.daxkv.storage.kv.ByteSlice;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text is a number exactly when Redis says so, and comes back as Redis writes it. */
class NumbersTest {

    @ParameterizedTest
    @ValueSource(
            longs = {0, 1, -1, 10, 99, -100, 1_000_000_000_000L, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1})
    void everyLongIsReadAsItIsWritten(long value) {
        assertEquals(value, Numbers.integer(ByteSlice.of(Long.toString(value))));
        byte[] target = new byte[20];
        int size = Numbers.write(value, target);
        assertEquals(Long.toString(value), new String(target, 0, size, StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "+1",
                " 1",
                "1 ",
                "01",
                "-0",
                "-01",
                "1a",
                "9223372036854775808",
                "-9223372036854775809",
                "9999999999999999999",
                "18446744073709551616",
                "99999999999999999999"
            })
    void otherTextIsNotAnInteger(String text) {
        assertFalse(Numbers.isInteger(ByteSlice.of(text)));
        assertThrows(CommandFailure.class, () -> Numbers.integer(ByteSlice.of(text)));
    }

    @ParameterizedTest
    @CsvSource({
        "10.50, 0.1, 10.6",
        "5.0e3, 2.0e2, 5200",
        "0.1, 0.2, 0.3",
        "10.6, -5, 5.6",
        "3, 1, 4",
        "-1.5, 1.5, 0",
        "1e-20, 0, 0",
        "100, 1e2, 200",
        "1006.5, -0.000001, 1006.49999900000000003",
        "4.123456789012345, 123456789.987, 123456794.11045678901427891",
        "1e30, 1, 1000000000000000000024696061952",
        "0.5, 0.25, 0.75"
    })
    void decimalsAddAsInRedis(String one, String other, String sum) {
        BigDecimal computed = Numbers.sum(Numbers.decimal(ByteSlice.of(one)), Numbers.decimal(ByteSlice.of(other)));
        assertEquals(sum, Numbers.text(computed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "1e4933", "1e999999999", "1e-999999999", "nan", "inf", " 1", "1 "})
    void decimalsOutsideALongDoubleAreRefused(String text) {
        assertThrows(CommandFailure.class, () -> Numbers.decimal(ByteSlice.of(text)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0e999999999", "0", "-0.0"})
    void zeroIsZero(String text) {
        assertTrue(Numbers.decimal(ByteSlice.of(text)).signum() == 0);
    }
}
