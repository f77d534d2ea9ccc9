package io.daxkv.storage.kv;

/** Receives the keys of a scan. The slice is reused: copy what you keep. */
@FunctionalInterface
public interface ScanSink {
    void key(ByteSlice key);
}
