package io.daxkv.client;

/**
 * The answer to a write.
 *
 * @param value the command's own reply; null where the protocol says nil
 * @param lsn the write's place in the server's log, from 1: a token to wait for with {@link DaxkvClient#awaitDurable},
 *     by this client or any other; 0 if nothing was ever written
 */
public record WriteResult<T>(T value, long lsn) {}
