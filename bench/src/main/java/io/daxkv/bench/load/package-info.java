/**
 * Load for any RESP server: few threads, many connections, latency measured from when a request should have been sent.
 *
 * <p>{@link io.daxkv.bench.load.LoadCommand} reads the options into a {@link io.daxkv.bench.load.LoadPlan}; each
 * {@link io.daxkv.bench.load.LoadLoop} drives its share of the connections from one thread. The other half is real
 * input: {@link io.daxkv.bench.load.JdkDataset} stores every class file of the running JDK, kills the server and
 * compares.
 */
package io.daxkv.bench.load;
