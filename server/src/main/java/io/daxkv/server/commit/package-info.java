/**
 * When a reply may leave: in order, and not before what it reveals is durable. One commit serves all connections of an
 * event-loop turn.
 */
package io.daxkv.server.commit;
