package dev.sedano.task;

import org.jspecify.annotations.Nullable;

/** What an {@link OutcomeVerifier} found out about an earlier run. */
public sealed interface Verification {
    /**
     * The earlier run had its effect: the call is recorded as succeeded without running again.
     *
     * @param result the result for the caller
     */
    record Done(@Nullable Object result) implements Verification {}

    /** The earlier run had no effect: the handler runs. */
    record NotDone() implements Verification {}

    /** It cannot be told: the delivery is parked for a person. */
    record Unknown() implements Verification {}
}
