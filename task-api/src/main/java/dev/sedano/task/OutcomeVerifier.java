package dev.sedano.task;

/**
 * Finds out whether an earlier run of a call, whose owner vanished, had its effect: by asking the payment provider with
 * the call's key, say. Called on a handler's thread under a granted claim; may be called by several threads at once.
 */
@FunctionalInterface
public interface OutcomeVerifier {
    /**
     * Looks for the effect of an earlier run.
     *
     * @param idempotencyKey the key as {@link TaskContext#idempotencyKey()} gives it
     * @throws Exception any exception counts as {@link Verification.Unknown}
     */
    Verification verify(TaskCall call, String idempotencyKey) throws Exception;

    /** Stands for no verifier in {@link Idempotent#verify()}. */
    final class None implements OutcomeVerifier {
        private None() {}

        @Override
        public Verification verify(TaskCall call, String idempotencyKey) {
            return new Verification.Unknown();
        }
    }
}
