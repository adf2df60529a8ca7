package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.IdempotencyStore.Claim;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.TaskKey;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Calls of a store with the values that do not matter filled in. */
final class Calls {
    private Calls() {}

    static Claim claim(String id) {
        return claim(id, "n-" + id, false);
    }

    static Claim claim(String id, String nonce, boolean redelivered) {
        return new Claim(
                TaskKey.ofTaskId(id),
                nonce,
                0,
                "f",
                id,
                Duration.ofSeconds(30),
                Duration.ofDays(1),
                redelivered,
                "w",
                AfterLeaseLoss.RERUN,
                3);
    }

    static Completion completion(String id, long token) {
        return new Completion(
                TaskKey.ofTaskId(id), token, 0, "f", id, "SUCCESS", Duration.ofHours(1), 0, null, null, null, false);
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.orTimeout(20, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw new AssertionError("the call failed", e.getCause());
        }
    }

    /** The failure of a call that must fail; it is never wrapped. */
    static StoreException failure(CompletableFuture<?> call) {
        Throwable error = call.<Throwable>handle((reply, cause) -> cause == null ? new AssertionError(reply) : cause)
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
        assertThat(error).isInstanceOf(StoreException.class);
        return (StoreException) error;
    }

    static boolean succeeds(CompletableFuture<?> call) {
        return call.handle((reply, cause) -> cause == null)
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }
}
