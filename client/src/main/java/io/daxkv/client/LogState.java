package io.daxkv.client;

/**
 * How far the server's log is.
 *
 * @param appendedLsn the newest write
 * @param durableLsn everything up to here survives what the server's medium survives
 */
public record LogState(long appendedLsn, long durableLsn) {}
