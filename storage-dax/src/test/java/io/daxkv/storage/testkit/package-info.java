/**
 * What the tests of every module share: memory that knows what a power failure would leave of it, time that a test
 * owns, and randomness that can be replayed.
 *
 * <p>Start with {@link io.daxkv.storage.testkit.RecordingPmem}. It stands where the mapped file stands in production,
 * so a storage test that runs on it is also a durability test: {@code assertAllDurable} at every acknowledgement, and a
 * recovery from {@code crash(...)} wherever a crash matters. {@link io.daxkv.storage.testkit.Seed} prints how to repeat
 * a failed random test; {@link io.daxkv.storage.testkit.ManualClock} replaces waiting.
 */
package io.daxkv.storage.testkit;
