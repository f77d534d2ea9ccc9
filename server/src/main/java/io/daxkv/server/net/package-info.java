/** Sockets: accepting, one {@link io.daxkv.server.net.Connection} each, back-pressure, orderly close. */
package io.daxkv.server.net;
