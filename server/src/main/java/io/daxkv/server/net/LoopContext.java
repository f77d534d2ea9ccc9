package io.daxkv.server.net;

import io.daxkv.server.command.CommandCall;
import io.daxkv.server.command.CommandDispatcher;
import io.daxkv.server.commit.LoopCommit;
import io.daxkv.server.metrics.LoopCounters;
import java.util.function.Consumer;

/**
 * What the connections of one event loop share, because only one of them runs at a time.
 *
 * @param commit when replies may leave
 * @param call the request that runs
 * @param dispatcher how it finds its command
 * @param counters what is counted
 * @param onFailure told once when write-back failed
 */
public record LoopContext(
        LoopCommit commit,
        CommandCall call,
        CommandDispatcher dispatcher,
        LoopCounters counters,
        Consumer<Throwable> onFailure) {}
