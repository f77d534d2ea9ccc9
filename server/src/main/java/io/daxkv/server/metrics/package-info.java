/**
 * Numbers for operators. Event loops count in plain arrays of their own ({@link io.daxkv.server.metrics.LoopCounters});
 * only this package knows the library that shows them.
 */
package io.daxkv.server.metrics;
