package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import java.nio.charset.StandardCharsets;

/** What the broker takes as the name of a queue. */
final class QueueNames {
    private static final int MOST_BYTES = 255;

    private QueueNames() {}

    /** @throws ConfigurationException if it is none */
    static void check(String option, String queue) {
        if (queue.isBlank() || queue.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            throw new ConfigurationException(option, queue, "is no queue name: use 1 to 255 bytes of text");
        }
    }
}
