package dev.sedano.task;

import dev.sedano.task.client.AsyncResult;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What a handler may know about the run it is in. One instance belongs to one run of one delivery; it may be read from
 * any thread while the handler runs.
 */
public interface TaskContext {
    /** The registered name of the task. */
    String taskName();

    /** The Celery task id, as sent. */
    String id();

    /** The id of the first task of the workflow; the task's own id for a root task. */
    String rootId();

    /** The id of the task that published this one, or null for a root task. */
    @Nullable
    String parentId();

    /** The id of the group this task is a member of, or null. */
    @Nullable
    String groupId();

    /** How often this task was retried before, 0 for the first attempt. */
    int retries();

    /** Custom headers of the message, those that Celery itself does not define; an unmodifiable map, values may be null. */
    Map<String, @Nullable Object> headers();

    /**
     * The key under which this run was claimed, without scope: the explicit key, or else the task id. Stable over
     * retries, redeliveries and deploys, so it is what to hand to an external API as its Idempotency-Key.
     */
    String idempotencyKey();

    /**
     * A number that grows with every tenure of every key. Pass it to your own database ({@code WHERE token < ?}) to
     * refuse writes of an owner whose lease ran out. 0 in a run without a claim: of a task that fails open while the store
     * is down, or that only observes.
     */
    long fencingToken();

    /** Whether an earlier run of this attempt may have had effects: its owner vanished, or the store lost data. */
    boolean mayHaveRunBefore();

    /**
     * Asks the store whether this run still owns its key. Call it right before an effect that cannot be undone. A run
     * without a claim ({@link #fencingToken} is 0) has no owner to be checked: it returns without asking.
     *
     * @throws StaleOwnerException if the lease ran out and another owner took over, or if the store cannot confirm
     *     the ownership in time
     */
    void checkOwner() throws StaleOwnerException;

    /**
     * Runs {@code body} unless an earlier run of this key ended it: then its stored value is returned. At least once: a
     * crash between the end of {@code body} and its record repeats it, as in any durable-step system.
     *
     * @param name unique within the task; steps are matched by it over redeliveries, retries and deploys
     * @param type what the value is converted to when it was stored by an earlier run
     * @param body its value is stored as JSON, at most 64 KiB
     * <p>Waits while the store does not answer, as the end of a handler does.
     *
     * @throws StaleOwnerException if another owner took over, or the thread is interrupted while it waits: nothing was
     *     run, or its end was not recorded
     * @throws IllegalStateException if this run used the name before
     * @throws Exception what {@code body} threw, itself; nothing is recorded
     */
    <T extends @Nullable Object> T step(String name, Class<T> type, Callable<T> body) throws Exception;

    /**
     * As {@link #step}, but its begin is recorded before the body runs, so that it never runs twice. A run that finds it
     * begun by an earlier one, without an end, gets {@link StepOutcomeUnknownException}. A body that throws {@link
     * NoEffectException} frees the step again; after any other exception it stays begun.
     *
     * @throws StepOutcomeUnknownException if an earlier run began it and never said how it ended
     * @throws StaleOwnerException as for {@link #step}
     * @throws Exception what {@code body} threw, itself
     */
    <T extends @Nullable Object> T stepAtMostOnce(String name, Class<T> type, Callable<T> body) throws Exception;

    /**
     * A key for one step of this call, to hand to an external API as its Idempotency-Key: the same over redeliveries,
     * retries and deploys, different for every call and step.
     */
    String stepKey(String name);

    /**
     * Asks for another attempt: {@code throw context.retry(Retry.in(Duration.ofSeconds(5)));}. The next attempt has the
     * same id and key.
     *
     * @throws IllegalArgumentException if no worker could take its message: the delay ends after the year 9999, or the task
     *     was tried 2^20 times
     */
    RetryException retry(Retry retry);

    /**
     * Lets other tasks take this one's place: {@code throw context.replace(canvas);}. The last of them gets this task's
     * id, callbacks, errbacks, chord and the rest of its chain; the results of a group become one list, those of an empty
     * group an empty one. An empty chain makes the task fail.
     */
    ReplaceException replace(Canvas replacement);

    /**
     * Adds a task to the chord that this task is in the header of: its body waits for that result, too. Sent when this
     * task succeeds, or with its replacement; not when it fails or is retried.
     *
     * @throws IllegalStateException if this task is in no chord's header
     */
    void addToChord(Canvas task);

    /**
     * Sends a call when this run has succeeded, ends with {@link IgnoreException}, or is replaced; a run that fails, is
     * retried or vanishes sends nothing. The call has this task as its parent, and this task's result names it as a child, as
     * with Celery's {@code apply_async} within a task. It is recorded with the outcome and sent at least once, under ids
     * that stay.
     *
     * <p>To send at once, and to await the result here, use a {@link dev.sedano.task.client.TaskClient}.
     *
     * @return of a chain the result of its last step, of a chord that of its body, of a group a {@link
     *     dev.sedano.task.client.GroupResult}: to be returned to the caller, or for its id. Nothing can be read from it yet
     * @throws IllegalArgumentException if it has no wire form, or all that this run sends is more than can be recorded (8 MiB);
     *     the message names the field, never an argument's value
     * @throws IllegalStateException if the run has ended
     */
    AsyncResult send(Canvas call);

    /** The message as it was sent and delivered. */
    TaskRequest request();

    /**
     * Tells the caller how far this run is: stores {@code state} with {@code meta} where the result will be, and announces
     * it (Celery's {@code update_state}). Waits for the result backend, at most 2 s. What is lost here is lost: a state is
     * news, no outcome.
     *
     * @param state a name of your own such as {@code PROGRESS}; not one of Celery's final states
     * @param meta what {@code AsyncResult.info} shows; any value that a result may have
     * @throws IllegalArgumentException if {@code state} is blank or final, or {@code meta} has no wire form
     */
    void updateState(String state, @Nullable Object meta);

    /**
     * Whether this run has exceeded its soft time limit, which is why it was interrupted: a chance to end in order. An
     * {@link InterruptedException} (or what is caused by one) becomes a {@link SoftTimeLimitExceededException}; what else the
     * handler throws or returns then is its outcome. At the hard limit the task fails whatever its handler does.
     */
    default boolean timeLimitExceeded() {
        return false;
    }

    /** A logger named after the task; the task id is in the MDC as {@code task_id} while the handler runs. */
    System.Logger logger();
}
