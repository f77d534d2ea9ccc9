/**
 * Does what was acknowledged survive? A server is written to by several clients, killed at a random moment, started
 * again and read through before anything else is written; then once more, on the same file.
 *
 * <p>Each client owns its keys and numbers its writes, so the truth about a key is short: after a crash it holds the
 * state of its last acknowledged write or of one sent later ({@link io.daxkv.bench.verify.KeyHistory}). A client's
 * writes reach the log in order, so what survives of them has no gap ({@link io.daxkv.bench.verify.ClientHistory}). A
 * value that another client has read counts as acknowledged from then on.
 *
 * <p>Not covered: power loss. A kill leaves what the process has stored in the kernel's page cache, flushed or not.
 */
package io.daxkv.bench.verify;
