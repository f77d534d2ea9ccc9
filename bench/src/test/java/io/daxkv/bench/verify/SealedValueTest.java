package io.daxkv.bench.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A sealed value opens under its own key only, whole only, unchanged only. */
class SealedValueTest {
    @ParameterizedTest
    @ValueSource(ints = {16, 17, 100, 65_536})
    void anyChangeIsSeen(int size) {
        byte[] value = SealedValue.seal("key", 7, size);

        assertEquals(7, SealedValue.sequence("key", value));
        assertEquals(SealedValue.TORN, SealedValue.sequence("yek", value));
        assertEquals(SealedValue.TORN, SealedValue.sequence("key", Arrays.copyOf(value, size - 1)));
        assertEquals(SealedValue.TORN, SealedValue.sequence("key", Arrays.copyOf(value, size + 1)));
        for (int at = 0; at < size; at = at * 2 + 1) {
            byte[] changed = value.clone();
            changed[at] ^= 1;
            assertEquals(SealedValue.TORN, SealedValue.sequence("key", changed), "at=" + at);
        }
    }
}
