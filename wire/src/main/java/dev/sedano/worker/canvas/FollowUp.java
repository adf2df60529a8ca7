package dev.sedano.worker.canvas;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
     * @param priority what the body inherits from the part's message; null = nothing
     */
    record ChordPart(
            String group,
            String taskId,
            String rootId,
            @Nullable Integer groupIndex,
            byte[] value,
            Map<String, @Nullable Object> body,
            @Nullable Integer priority)
            implements FollowUp {
        /** A part from which its body inherits nothing. */
        public ChordPart(
                String group,
                String taskId,
                String rootId,
                @Nullable Integer groupIndex,
                byte[] value,
                Map<String, @Nullable Object> body) {
            this(group, taskId, rootId, groupIndex, value, body, null);
        }
    }

    /**
     * Say how many parts a chord waits for, and keep its header's structure. Said once and for all: later it changes
     * nothing.
     *
     * @param header the saved result of the group, as Celery stores it; null if all its members are tasks
     */
    record ChordSize(String group, int size, byte @Nullable [] header) implements FollowUp {}

    /** Let a chord wait for {@code parts} more, those of the task {@code taskId}; once, however often it is said. */
    record ChordAddition(String group, String taskId, int parts) implements FollowUp {}

    /**
     * Call an errback of this worker with the failure, in place of a message.
     *
     * @param errback its signature
     * @param request the failed task: {@code id}, {@code task}, {@code args} and so on
     * @param error the exception as the stored record tells it
     * @param traceback as the stored record tells it
     */
    record Call(
            Map<String, @Nullable Object> errback,
            Map<String, @Nullable Object> request,
            @Nullable Object error,
            @Nullable String traceback)
            implements FollowUp {
        /** The errback's task. */
        public String task() {
            return String.valueOf(errback.get("task"));
        }

        /** Request, exception and traceback, and then what the signature has. */
        public List<@Nullable Object> args() {
            List<@Nullable Object> all = new ArrayList<>(Arrays.asList(request, error, traceback));
            all.addAll(CallSignature.list(errback.get("args")));
            return all;
        }

        /** The signature's keyword arguments. */
        public Map<String, @Nullable Object> kwargs() {
            return CallSignature.strings(errback.get("kwargs"));
        }
    }

    /** Whether it comes before all that is published: a chord must know what it waits for before its parts come in. */
    default boolean isPreparation() {
        return this instanceof ChordSize || this instanceof ChordAddition;
    }
}
