package io.daxkv.storage.pmem;

/** The contract where pages go to the file by system calls. */
class PagePersisterContractTest extends MappedContractTest {
    @Override
    PersistGranularity granularity() {
        return PersistGranularity.PAGE;
    }
}
