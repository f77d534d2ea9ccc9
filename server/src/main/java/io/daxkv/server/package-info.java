/**
 * The process: options, assembly of store and network, ordered start and stop. Read {@link io.daxkv.server.ServerMain}
 * first, then {@code net} (one connection), {@code resp} (its bytes), {@code command} (what they mean) and
 * {@code commit} (when the answer may leave).
 */
package io.daxkv.server;
