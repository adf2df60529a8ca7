package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.IdempotencyStore.Claim;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.IdempotencyStore.ResultWrite;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Kind;
import dev.sedano.worker.idempotency.StoreStatus.Verdict;
import dev.sedano.worker.idempotency.TaskKey;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import redis.clients.jedis.Jedis;

/** A store on a server of the test's own, which may be broken in every way. */
abstract class StoreFaultFixture {
    static final Duration DEADLINE = Duration.ofMillis(400);

    final PrivateRedis redis = new PrivateRedis();
    final RedisIdempotencyStore store = open(redis.uri());

    static RedisIdempotencyStore open(URI uri) {
        return new RedisIdempotencyStore(
                RedisStoreSettings.builder(uri).callDeadline(DEADLINE).build());
    }

    @BeforeEach
    void greet() {
        // The first connection of a JVM may take longer than a call may on a busy machine.
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(store.hello().join().verdict()).isIn(Verdict.CREATED, Verdict.OK));
    }

    @AfterEach
    void stop() {
        store.close();
        redis.close();
    }

    CompletableFuture<ClaimReply> claim(String id) {
        return store.claim(request(id, false));
    }

    CompletableFuture<ClaimReply> claimRedelivered(String id) {
        return store.claim(request(id, true));
    }

    static Claim request(String id, boolean redelivered) {
        return new Claim(
                TaskKey.ofTaskId(id),
                "n" + redelivered,
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

    static Completion completion(String id, long token, byte[] body) {
        return new Completion(
                TaskKey.ofTaskId(id),
                token,
                0,
                "f",
                id,
                "SUCCESS",
                Duration.ofHours(1),
                0,
                new ResultWrite("result:" + id, body, Duration.ofMinutes(1)),
                null,
                null,
                false);
    }

    String field(String id, String name) {
        try (Jedis admin = redis.client()) {
            return admin.hget("sed:{sedano}:r:" + id, name);
        }
    }

    /** Milliseconds from now to the failure; fails the test if the call succeeds. */
    static <T> CompletableFuture<Long> timeToFail(CompletableFuture<T> call) {
        long started = System.nanoTime();
        return call.handle((reply, error) -> {
            assertThat(error).isInstanceOf(StoreException.class);
            return (System.nanoTime() - started) / 1_000_000;
        });
    }

    static StoreException failure(CompletableFuture<?> call) {
        Throwable error = call.<Throwable>handle((reply, cause) -> cause == null ? new AssertionError(reply) : cause)
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
        assertThat(error).isInstanceOf(StoreException.class);
        return (StoreException) error;
    }

    static Kind failureKind(CompletableFuture<?> call) {
        return get(call.handle((reply, cause) -> kind(cause)));
    }

    static Kind kind(Throwable cause) {
        return cause instanceof StoreException failed ? failed.kind() : Kind.SCRIPT;
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.orTimeout(20, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw new AssertionError("the call failed", e.getCause());
        }
    }
}
