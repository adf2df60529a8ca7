package dev.sedano.conformance.harness;

import dev.sedano.client.CeleryClient;
import dev.sedano.client.ClientConfig;
import dev.sedano.task.Signature;
import dev.sedano.task.Task;
import dev.sedano.task.TaskContext;
import dev.sedano.task.client.AsyncResult;
import dev.sedano.task.client.SendOptions;
import dev.sedano.task.client.TaskClient;
import dev.sedano.task.client.TaskFailure;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Handlers that call {@code ledger.fail} in another queue, await it, and meet its failure. */
public final class CallingTasks {
    /** The broker of the client that these handlers use. */
    public static final String BROKER = "SEDANO_TEST_CALLS_BROKER";
    /** Its result backend. */
    public static final String BACKEND = "SEDANO_TEST_CALLS_BACKEND";

    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** What the caller makes of Python's ValueError. */
    private static final class OutOfStock extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OutOfStock(TaskFailure failure) {
            super(String.valueOf(failure.args().get(0)), failure);
        }
    }

    private static ClientConfig config() {
        return ClientConfig.of(
                Objects.requireNonNull(System.getenv(BROKER)), Objects.requireNonNull(System.getenv(BACKEND)));
    }

    private static @Nullable Object failing(ClientConfig config, String key, String queue) throws InterruptedException {
        try (TaskClient client = CeleryClient.connect(config)) {
            return client.send(Signature.of("ledger.fail", key, "no stock"), SendOptions.queue(queue))
                    .get(LIMIT);
        }
    }

    /** Catches the failure, as it is and as an exception of its own, and tells of it. */
    @Task("calls.catches")
    String catches(String key, String queue) throws InterruptedException {
        String caught;
        try {
            return "returned " + failing(config(), key + "-first", queue);
        } catch (TaskFailure failure) {
            caught = failure.module() + "." + failure.type() + failure.args() + " "
                    + String.valueOf(failure.remoteTraceback()).contains("Traceback (most recent call last)");
        }
        try {
            return "returned "
                    + failing(config().withFailure("builtins", "ValueError", OutOfStock::new), key + "-second", queue);
        } catch (OutOfStock failure) {
            return caught + ", " + failure.getMessage();
        }
    }

    /** Sends {@code ledger.work} and returns what it has of it. */
    @Task("calls.sends")
    AsyncResult sends(TaskContext context, String key, String queue) {
        return context.send(Signature.of("ledger.work", key, 0).option("queue", queue));
    }

    /** Lets the failure pass. */
    @Task("calls.passes_on")
    @Nullable
    Object passesOn(String key, String queue) throws InterruptedException {
        return failing(config(), key, queue);
    }
}
