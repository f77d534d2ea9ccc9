package io.daxkv.storage.kv;

/** What one record may hold. Enforced again at the protocol's edge, where the client learns of it. */
public final class KvLimits {
    /** Bytes of a key: what its 16-bit size field can say. */
    public static final int KEY_SIZE_MAX = 0xFFFF;

    /**
     * Bytes of a value: 64 MiB, an eighth of Redis' limit, because a value is copied and checksummed whole on a read.
     */
    public static final int VALUE_SIZE_MAX = 64 << 20;

    private KvLimits() {}
}
