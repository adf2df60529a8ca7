package dev.sedano.worker.canvas;

import java.util.Set;

/** Which errbacks are called in the failing worker with the failure itself, in place of being sent the failed task's id. */
@FunctionalInterface
public interface InlineErrbacks {
    /** None: all are sent. */
    InlineErrbacks NONE = (task, args, kwargs) -> false;

    /**
     * Whether this worker's task takes a request, an exception and a traceback.
     *
     * @param args how many positional arguments the signature has of its own
     * @param kwargs the names of those it has by keyword
     */
    boolean takesFailure(String task, int args, Set<String> kwargs);
}
