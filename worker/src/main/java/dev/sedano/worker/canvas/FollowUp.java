package dev.sedano.worker.canvas;

import java.util.Map;
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

    /**
     * Count a part of a chord, and publish the chord's body if it was the last.
     *
     * @param groupIndex the part's place in the header, or null
     * @param value {@code [1, id, state, result]} in Celery's JSON
     * @param body the body's signature
     */
    record ChordPart(
            String group,
            String taskId,
            String rootId,
            @Nullable Integer groupIndex,
            byte[] value,
            Map<String, @Nullable Object> body)
            implements FollowUp {}

    /**
     * Say how many parts a chord waits for, and keep its header's structure. Said once and for all: later it changes
     * nothing.
     *
     * @param header the saved result of the group, as Celery stores it; null if all its members are tasks
     */
    record ChordSize(String group, int size, byte @Nullable [] header) implements FollowUp {}

    /** Let a chord wait for {@code parts} more, those of the task {@code taskId}; once, however often it is said. */
    record ChordAddition(String group, String taskId, int parts) implements FollowUp {}

    /** Whether it comes before all that is published: a chord must know what it waits for before its parts come in. */
    default boolean isPreparation() {
        return this instanceof ChordSize || this instanceof ChordAddition;
    }
}
