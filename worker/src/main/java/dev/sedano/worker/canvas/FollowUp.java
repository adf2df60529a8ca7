package dev.sedano.worker.canvas;

import org.jspecify.annotations.Nullable;

/** One thing that must still happen after an outcome is recorded. Doing it twice is harmless: its ids are fixed. */
public sealed interface FollowUp {
    /** Publish a message. */
    record Send(OutgoingMessage message) implements FollowUp {}

    /**
     * Store a result record for another task, which will never run.
     *
     * @param replyTo where its caller waits for replies, or null
     */
    record Store(String taskId, @Nullable String replyTo, byte[] record) implements FollowUp {}
}
