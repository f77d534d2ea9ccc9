package io.daxkv.storage.pmem;

/** The contract where lines are written back by name. */
class CacheLinePersisterContractTest extends MappedContractTest {
    @Override
    PersistGranularity granularity() {
        return PersistGranularity.CACHE_LINE;
    }
}
