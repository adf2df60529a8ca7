package dev.sedano.worker.idempotency;

import java.time.Duration;

/** Observes a store. Called on the store's threads, so it must be short, must not block and must not throw. */
@FunctionalInterface
public interface StoreListener {
    /** Watches nothing. */
    StoreListener NONE = (script, elapsed) -> {};

    /**
     * A script was answered, with success or an error of the server.
     *
     * @param script the script's name: hello, claim, renew, complete, release or report_blocked
     * @param elapsed from the hand-over by the caller to the reply
     */
    void answered(String script, Duration elapsed);

    /** A hello found something other than the data set this worker knew: CREATED, SWITCHED, ROLLBACK or AMNESIA. */
    default void noticed(StoreStatus status) {}

    /** The key of a task's result holds another Redis type: the result was published but not stored. */
    default void resultKeyOccupied(String resultKey) {}
}
