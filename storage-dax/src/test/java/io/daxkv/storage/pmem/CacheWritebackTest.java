package io.daxkv.storage.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Write-back is offered exactly where it cannot end the process. */
class CacheWritebackTest {
    @Test
    void optionsOfThisProjectAllowIt() {
        assertNull(CacheWriteback.refusal());
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-,     17, true,  false",
                "-,     17, false, false",
                "-,     25, true,  false",
                "-,     25, false, true",
                "true,  25, true,  false",
                "true,  25, false, true",
                "false, 25, false, false",
            })
    void lateStubsWithoutTheFullCompilerAreRefused(
            String lateStubs, int feature, boolean isFullyCompiled, boolean isRefused) {
        String refusal = CacheWriteback.stubRefusal(lateStubs, feature, isFullyCompiled);
        assertEquals(
                isRefused
                        ? "this JVM would crash in write-back with its full compiler off:"
                                + " set -XX:+UnlockDiagnosticVMOptions -XX:-DelayCompilerStubsGeneration"
                        : null,
                refusal);
    }
}
