package dev.sedano.worker.control;

import dev.sedano.worker.control.WorkerView.ConsumedQueue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A queue as {@code kombu.Queue.as_dict(recurse=True)} shows it. */
final class QueueReport {
    private QueueReport() {}

    static Map<String, @Nullable Object> of(ConsumedQueue consumed) {
        Map<String, @Nullable Object> queue = new LinkedHashMap<>();
        queue.put("name", consumed.name());
        queue.put("exchange", exchange(consumed));
        queue.put("routing_key", consumed.routingKey());
        Map<String, Object> arguments = consumed.arguments();
        queue.put("queue_arguments", arguments.isEmpty() ? null : arguments);
        queue.put("binding_arguments", null);
        queue.put("consumer_arguments", null);
        queue.put("durable", consumed.durable());
        queue.put("exclusive", false);
        queue.put("auto_delete", false);
        queue.put("no_ack", false);
        queue.put("alias", null);
        queue.put("bindings", List.of());
        queue.put("no_declare", null);
        // kombu has a field of its own for each of these; they count whichever way they were written.
        queue.put("expires", seconds(arguments.get("x-expires")));
        queue.put("message_ttl", seconds(arguments.get("x-message-ttl")));
        queue.put("max_length", arguments.get("x-max-length"));
        queue.put("max_length_bytes", arguments.get("x-max-length-bytes"));
        queue.put("max_priority", arguments.get("x-max-priority"));
        return queue;
    }

    private static Map<String, @Nullable Object> exchange(ConsumedQueue consumed) {
        Map<String, @Nullable Object> exchange = new LinkedHashMap<>();
        exchange.put("name", consumed.exchange());
        exchange.put("type", consumed.type());
        exchange.put("arguments", null);
        exchange.put("durable", consumed.durable());
        exchange.put("passive", false);
        exchange.put("auto_delete", false);
        exchange.put("delivery_mode", null);
        exchange.put("no_declare", false);
        return exchange;
    }

    private static @Nullable Double seconds(@Nullable Object millis) {
        return millis instanceof Number number ? number.doubleValue() / 1_000 : null;
    }
}
