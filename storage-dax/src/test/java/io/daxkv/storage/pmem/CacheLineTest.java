package io.daxkv.storage.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines are counted and rounded right at their edges and far beyond 2 GiB. */
class CacheLineTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "63, 0, 0",
        "0, 1, 1",
        "0, 64, 1",
        "0, 65, 2",
        "63, 1, 1",
        "63, 2, 2",
        "60, 8, 2",
        "1099511627839, 2, 2",
        "1099511627776, 4096, 64",
    })
    void countsTheLinesARangeTouches(long offset, long length, long lines) {
        assertEquals(lines, CacheLine.count(offset, length));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "1, 0, 64", "63, 0, 64", "64, 64, 64", "1099511627777, 1099511627776, 1099511627840"})
    void roundsToLineBoundaries(long offset, long floor, long ceil) {
        assertEquals(floor, CacheLine.floor(offset));
        assertEquals(ceil, CacheLine.ceil(offset));
        assertEquals(floor / 64, CacheLine.of(offset));
    }
}
