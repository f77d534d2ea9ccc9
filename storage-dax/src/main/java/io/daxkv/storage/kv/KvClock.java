package io.daxkv.storage.kv;

/** Where the engine's "now" comes from, so that tests own the time. */
@FunctionalInterface
public interface KvClock {
    /** The wall clock. */
    KvClock SYSTEM = System::currentTimeMillis;

    /** Returns Unix ms; may jump either way, the store never lets a jump back revive an expired key. */
    long nowMs();
}
