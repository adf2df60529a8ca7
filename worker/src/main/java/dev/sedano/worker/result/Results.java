package dev.sedano.worker.result;

import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.protocol.TaskMessage;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * How a caller gets the result, and in which order with the completion marker (PROTOCOL §9). Implementations are safe
 * for use by many threads; futures fail when the result could not be handed over, and every step may be repeated.
 */
public interface Results {
    /** What to write in the marker's own script, or null when the result lives elsewhere or nobody wants it. */
    IdempotencyStore.@Nullable ResultWrite withMarker(TaskMessage message, byte[] record);

    /**
     * What {@link #beforeMarker} writes and {@link #afterMarker} announces, so that it can be done after a restart, when
     * there is no message. Null when the next copy of the delivery does it, or nobody.
     */
    default IdempotencyStore.@Nullable ResultWrite besideMarker(TaskMessage message, byte[] record) {
        return null;
    }

    /** What must be stored before the marker may be set. */
    CompletableFuture<?> beforeMarker(TaskMessage message, byte[] record);

    /** What follows once the marker is set, before the delivery is acknowledged. */
    CompletableFuture<?> afterMarker(TaskMessage message, byte[] record);

    /** Gives a caller a result outside of any completion: for duplicates, unknown tasks and conflicts. */
    CompletableFuture<?> send(TaskMessage message, byte[] record);

    /**
     * Gives the caller of another task, which will never run, its record.
     *
     * @param replyTo where that caller waits for replies, or null
     */
    CompletableFuture<?> sendFor(String taskId, @Nullable String replyTo, byte[] record);

    /** Whether later duplicates with the default key need the record kept beside the marker. */
    boolean keepsRecords();

    /** Whether the message asks for a result at all. */
    static boolean wanted(TaskMessage message) {
        return !Boolean.TRUE.equals(message.ignoreResult());
    }
}
