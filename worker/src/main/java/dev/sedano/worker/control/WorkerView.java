package dev.sedano.worker.control;

import dev.sedano.worker.delivery.TaskView;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What control commands may see of a worker. Safe for use by many threads. */
public interface WorkerView {
    /** What is on its way here, in no order. */
    List<TaskView> tasks();

    /** How often each task's handler was called. */
    Map<String, Long> totals();

    /** The names of the tasks that this worker has. */
    Set<String> taskNames();

    /** The rate limits that the tasks were started with, by name, as they were written. */
    Map<String, String> rates();

    /** The queues that are consumed. */
    List<ConsumedQueue> queues();

    /** The settings, under Celery's names where there are such, without secrets. */
    Map<String, @Nullable Object> settings();

    /** {@code sedano} with its version, and what it runs on. */
    String software();

    /** Whole seconds since the start. */
    long uptimeSeconds();

    /** Handlers that may run at once, and the bounds of automatic scaling. */
    PoolView pool();

    /** Deliveries taken ahead at least. */
    int prefetch();

    /** The broker in use, without the password. */
    BrokerView broker();

    /**
     * A queue that is consumed.
     *
     * @param type of the exchange
     * @param durable whether queue and exchange outlive a restart of the broker
     * @param arguments of the queue, such as {@code x-max-priority}; of plain values
     */
    record ConsumedQueue(
            String name,
            String exchange,
            String type,
            String routingKey,
            boolean durable,
            Map<String, Object> arguments) {
        public ConsumedQueue {
            arguments = Map.copyOf(arguments);
        }
    }

    /**
     * The pool.
     *
     * @param autoscale the bounds, null without automatic scaling
     * @param soft seconds until a handler is interrupted of whose task nothing else is said; null = no limit
     * @param hard seconds until such a handler is left behind; null = no limit
     */
    record PoolView(
            String kind,
            int size,
            int running,
            @Nullable Bounds autoscale,
            @Nullable Double soft,
            @Nullable Double hard) {}

    /** From least to most handlers at once. */
    record Bounds(int least, int most) {}

    /**
     * A broker's address.
     *
     * @param alternates if there are several, all of them in the order in which they are tried, without credentials
     */
    record BrokerView(String host, int port, String user, String virtualHost, boolean tls, List<String> alternates) {
        public BrokerView {
            alternates = List.copyOf(alternates);
        }
    }
}
