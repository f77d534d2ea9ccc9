/**
 * The Java client: Lettuce, plus what a durable store has to say about each write.
 *
 * <p>{@link io.daxkv.client.DaxkvClient} is the door. Its calls return a {@link io.daxkv.client.WriteResult}: the
 * reply, and the LSN the reply depends on. A caller chooses per call what an acknowledgement promises
 * ({@link io.daxkv.client.Durability}); a server that cannot promise it refuses, it never promises less in silence.
 * Everything else, from scans to pools, is Lettuce's own and stays reachable.
 */
package io.daxkv.client;
