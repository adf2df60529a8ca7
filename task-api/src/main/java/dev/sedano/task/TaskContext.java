package dev.sedano.task;

import java.util.Map;
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
     * refuse writes of an owner whose lease ran out.
     */
    long fencingToken();

    /** Whether an earlier run of this attempt may have had effects: its owner vanished, or the store lost data. */
    boolean mayHaveRunBefore();

    /**
     * Asks the store whether this run still owns its key. Call it right before an effect that cannot be undone.
     *
     * @throws StaleOwnerException if the lease ran out and another owner took over, or if the store cannot confirm
     *     the ownership in time
     */
    void checkOwner() throws StaleOwnerException;

    /** A logger named after the task; the task id is in the MDC as {@code task_id} while the handler runs. */
    System.Logger logger();
}
