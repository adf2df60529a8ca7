package dev.sedano.task;

import java.util.Locale;

/** Ends a run whose place another task takes; made by {@link TaskContext#replace}, thrown by the handler. */
public final class ReplaceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Canvas replacement;

    /** @param replacement what goes on under this task's id */
    public ReplaceException(Canvas replacement) {
        super("the task is replaced by "
                + (replacement instanceof Signature signature
                        ? signature.task()
                        : "a " + replacement.getClass().getSimpleName().toLowerCase(Locale.ROOT)));
        this.replacement = replacement;
    }

    /** What goes on under this task's id. */
    public Canvas replacement() {
        return replacement;
    }
}
