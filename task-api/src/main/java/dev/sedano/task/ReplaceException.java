package dev.sedano.task;

/** Ends a run whose place another task takes; made by {@link TaskContext#replace}, thrown by the handler. */
public final class ReplaceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Signature replacement;

    /** @param replacement the task that goes on under this task's id */
    public ReplaceException(Signature replacement) {
        super("the task is replaced by " + replacement.task());
        this.replacement = replacement;
    }

    /** The task that goes on under this task's id. */
    public Signature replacement() {
        return replacement;
    }
}
