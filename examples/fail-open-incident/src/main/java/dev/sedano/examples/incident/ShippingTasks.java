package dev.sedano.examples.incident;

import dev.sedano.examples.stage.Http;
import dev.sedano.task.StoreDownPolicy;
import dev.sedano.task.TaskCall;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskModule;
import dev.sedano.task.TaskOptions;
import dev.sedano.task.TaskRegistry;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Registers {@code orders.ship}. {@code STORE_DOWN_POLICY} chooses what an outage of the store means; that an application
 * would choose OPEN is the incident of this story.
 */
public final class ShippingTasks implements TaskModule {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Http http = new Http();
    private final String shop = System.getenv().getOrDefault("SHOP_URL", "");
    private final String lane = System.getenv().getOrDefault("LANE", "");

    /** Called by the worker. */
    public ShippingTasks() {}

    @Override
    public void register(TaskRegistry registry) {
        StoreDownPolicy policy = StoreDownPolicy.valueOf(System.getenv().getOrDefault("STORE_DOWN_POLICY", "CLOSED"));
        registry.add("orders.ship", TaskOptions.builder().whenStoreDown(policy).build(), this::ship);
    }

    private @Nullable Object ship(TaskContext context, TaskCall call) throws Exception {
        http.post(shop + "/" + lane + "/" + context.idempotencyKey(), Map.of(), Map.of(), LIMIT);
        return null;
    }
}
