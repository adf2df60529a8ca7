package dev.sedano.worker.protocol;

import org.jspecify.annotations.Nullable;

/** What decoding a message came to. */
public sealed interface Decoded {
    /** A task message that this worker understands. */
    record Task(TaskMessage message) implements Decoded {}

    /**
     * Not a message this worker can process: can never succeed as sent, or asks for something not supported.
     *
     * @param reason which kind of defect
     * @param detail the field, what is wrong with it and the cure; no argument values
     * @param id the task id if it could be read
     * @param task the task name if it could be read
     */
    record Undecodable(
            PoisonReason reason,
            String detail,
            @Nullable String id,
            @Nullable String task) implements Decoded {}
}
