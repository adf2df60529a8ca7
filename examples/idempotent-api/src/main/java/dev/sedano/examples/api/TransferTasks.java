package dev.sedano.examples.api;

import dev.sedano.examples.stage.Http;
import dev.sedano.task.TaskCall;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskModule;
import dev.sedano.task.TaskOptions;
import dev.sedano.task.TaskRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * Registers {@code transfers.execute}. The key comes with the message, if the caller gave one, so the task names none; how
 * long it is remembered is configured by {@code TRANSFER_KEY_TTL} (ISO-8601, one day by default).
 */
public final class TransferTasks implements TaskModule {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final Http http = new Http();
    private final String books = System.getenv().getOrDefault("BOOKS_URL", "");

    /** Called by the worker. */
    public TransferTasks() {}

    @Override
    public void register(TaskRegistry registry) {
        Duration ttl = Duration.parse(System.getenv().getOrDefault("TRANSFER_KEY_TTL", "P1D"));
        registry.add("transfers.execute", TaskOptions.builder().ttl(ttl).build(), this::execute);
    }

    private Map<String, Object> execute(TaskContext context, TaskCall call) throws Exception {
        Transfer transfer = Objects.requireNonNull(call.arg(0, Transfer.class), "a transfer");
        Http.Answer booked = http.post(books + "/entries", transfer, Map.of(), LIMIT);
        return Map.of("entry", booked.body().get("entry").asLong(), "ran_as", context.id());
    }
}
