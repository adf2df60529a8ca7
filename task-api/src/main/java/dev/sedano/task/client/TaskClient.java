package dev.sedano.task.client;

import dev.sedano.task.Canvas;
import dev.sedano.task.Signature;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sends tasks to Celery's workers, of Python or Java, and finds their results. What it sends is what Python's Celery would
 * send for the same call.
 *
 * <p>A call that returns normally is in a queue: the broker has confirmed each of its messages. While the broker is away,
 * messages are sent again under the same ids; a worker with idempotency takes such a copy for what it is.
 *
 * <p>Thread-safe. Holds connections and threads: make one and share it, close it at the end.
 */
public interface TaskClient extends AutoCloseable {
    /**
     * Sends a call, a chain, a group or a chord, and waits until the broker has confirmed it.
     *
     * @return of a chain the result of its last step, of a chord that of its body, of a group a {@link GroupResult}
     * @throws SendException if the broker did not confirm in time, or has no queue for it
     * @throws IllegalArgumentException if it has no wire form; the message names the field, never an argument's value
     */
    AsyncResult send(Canvas call, SendOptions options);

    /** As {@link #send(Canvas, SendOptions)}, as the canvas itself says. */
    default AsyncResult send(Canvas call) {
        return send(call, SendOptions.NONE);
    }

    /** As {@link #send(Canvas)}, one task with positional arguments. */
    default AsyncResult send(String task, @Nullable Object... args) {
        return send(Signature.of(task, args));
    }

    /**
     * As {@link #send(Canvas, SendOptions)} without waiting for the broker; waits only while too many messages are
     * unconfirmed, or too many earlier calls have not ended, what follows their futures included. The future ends on a thread
     * of the client for that: what follows there should be short, and may send and wait. A call from there waits only while
     * what follows too many others made there has not begun.
     *
     * @return fails with {@link SendException}
     * @throws SendException if that was so for the whole time of a send
     * @throws IllegalArgumentException as {@link #send(Canvas, SendOptions)}
     */
    CompletableFuture<AsyncResult> sendAsync(Canvas call, SendOptions options);

    /** The result of a task sent earlier, by whomever; any id is one, of an unknown task it is PENDING. */
    AsyncResult result(String taskId);

    /**
     * A group that somebody saved ({@link GroupResult#save}, Python's {@code GroupResult.save}).
     *
     * @throws ResultsException if there is no such group, or no backend that keeps any, or it does not answer
     */
    GroupResult savedGroup(String groupId);

    /** Waits for what is unconfirmed, as long as a send may take, then ends connections and threads. Idempotent. */
    @Override
    void close();
}
