package dev.sedano.worker.canvas;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where messages go that say where only in part, or not at all: Celery's {@code task_routes}, {@code task_queues} and
 * {@code task_default_queue} (celery/app/routes.py, {@code Router}; celery/app/amqp.py, {@code send_task_message}).
 * Immutable.
 */
public final class Router {
    /**
     * A queue whose exchange is to be used.
     *
     * @param direct whether its exchange is of type direct: the queue is then addressed by its name alone
     */
    public record Queue(String exchange, boolean direct, String routingKey) {}

    /**
     * Where a task goes whose caller does not say.
     *
     * @param task the names of the tasks that it is for
     */
    public record Route(
            Predicate<String> task,
            @Nullable String queue,
            @Nullable String exchange,
            @Nullable String routingKey,
            @Nullable Integer priority) {}

    /**
     * A place to publish to.
     *
     * @param exchange empty = the default exchange
     * @param priority what the route says, null = nothing
     */
    public record Place(
            String exchange, String routingKey, @Nullable Integer priority) {}

    private final String defaultQueue;
    private final Map<String, Queue> queues;
    private final List<Route> routes;

    /**
     * A router.
     *
     * @param queues by name; others are addressed by their name on the default exchange
     * @param routes the first that is for a task counts
     */
    public Router(String defaultQueue, Map<String, Queue> queues, List<Route> routes) {
        this.defaultQueue = defaultQueue;
        this.queues = Map.copyOf(queues);
        this.routes = List.copyOf(routes);
    }

    /** Everything that names no route goes to one queue. */
    public static Router to(String defaultQueue) {
        return new Router(defaultQueue, Map.of(), List.of());
    }

    String defaultQueue() {
        return defaultQueue;
    }

    /** What the caller says wins over what is set; null = says nothing. */
    Place of(String task, @Nullable String queue, @Nullable String exchange, @Nullable String routingKey) {
        if (queue != null) {
            return queue(queue, routingKey, null);
        }
        Route route = routes.stream()
                .filter(each -> each.task().test(task))
                .findFirst()
                .orElse(null);
        Integer priority = route == null ? null : route.priority();
        String toExchange = exchange == null && route != null ? route.exchange() : exchange;
        String key = routingKey == null && route != null ? route.routingKey() : routingKey;
        if (toExchange != null) {
            return new Place(toExchange, Objects.requireNonNullElse(key, defaultQueue), priority);
        } else if (route != null && route.queue() != null) {
            return queue(route.queue(), key, priority);
        }
        return key == null ? queue(defaultQueue, null, priority) : new Place("", key, priority);
    }

    private Place queue(String name, @Nullable String routingKey, @Nullable Integer priority) {
        Queue known = queues.get(name);
        return known == null || known.direct()
                ? new Place("", name, priority)
                : new Place(known.exchange(), routingKey == null ? known.routingKey() : routingKey, priority);
    }
}
