package dev.sedano.worker.delivery;

import dev.sedano.task.Canvas;
import dev.sedano.task.Retry;
import dev.sedano.worker.canvas.FollowUps;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the run of a handler ended. */
sealed interface TaskOutcome {
    /**
     * The handler returned, or a verifier found that an earlier run had.
     *
     * @param added to the chord that the task is in
     * @param sent by the handler
     */
    record Succeeded(@Nullable Object value, List<Canvas> added, FollowUps.Plan sent) implements TaskOutcome {
        Succeeded(@Nullable Object value) {
            this(value, List.of(), FollowUps.Plan.NONE);
        }
    }

    /** The handler threw, or its arguments did not fit. */
    record Failed(Throwable cause) implements TaskOutcome {}

    /** It was too late to run. */
    record Expired() implements TaskOutcome {}

    /**
     * It was revoked.
     *
     * @param terminated whether its handler ran, and was stopped
     */
    record Revoked(boolean terminated) implements TaskOutcome {}

    /** It took its workers with it too often, and was not run again. */
    record Poisonous(int crashes) implements TaskOutcome {}

    /** The handler asks for another attempt. */
    record Retried(Retry retry) implements TaskOutcome {}

    /** The handler gives its place to other tasks. */
    record Replaced(Canvas replacement, List<Canvas> added, FollowUps.Plan sent) implements TaskOutcome {}

    /** The handler refuses its message. */
    record Rejected(String reason, boolean requeue) implements TaskOutcome {}

    /** The handler is done and wants no result stored. */
    record Ignored(String why, FollowUps.Plan sent) implements TaskOutcome {}

    /** Nobody can tell what an earlier run did: a person must. */
    record Unknowable(String why) implements TaskOutcome {}

    /** This run does not own its key any more, and stopped: no outcome of its own. */
    record Disowned() implements TaskOutcome {}
}
