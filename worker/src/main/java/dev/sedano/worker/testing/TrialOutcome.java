package dev.sedano.worker.testing;

import org.jspecify.annotations.Nullable;

/**
 * What became of one delivery, and what its caller finds.
 *
 * @param outcome what the broker would be told: {@code ack}, {@code dead_letter}, {@code park}, {@code wait}, {@code requeue}
 * @param reason why, such as {@code succeeded}, {@code failed}, {@code duplicate}, {@code conflict}, {@code not_due}
 * @param state Celery's state of the stored result; null if there is none
 * @param result the stored result: what the handler returned as JSON gives it back, or the encoded exception
 */
public record TrialOutcome(
        String outcome,
        String reason,
        @Nullable String state,
        @Nullable Object result) {}
