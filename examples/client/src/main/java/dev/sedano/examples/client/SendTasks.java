package dev.sedano.examples.client;

import dev.sedano.client.CeleryClient;
import dev.sedano.client.ClientConfig;
import dev.sedano.task.Canvas;
import dev.sedano.task.Signature;
import dev.sedano.task.client.AsyncResult;
import dev.sedano.task.client.SendOptions;
import dev.sedano.task.client.TaskClient;
import dev.sedano.task.client.TaskFailure;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * Sends a task, a chain, a group and a chord to whatever worker has the example tasks, and prints what comes back. Reads
 * {@code BROKER}, {@code BACKEND} and {@code QUEUE} from the environment; without them, servers on this host and {@code
 * celery}.
 */
public final class SendTasks {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final TaskClient client;
    private final PrintStream out;

    private SendTasks(TaskClient client, PrintStream out) {
        this.client = client;
        this.out = out;
    }

    /** Ends with an exception if a task is not sent, or not ended within 30 s. */
    public static void main(String[] args) throws InterruptedException {
        ClientConfig config = ClientConfig.of(
                        setting("BROKER", "amqp://guest:guest@localhost:5672//"),
                        setting("BACKEND", "redis://localhost:6379/0"))
                .withDefaultQueue(setting("QUEUE", "celery"));
        // One client for the whole program: it is thread-safe and keeps its connections open.
        try (TaskClient client = CeleryClient.connect(config)) {
            SendTasks example = new SendTasks(client, System.out);
            example.task();
            example.canvases();
            example.keys();
            example.failure();
        }
    }

    private static String setting(String variable, String otherwise) {
        return System.getenv().getOrDefault(variable, otherwise);
    }

    private static Signature add(Object... numbers) {
        return Signature.of("examples.add", numbers);
    }

    private void task() throws InterruptedException {
        AsyncResult sum = client.send("examples.add", 2, 3);
        Long five = sum.get(LIMIT, Long.class);
        out.println("task: " + five);
    }

    private void canvases() throws InterruptedException {
        AsyncResult chain = client.send(Canvas.chain(add(1, 1), add(40)));
        AsyncResult group = client.send(Canvas.group(add(1, 1), add(2, 2)));
        AsyncResult chord =
                client.send(Canvas.chord(Canvas.group(add(1, 1), add(2, 2), add(3, 3)), Signature.of("examples.sum")));

        out.println("chain: " + chain.get(LIMIT));
        out.println("group: " + group.get(LIMIT));
        out.println("chord: " + chord.get(LIMIT));
    }

    /** A call that may be made twice, by a user who clicks again or a program that starts anew: the key makes it one. */
    private void keys() throws InterruptedException {
        Signature charge = Signature.of(
                "billing.charge",
                "order-" + UUID.randomUUID(),
                Map.of("amount", new BigDecimal("9.90"), "currency", "EUR"));
        SendOptions options =
                SendOptions.NONE.idempotencyKey("charge-" + UUID.randomUUID()).expires(Duration.ofMinutes(10));

        Object first = client.send(charge, options).get(LIMIT);
        Object second = client.send(charge, options).get(LIMIT);
        out.println("charged once: " + Objects.equals(first, second));
    }

    private void failure() throws InterruptedException {
        try {
            out.println(client.send("examples.fail", "no luck").get(LIMIT));
        } catch (TaskFailure failure) {
            out.println("failed: " + failure.type() + failure.args());
        }
    }
}
