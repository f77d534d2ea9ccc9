package io.daxkv.storage.pmem;

import io.daxkv.storage.testkit.RecordingPmem;
import java.nio.file.Path;

/** The recorder keeps the contract too, so what a test learns on it holds in production. */
class RecordingPmemContractTest extends PmemContractTest {
    @Override
    Pmem create(Path directory, long size) {
        return new RecordingPmem(size, 2 * size);
    }

    @Override
    void destroy() {}
}
