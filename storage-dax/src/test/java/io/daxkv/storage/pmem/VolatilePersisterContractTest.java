package io.daxkv.storage.pmem;

/** The contract where nothing is made durable. */
class VolatilePersisterContractTest extends MappedContractTest {
    @Override
    PersistGranularity granularity() {
        return PersistGranularity.VOLATILE;
    }
}
