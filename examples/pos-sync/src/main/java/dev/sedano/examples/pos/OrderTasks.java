package dev.sedano.examples.pos;

import dev.sedano.examples.stage.Http;
import dev.sedano.task.NoEffectException;
import dev.sedano.task.Retry;
import dev.sedano.task.StepOutcomeUnknownException;
import dev.sedano.task.Task;
import dev.sedano.task.TaskContext;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/**
 * Pushes an order's payment to the API behind three layers: the claim before the push, the unique index of the database,
 * and the stable key to the API. The switches exist to show what each is for.
 */
public final class OrderTasks {
    private static final Duration API_LIMIT = Duration.ofMillis(800);
    /** How long the API knows a key (24 h), less what a push may take. */
    private static final long API_MEMORY_SECONDS = Duration.ofHours(23).toSeconds();

    private static final String PUSH = "push";

    private final Http http = new Http();
    private final String api = System.getenv().getOrDefault("PAYMENT_API_URL", "");
    private final String worker = System.getenv().getOrDefault("WORKER_NAME", "");
    private final PaymentTable table = new PaymentTable(System.getenv().getOrDefault("PAYMENT_DB", ""));
    private final Layers layers = Layers.of(System.getenv());

    /** Called by the worker. */
    public OrderTasks() {}

    /** What the shop sends. */
    record Order(String id, long cents) {}

    /** Charges an order once; the result is the charge, or what became of it. */
    @Task("pos.push")
    String push(TaskContext context, Order order) throws Exception {
        long now =
                http.get(api + "/now", Duration.ofSeconds(5)).body().get("now").asLong();
        String call = context.idempotencyKey();
        long begun = table.begin(call, order.id(), order.cents(), now);
        if (begun < 0) {
            return "refused by the unique index: another call has the order";
        }
        try {
            String charge = pushOnce(context, order, now - begun);
            table.end(call, "charged", charge);
            return charge;
        } catch (NoEffectException refused) {
            table.end(call, "failed", ""); // leaves the partial index: the order may be tried again
            throw context.retry(Retry.in(Duration.ofSeconds(1)).because(refused));
        } catch (HttpTimeoutException unknown) {
            throw context.retry(Retry.in(Duration.ofSeconds(1)).because(unknown));
        }
    }

    private String pushOnce(TaskContext context, Order order, long ageSeconds) throws Exception {
        if (!layers.claim()) {
            return pushNow(context, order);
        }
        try {
            return context.stepAtMostOnce(PUSH, String.class, () -> pushNow(context, order));
        } catch (StepOutcomeUnknownException unknown) {
            if (ageSeconds > API_MEMORY_SECONDS) {
                throw unknown; // the API would not know the key any more: a person has to look
            }
            // Safe only because the API still knows the key: it answers with the charge that it made, or makes it now.
            return context.step("push again under the same key", String.class, () -> pushNow(context, order));
        }
    }

    /** Throws {@link NoEffectException} only where surely nothing was charged; a timeout is not such a case. */
    private String pushNow(TaskContext context, Order order) throws IOException, InterruptedException {
        String key = layers.apiKey() ? context.stepKey(PUSH) : UUID.randomUUID().toString();
        Map<String, String> headers = Map.of("Idempotency-Key", key, "X-Worker", worker);
        Map<String, Object> charge = Map.of("order", order.id(), "cents", order.cents());
        Http.Answer answer;
        try {
            answer = http.post(api + "/charges", charge, headers, API_LIMIT);
        } catch (ConnectException e) {
            throw new NoEffectException("the API could not be reached", e);
        }
        if (answer.status() != 201) {
            throw new NoEffectException("the API refused with " + answer.status());
        }
        return answer.body().get("charge").asString();
    }
}
