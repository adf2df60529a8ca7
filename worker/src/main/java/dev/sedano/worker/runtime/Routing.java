package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.canvas.Router;
import dev.sedano.worker.rabbitmq.QueueBinding;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where messages go. Immutable.
 *
 * @param defaultQueue Celery's {@code task_default_queue}: where goes what names no route, and what is consumed unless
 *     other queues are named
 * @param queues Celery's {@code task_queues}, each name once
 * @param routes Celery's {@code task_routes}; the first that fits a task counts
 */
public record Routing(String defaultQueue, List<QueueDefinition> queues, List<Route> routes) {
    /** Celery's defaults. */
    public static final Routing DEFAULT = new Routing("celery", List.of(), List.of());

    /**
     * Where a task goes whose caller does not say.
     *
     * @param queue a queue, by name; null = see the others
     * @param priority of its message; null = 0
     */
    public record Route(
            TaskPattern task,
            @Nullable String queue,
            @Nullable String exchange,
            @Nullable String routingKey,
            @Nullable Integer priority) {}

    /** @throws ConfigurationException if a name is none, or a queue is there twice */
    public Routing {
        queues = List.copyOf(queues);
        routes = List.copyOf(routes);
        QueueNames.check("--default-queue", defaultQueue);
        Set<String> seen = new HashSet<>();
        for (QueueDefinition queue : queues) {
            if (!seen.add(queue.name())) {
                throw new ConfigurationException("task_queues", queue.name(), "is there twice: name each queue once");
            }
        }
    }

    /** The names of the defined queues, or the default queue if there are none. */
    public List<String> usualQueues() {
        return queues.isEmpty()
                ? List.of(defaultQueue)
                : queues.stream().map(QueueDefinition::name).toList();
    }

    /** How these queues are declared. */
    List<QueueBinding> bindings(List<String> names) {
        Map<String, QueueBinding> defined =
                definitions().stream().collect(Collectors.toMap(QueueBinding::queue, Function.identity()));
        return names.stream()
                .map(name -> defined.getOrDefault(name, QueueBinding.of(name)))
                .toList();
    }

    List<QueueBinding> definitions() {
        return queues.stream()
                .map(queue -> new QueueBinding(
                        queue.name(),
                        queue.exchange(),
                        queue.exchangeType(),
                        queue.routingKey(),
                        queue.durable(),
                        queue.arguments()))
                .toList();
    }

    Router router() {
        Map<String, Router.Queue> known = new LinkedHashMap<>();
        for (QueueDefinition queue : queues) {
            boolean direct = queue.exchangeType().equals("direct");
            known.put(queue.name(), new Router.Queue(queue.exchange(), direct, queue.routingKey()));
        }
        return new Router(
                defaultQueue,
                known,
                routes.stream()
                        .map(route -> new Router.Route(
                                route.task()::matches,
                                route.queue(),
                                route.exchange(),
                                route.routingKey(),
                                route.priority()))
                        .toList());
    }
}
