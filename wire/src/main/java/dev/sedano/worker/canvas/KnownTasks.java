package dev.sedano.worker.canvas;

import org.jspecify.annotations.Nullable;

/** What this worker knows of a task that it calls: as with Celery, a task's own options complete a call of it. */
@FunctionalInterface
public interface KnownTasks {
    /** Nothing is known: whoever runs a task knows its options. */
    KnownTasks NONE = task -> null;

    /** Whether calls of {@code task} that do not say it get no result; null = it is not a task of this worker. */
    @Nullable
    Boolean ignoresResult(String task);
}
