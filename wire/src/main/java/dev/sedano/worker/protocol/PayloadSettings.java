package dev.sedano.worker.protocol;

import java.util.EnumSet;
import java.util.Set;

/**
 * In which forms messages are read and written.
 *
 * @param accepted Celery's {@code accept_content}; not empty
 * @param tasks {@code task_serializer} and {@code task_compression}: of messages that this worker publishes
 * @param results {@code result_serializer} and {@code result_compression}: of results and parts of chords
 */
public record PayloadSettings(Set<Serializer> accepted, PayloadForm tasks, PayloadForm results) {
    /** Everything that is safe is read; JSON without compression is written. */
    public static final PayloadSettings DEFAULT =
            new PayloadSettings(EnumSet.allOf(Serializer.class), PayloadForm.DEFAULT, PayloadForm.DEFAULT);

    /** @throws IllegalArgumentException if nothing is accepted */
    public PayloadSettings {
        if (accepted.isEmpty()) {
            throw new IllegalArgumentException("names no serializer");
        }
        accepted = Set.copyOf(accepted);
    }
}
