package dev.sedano.conformance.suite;

import static dev.sedano.conformance.suite.PlainTasks.PREFIX;

import dev.sedano.client.CeleryClient;
import dev.sedano.client.ClientConfig;
import dev.sedano.task.Canvas;
import dev.sedano.task.Signature;
import dev.sedano.task.TaskRegistry;
import dev.sedano.task.client.TaskClient;
import org.jspecify.annotations.Nullable;

/** Tasks that send calls of their own, where {@code TEST_BROKER} and {@code TEST_BACKEND} say. Thread-safe. */
final class SendingTasks {
    private @Nullable TaskClient client; // its threads are daemons: it ends with the worker

    void register(TaskRegistry registry) {
        registry.add(
                PREFIX + "build_chain_inside_task",
                (context, call) ->
                        client().send(Canvas.chain(add(1, 1), add(2), Canvas.group(add(3), add(4)), add(5))));
    }

    private static Signature add(Object... args) {
        return Signature.of(PREFIX + "add", args);
    }

    private synchronized TaskClient client() {
        TaskClient known = client;
        if (known == null) {
            known = CeleryClient.connect(ClientConfig.of(setting("TEST_BROKER"), setting("TEST_BACKEND")));
            client = known;
        }
        return known;
    }

    private static String setting(String variable) {
        String value = System.getenv(variable);
        if (value == null) {
            throw new IllegalStateException(variable + " is not set: the suite sets it");
        }
        return value;
    }
}
