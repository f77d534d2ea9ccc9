package io.daxkv.storage.pmem;

import java.nio.file.Path;

/** The contract over a mapped file, for one medium per subclass. */
abstract class MappedContractTest extends PmemContractTest {
    private ArenaFile file;
    private MappedPmem pmem;

    abstract PersistGranularity granularity();

    @Override
    Pmem create(Path directory, long size) {
        file = ArenaFile.create(directory.resolve("arena"));
        file.extend(0, size);
        // Emulated, so that the mapping does not ask for persistent memory where the persister pretends it is there.
        pmem = new MappedPmem(file, MappedRange.reserve(size), new Medium(granularity(), true, false, "test"));
        return pmem;
    }

    @Override
    void destroy() {
        pmem.close();
        file.close();
    }
}
