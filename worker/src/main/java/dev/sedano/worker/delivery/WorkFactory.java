package dev.sedano.worker.delivery;

import dev.sedano.task.LeaseLossPolicy;
import dev.sedano.worker.handler.ArgumentConverter;
import dev.sedano.worker.handler.BoundHandler;
import dev.sedano.worker.handler.KeyExtractionException;
import dev.sedano.worker.handler.TaskCallValues;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.protocol.Fingerprint;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Gives a delivery of a known task its key, attempt and fingerprint, which together are its claim. Thread-safe. */
record WorkFactory(PipelineSettings settings, ArgumentConverter converter, Nonces nonces) {
    /** Carry the resolved explicit key of retries and replacements, whose arguments or task may give another. */
    static final String KEY_HEADER = "x-sedano-key";

    static final String SCOPE_HEADER = "x-sedano-scope";

    private static final Duration LEAST_KEEP = Duration.ofDays(7);

    Work workOf(Delivery delivery, TaskMessage message, BoundHandler handler) {
        TaskCallValues call = new TaskCallValues(message.args(), message.kwargs(), converter);
        TaskKey key;
        KeyExtractionException noKey = null;
        String scope = text(message, SCOPE_HEADER);
        String carried = text(message, KEY_HEADER);
        try {
            key = scope != null && carried != null && !carried.isBlank()
                    ? TaskKey.explicit(scope, carried)
                    : handler.keyOf(text(message, "idempotency_key"), call, message.id());
        } catch (KeyExtractionException e) {
            key = TaskKey.ofTaskId(message.id());
            noKey = e;
        }
        Duration ttl = handler.ttl();
        IdempotencyStore.Claim claim = new IdempotencyStore.Claim(
                key,
                nonces.next(),
                attempt(message),
                Fingerprint.of(message),
                message.id(),
                settings.lease(),
                longest(ttl, settings.retention()),
                delivery.redelivered(),
                settings.node(),
                afterLeaseLoss(handler.onLeaseLost()),
                handler.maxCrashes());
        return new Work(
                delivery,
                message,
                handler,
                call,
                claim,
                scope != null && carried != null && !carried.isBlank() ? scope : handler.scope(),
                noKey);
    }

    private static @Nullable String text(TaskMessage message, String header) {
        return message.customHeaders().get(header) instanceof String text ? text : null;
    }

    /** A verifier is asked under a claim, so for the store it is a rerun. */
    private AfterLeaseLoss afterLeaseLoss(LeaseLossPolicy policy) {
        return switch (policy) {
            case WORKER_SETTING -> settings.afterLeaseLoss();
            case RERUN, ASK -> AfterLeaseLoss.RERUN;
            case PARK -> AfterLeaseLoss.PARK;
        };
    }

    /** An unfinished record must outlive its run, however short its marker is to live: gone, it could be claimed again. */
    private static Duration longest(@Nullable Duration ttl, Duration retention) {
        Duration longest = retention.compareTo(LEAST_KEEP) > 0 ? retention : LEAST_KEEP;
        return ttl != null && ttl.compareTo(longest) > 0 ? ttl : longest;
    }

    /** Retry and replace keep the id, so both count: an old copy of an earlier attempt must be told from a later one. */
    private static long attempt(TaskMessage message) {
        return ((long) message.nesting() << 20) + message.retries();
    }
}
