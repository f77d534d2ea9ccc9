package io.daxkv.storage.pmem;

/**
 * What an arena lies on, as found by probing and as narrowed by the {@link PersistenceMode} asked for.
 *
 * @param granularity what a commit has to do
 * @param emulated whether it does that for measurement only, on a medium where it makes nothing durable
 * @param survivesPowerLoss whether a durable store is still there after the machine lost power or its kernel died; a
 *     killed process loses nothing on any medium
 * @param description one line for humans
 */
public record Medium(PersistGranularity granularity, boolean emulated, boolean survivesPowerLoss, String description) {}
