package dev.sedano.worker.operator;

import dev.sedano.worker.address.StoreUri;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.idempotency.redis.AdminReply;
import dev.sedano.worker.idempotency.redis.AdminRequest;
import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import dev.sedano.worker.result.ResultRecord;
import dev.sedano.worker.result.ResultStore;
import dev.sedano.worker.runtime.OperatorAccess;
import dev.sedano.worker.runtime.ResultBackend;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Records outcomes that people decide, and writes the callers' results where the backend wants them.
 *
 * @param marker the Redis of the markers
 * @param backend null = not given, then no result is written
 * @param retention how long the marker lives
 */
record Outcomes(
        RedisStoreInspection store,
        StoreUri marker,
        @Nullable ResultBackend backend,
        Duration retention) {
    private static final Duration RESULT_TTL = Duration.ofDays(1);

    /**
     * Completes a key.
     *
     * @param taskId whose caller gets the result; null = nobody
     */
    AdminReply complete(
            AdminRequest.Act act,
            TaskKey key,
            String states,
            boolean force,
            boolean create,
            ResultRecord outcome,
            @Nullable String taskId) {
        AdminRequest.Result beside = null;
        if (taskId != null && backend instanceof ResultBackend.Redis redis) {
            AdminRequest.Result result = new AdminRequest.Result(redis.keys().task(taskId), outcome.json(), RESULT_TTL);
            if (redis.uri().sameDatabaseAs(marker)) {
                beside = result;
            } else {
                AdminReply reply = mark(act, key, states, force, create, outcome, null);
                if (reply.answer() == AdminReply.Answer.DONE) {
                    writeElsewhere(redis, result);
                }
                return reply;
            }
        }
        return mark(act, key, states, force, create, outcome, beside);
    }

    private AdminReply mark(
            AdminRequest.Act act,
            TaskKey key,
            String states,
            boolean force,
            boolean create,
            ResultRecord outcome,
            AdminRequest.@Nullable Result beside) {
        boolean keep = key.explicit() || backend instanceof ResultBackend.Rpc;
        return store.ask(new AdminRequest.Complete(
                act, states, force, create, retention, outcome.state().name(), keep ? outcome.json() : null, beside));
    }

    /** After the marker, unlike a worker: the marker may refuse, and a person can repeat the command with --force. */
    private static void writeElsewhere(ResultBackend.Redis backend, AdminRequest.Result result) {
        try (ResultStore results = OperatorAccess.results(backend)) {
            results.write(result.key(), result.body(), result.ttl(), ResultStore.Mode.STORE_AND_ANNOUNCE)
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreException refused ? refused : e;
        }
    }
}
