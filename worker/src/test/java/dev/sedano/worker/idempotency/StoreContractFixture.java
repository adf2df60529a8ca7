package dev.sedano.worker.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.IdempotencyStore.Claim;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.IdempotencyStore.ResultWrite;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/** A store under test, with a key of its own for each test. */
abstract class StoreContractFixture {
    static final Duration LEASE = Duration.ofSeconds(30);
    static final Duration DAY = Duration.ofDays(1);
    static final byte[] DONE = "{\"status\": \"SUCCESS\", \"result\": 3}".getBytes(UTF_8);

    String id = "";
    TaskKey key = TaskKey.ofTaskId("");

    /** The store under test, which has said hello. */
    protected abstract IdempotencyStore store();

    /** Moves the store's clock without any grace window. */
    protected abstract void pass(Duration time);

    /** What is stored under a result's key. */
    protected abstract byte @Nullable [] storedResult(String resultKey);

    /** Puts a foreign result there. */
    protected abstract void storeResult(String resultKey, byte[] body);

    /** The name under which a result is kept so that one script can write it and the marker; the same everywhere but in clusters. */
    protected String placed(TaskKey of, String resultKey) {
        return resultKey;
    }

    /** Forgets everything, like FLUSHALL. */
    protected abstract void loseAllData();

    /** Ends the unsafe window, but not what follows it. */
    protected abstract void endUnsafeWindow();

    @BeforeEach
    void freshKey() {
        id = UUID.randomUUID().toString();
        key = TaskKey.ofTaskId(id);
    }

    ClaimReply claim(String nonce) {
        return claimAs(key, id, nonce, 0, "f", false, AfterLeaseLoss.RERUN);
    }

    ClaimReply claimAs(
            TaskKey of,
            String taskId,
            String nonce,
            long attempt,
            String print,
            boolean redelivered,
            AfterLeaseLoss policy) {
        return get(store().claim(request(of, taskId, nonce, attempt, print, redelivered, policy)));
    }

    static Claim request(
            TaskKey of,
            String taskId,
            String nonce,
            long attempt,
            String print,
            boolean redelivered,
            AfterLeaseLoss policy) {
        return new Claim(of, nonce, attempt, print, taskId, LEASE, DAY, redelivered, "w@host", policy, 3);
    }

    CompleteReply complete(TaskKey of, long token) {
        return get(store().complete(completion(of, token, null, DONE, null)));
    }

    Completion completion(TaskKey of, long token, @Nullable String resultKey, byte[] body, byte @Nullable [] kept) {
        ResultWrite write = resultKey == null ? null : new ResultWrite(placed(of, resultKey), body, DAY);
        return new Completion(of, token, 0, "f", id, "SUCCESS", DAY, store().estimatedNow(), write, kept, null, false);
    }

    static ClaimReply.Granted granted(ClaimReply reply) {
        assertThat(reply).isInstanceOf(ClaimReply.Granted.class);
        return (ClaimReply.Granted) reply;
    }

    protected static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(20, TimeUnit.SECONDS).join();
    }
}
