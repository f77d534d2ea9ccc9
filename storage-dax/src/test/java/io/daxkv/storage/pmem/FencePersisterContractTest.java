package io.daxkv.storage.pmem;

/** The contract where a fence is all there is. */
class FencePersisterContractTest extends MappedContractTest {
    @Override
    PersistGranularity granularity() {
        return PersistGranularity.BYTE;
    }
}
