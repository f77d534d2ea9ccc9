/**
 * What clients can ask. A command is a row of {@link io.daxkv.server.command.CommandTable} and one small method, a
 * function of its arguments, the store, the time passed in and the session; it never touches a socket and never waits.
 */
package io.daxkv.server.command;
