package dev.sedano.task.client;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a task that was sent: it may not be there yet. Reads the result backend anew at each call, but for final
 * states, which it remembers. Thread-safe. All methods but {@link #id} and {@link #parent} throw {@link ResultsException} if
 * there is no backend or it does not answer.
 */
public interface AsyncResult {
    /** The task's id. */
    String id();

    /** What has to end first: the step before, or the header of a chord; null if nothing or unknown. */
    @Nullable
    AsyncResult parent();

    /**
     * Waits for the end and gives the value, as plain Java values: String, Boolean, Long, BigInteger, Double, BigDecimal,
     * java.time types, UUID, byte[], List and Map.
     *
     * @param timeout zero = look once
     * @throws TaskFailure if the task failed or was revoked: the exception as the worker told it
     * @throws ResultTimeoutException if it did not end in time, or the result backend was away at the end of it; nothing is
     *     cancelled
     * @throws ResultsException if there is no backend, it refuses this client, or the client was closed
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    @Nullable
    Object get(Duration timeout) throws InterruptedException;

    /**
     * As {@link #get(Duration)}, converted as arguments of handlers are: records, beans, enums, numbers.
     *
     * @throws IllegalArgumentException if the value does not fit {@code type}
     */
    <T> @Nullable T get(Duration timeout, Class<T> type) throws InterruptedException;

    /** Celery's state: PENDING (which also means unknown), STARTED, RETRY, SUCCESS, FAILURE, REVOKED, or one of the task's own. */
    String state();

    /** Whether it ended: SUCCESS, FAILURE or REVOKED. */
    boolean ready();

    /** Whether it ended well. */
    boolean successful();

    /** How it failed; null if it did not, or not yet. */
    @Nullable
    TaskFailure failure();

    /** What a task told of its progress with {@code update_state}, or the value; null if nothing is there. */
    @Nullable
    Object info();

    /** What the task published, once it ended, as far as its record tells. */
    List<AsyncResult> children();

    /** Removes the stored record. With replies over the broker: forgets what this client has received. */
    void forget();
}
