package io.daxkv.client;

import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Turns Lettuce's outcomes into this package's: one exception per thing a caller can do. */
final class Replies {
    private static final String NOT_DURABLE = "NODURABLE";

    private Replies() {}

    /** Returns a future with the same value, or with a {@link DaxkvException}. */
    static <T> CompletableFuture<T> typed(CompletionStage<T> reply) {
        CompletableFuture<T> result = new CompletableFuture<>();
        reply.whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(typed(failure));
            }
        });
        return result;
    }

    /** Waits for a reply made by {@link #typed(CompletionStage)}. */
    static <T> T await(CompletableFuture<T> reply, Duration timeout) {
        try {
            return reply.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw typed(e.getCause());
        } catch (TimeoutException e) {
            throw new OutcomeUnknownException("no reply: waitedMs=" + timeout.toMillis(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OutcomeUnknownException("interrupted before the reply", e);
        }
    }

    static DaxkvException typed(Throwable failure) {
        if (failure instanceof DaxkvException known) {
            return known;
        }
        if (failure instanceof CompletionException && failure.getCause() != null) {
            return typed(failure.getCause());
        }
        String text = String.valueOf(failure.getMessage());
        if (failure instanceof RedisCommandExecutionException) {
            return text.startsWith(NOT_DURABLE)
                    ? new NotDurableException(text, failure)
                    : new CommandRefusedException(text, failure);
        }
        return new OutcomeUnknownException("connection failed before the reply: " + text, failure);
    }
}
