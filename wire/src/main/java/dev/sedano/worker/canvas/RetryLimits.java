package dev.sedano.worker.canvas;

import dev.sedano.task.Retry;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.Duration;
import java.time.Instant;

/** What the message of a next attempt can say. */
public final class RetryLimits {
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private RetryLimits() {}

    /**
     * Refuses a retry whose message no worker would take.
     *
     * @throws IllegalArgumentException naming the field, its value and the cure
     */
    public static void check(TaskMessage message, Retry retry, Instant now) {
        if (message.retries() >= MessageDecoder.MOST_RETRIES) {
            throw new IllegalArgumentException("retries of task " + message.id() + " is " + message.retries()
                    + ", the most there is: let it end, or send a new task");
        }
        // Compared as lengths: a sum could leave what an Instant can hold.
        if (retry.delay().compareTo(Duration.between(now, LATEST)) > 0) {
            throw new IllegalArgumentException("delay " + retry.delay()
                    + " ends after the year 9999, the last that Celery knows: give a shorter one");
        }
    }
}
