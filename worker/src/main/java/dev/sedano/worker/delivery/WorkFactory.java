package dev.sedano.worker.delivery;

import dev.sedano.worker.handler.ArgumentConverter;
import dev.sedano.worker.handler.BoundHandler;
import dev.sedano.worker.handler.KeyExtractionException;
import dev.sedano.worker.handler.TaskCallValues;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.protocol.Fingerprint;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Gives a delivery of a known task its key, attempt and fingerprint, which together are its claim. Thread-safe. */
record WorkFactory(PipelineSettings settings, ArgumentConverter converter, Nonces nonces) {
    private static final Duration LEAST_KEEP = Duration.ofDays(7);

    Work workOf(Delivery delivery, TaskMessage message, BoundHandler handler) {
        TaskCallValues call = new TaskCallValues(message.args(), message.kwargs(), converter);
        TaskKey key;
        KeyExtractionException noKey = null;
        try {
            key = handler.keyOf(headerKey(message), call, message.id());
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
                settings.afterLeaseLoss());
        return new Work(delivery, message, handler, call, claim, noKey);
    }

    private static @Nullable String headerKey(TaskMessage message) {
        return message.customHeaders().get("idempotency_key") instanceof String key ? key : null;
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
