package dev.sedano.examples.webhook;

import dev.sedano.examples.stage.Http;
import dev.sedano.task.DuplicatePolicy;
import dev.sedano.task.TaskCall;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskModule;
import dev.sedano.task.TaskOptions;
import dev.sedano.task.TaskRegistry;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Registers the two kinds of webhooks, which differ in what becomes of duplicates: those of payments are acknowledged and
 * audited, those of refunds are kept in {@code webhooks.dead} for somebody to look at.
 *
 * <p>Keys live {@code KEEP_DAYS} and one day more. The receiver refuses events older than {@code KEEP_DAYS}; the day more
 * is for a copy that it accepts in the last moment and that then waits in the queue.
 */
public final class WebhookTasks implements TaskModule {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final Http http = new Http();
    private final Map<String, String> environment = System.getenv();

    /** Called by the worker. */
    public WebhookTasks() {}

    @Override
    public void register(TaskRegistry registry) {
        double days = Double.parseDouble(environment.getOrDefault("KEEP_DAYS", "7")) + 1;
        double secondsPerDay = Double.parseDouble(environment.getOrDefault("SECONDS_PER_DAY", "86400"));
        Duration ttl = SimulatedClock.real(days, secondsPerDay);
        registry.add(
                "webhooks.payment",
                TaskOptions.builder().ttl(ttl).duplicates(DuplicatePolicy.ACK).build(),
                this::book);
        registry.add(
                "webhooks.refund",
                TaskOptions.builder()
                        .ttl(ttl)
                        .duplicates(DuplicatePolicy.DEAD_LETTER)
                        .build(),
                this::book);
    }

    private @Nullable Object book(TaskContext context, TaskCall call) throws Exception {
        http.post(
                environment.getOrDefault("SHOP_URL", "") + "/events",
                Map.of("event", context.idempotencyKey()),
                Map.of(),
                LIMIT);
        return null;
    }
}
