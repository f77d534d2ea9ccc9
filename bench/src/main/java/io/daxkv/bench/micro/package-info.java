/**
 * What each layer costs: JMH benchmarks beside the budgets they are held against. They run in processes of their own,
 * with the store's JVM options, on an arena in memory with cache-line write-back forced, so that the flush instructions
 * are paid for although the medium is none that needs them.
 */
package io.daxkv.bench.micro;
