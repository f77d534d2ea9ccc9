/**
 * The Redis protocol as a load generator speaks it: commands into one buffer, replies counted or decoded. Independent
 * of the server's own codec on purpose, so that one does not excuse the other's mistakes.
 */
package io.daxkv.bench.wire;
