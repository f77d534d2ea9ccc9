package io.daxkv.storage.kv;

import java.util.UUID;

/** What every part of one store shares. */
record LogContext(UUID store, LogGeometry geometry, LogProtocol protocol, KvCounters counters, HighWaterClock clock) {}
