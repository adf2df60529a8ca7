package dev.sedano.examples.payment;

import dev.sedano.examples.stage.Http;
import dev.sedano.task.Task;
import dev.sedano.task.TaskContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * The task. Its key is the one that the client made (header {@code idempotency_key}), so {@code @Idempotent} is not
 * needed; the claim under that key keeps every copy of the message from running, and refuses the key with other data.
 */
public final class Payments {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Http http = new Http();
    private final String bank = System.getenv().getOrDefault("BANK_URL", "");
    private final String worker = System.getenv().getOrDefault("WORKER_NAME", "");

    /** Called by the worker. */
    public Payments() {}

    /**
     * Charges an account once per key. The bank of this story knows no idempotency keys; it can only be asked what it
     * booked under a reference. So an announced rerun asks first, and everybody asks the store before the charge. If the
     * store cannot answer then, the exception of {@code checkOwner} ends the run, and the delivery runs again later.
     */
    @Task("payments.process")
    Receipt process(TaskContext context, Payment payment) throws IOException, InterruptedException {
        String key = context.idempotencyKey();
        Map<String, String> headers = Map.of("X-Worker", worker);
        http.post(bank + "/risk", Map.of("reference", key), headers, LIMIT);
        if (context.mayHaveRunBefore()) {
            Http.Answer booked = http.get(bank + "/charges?reference=" + key, LIMIT);
            if (booked.status() == 200) {
                return new Receipt(booked.body().get("charge").asString(), key);
            }
        }
        context.checkOwner();
        Map<String, Object> charge = Map.of("reference", key, "account", payment.account(), "amount", payment.amount());
        Http.Answer answer = http.post(bank + "/charges", charge, headers, LIMIT);
        if (answer.status() != 201) {
            throw new IllegalStateException("the bank answered " + answer.status());
        }
        return new Receipt(answer.body().get("charge").asString(), key);
    }
}
