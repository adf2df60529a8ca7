package dev.sedano.worker.canvas;

/**
 * Why what is to follow a task cannot be called at all.
 *
 * @param what for people
 * @param exception the exception of Python's that Celery's worker stores then, a built-in one
 * @param argument what that exception says
 */
public record MalformedFollowUps(String what, String exception, String argument) {
    /** Signatures are maps that Celery reads by key (celery/canvas.py, {@code Signature.from_dict}). */
    static final class Missing extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        private final String key;

        /** @param key that Celery looks up in vain */
        Missing(String message, String key) {
            super(message);
            this.key = key;
        }
    }

    static MalformedFollowUps of(IllegalArgumentException problem) {
        String message = String.valueOf(problem.getMessage());
        String what = "a callback that cannot be called: " + message;
        return problem instanceof Missing missing
                ? new MalformedFollowUps(what, "KeyError", missing.key)
                : new MalformedFollowUps(what, "ValueError", message);
    }
}
