package dev.sedano.worker.result;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The parts of chords, in the keys that Celery's workers share (CONTRACT §6.1). Safe for use by many threads. */
public interface ChordStore {
    /**
     * One finished task of a chord's header.
     *
     * @param group the header's group id
     * @param score the task's place in the group as Python prints it: {@code 0}, or {@code +inf} without one
     * @param value {@code [1, id, state, result]} in Celery's JSON
     */
    record Part(String group, String taskId, String score, byte[] value) {}

    /** What counting a part led to. */
    sealed interface Counted {
        /** Other parts are missing. */
        record Waiting() implements Counted {}

        /** The body is published, or the chord has failed. */
        record Ended() implements Counted {}

        /** Another worker is publishing the body, or died while it did: ask again. */
        record HeldByAnother() implements Counted {}

        /**
         * All parts are there, and the caller has a few seconds to publish the body.
         *
         * @param savedGroup the header's structure if it has groups within, else null
         * @param parts all values, by place
         */
        record Complete(byte @Nullable [] savedGroup, List<byte[]> parts) implements Counted {}
    }

    /**
     * Says how many parts a chord waits for, and keeps its header's structure. Only the first call for a group does so:
     * repeated at any later time, it changes nothing.
     *
     * @param savedGroup null if all members of the header are tasks
     */
    CompletableFuture<Boolean> begin(String group, int size, byte @Nullable [] savedGroup);

    /** Lets a chord wait for {@code parts} more, those of {@code taskId}; once however often it is told. */
    CompletableFuture<Boolean> add(String group, String taskId, int parts);

    /** Counts a part, once however often it is told. */
    CompletableFuture<Counted> count(Part part);

    /** Ends the chord for everybody, after {@link Counted.Complete}. */
    CompletableFuture<Boolean> end(Part part);

    /** As {@link #end}, when the header failed: as in Celery its parts can be read until they expire. */
    CompletableFuture<Boolean> fail(Part part);

    /** Stored result records, null where there is none. */
    CompletableFuture<List<byte @Nullable []>> read(List<String> taskIds);
}
