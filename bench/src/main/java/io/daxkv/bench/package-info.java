/**
 * Benchmarks that judge: how fast a server answers, and whether what it acknowledged is still there after it is killed.
 *
 * <p>{@link io.daxkv.bench.BenchMain} has three subcommands. {@code load} (package {@code load}) drives any RESP server
 * and measures latency; {@code durability} (package {@code verify}) kills its own server at random moments and checks
 * every acknowledged write; {@code micro} (package {@code micro}) runs the JMH benchmarks of the layers. They share the
 * protocol ({@code wire}), the server as a child process ({@code child}) and the reports ({@code report}).
 */
package io.daxkv.bench;
