package io.daxkv.storage.pmem;

/**
 * The unit in which a medium makes stores durable, and so what a commit has to do on it. The first three names follow
 * libpmem2, {@code pmem2_get_store_granularity}.
 */
public enum PersistGranularity {
    /** The processor's caches are inside the persistence domain: a fence is enough. */
    BYTE,
    /** A line must be written back by name, then fenced. */
    CACHE_LINE,
    /** An ordinary file: pages go to the device by a system call. */
    PAGE,
    /** Nothing survives power loss (tmpfs): a commit has nothing to wait for and promises nothing. */
    VOLATILE
}
