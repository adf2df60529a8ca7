package dev.sedano.worker.delivery;

import dev.sedano.worker.canvas.OutgoingMessage;
import java.nio.charset.StandardCharsets;

/** Embedded signatures to send, and what to look at in a message that was published. */
final class FollowUpMessages {
    static final String LINK =
            "{\"task\": \"t.linked\", \"args\": [7], \"kwargs\": {}, \"options\": {\"queue\": \"q2\"},"
                    + " \"subtask_type\": null, \"immutable\": false}";

    static final String STEP =
            "{\"task\": \"t.next\", \"args\": [], \"kwargs\": {}, \"options\": {\"task_id\": \"next-id\"},"
                    + " \"subtask_type\": null, \"immutable\": false}";

    private FollowUpMessages() {}

    static String embed(String callbacks, String errbacks, String chain) {
        return "{\"callbacks\": " + callbacks + ", \"errbacks\": " + errbacks + ", \"chain\": " + chain
                + ", \"chord\": null}";
    }

    static Object header(OutgoingMessage message, String name) {
        return String.valueOf(message.properties().headers().get(name));
    }

    static String body(OutgoingMessage message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }
}
