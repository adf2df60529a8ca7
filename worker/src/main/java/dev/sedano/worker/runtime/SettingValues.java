package dev.sedano.worker.runtime;

import dev.sedano.worker.address.BrokerUri;
import dev.sedano.worker.protocol.PayloadForm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The settings that count, by the names that files have for them, without secrets; times in Celery's settings are seconds. */
public final class SettingValues {
    private SettingValues() {}

    /** In the order in which people want to see them; null = none. */
    public static Map<String, @Nullable Object> of(WorkerConfig config) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put(
                "broker_url", config.brokers().stream().map(BrokerUri::toString).collect(Collectors.joining(";")));
        values.put("result_backend", config.resultBackend().toString());
        values.put("sedano.idempotency_store", config.idempotencyStore().toString());
        values.put("sedano.queues", config.queues());
        values.put("sedano.node", config.node());
        values.put("worker_concurrency", config.concurrency());
        values.put("sedano.autoscale", Objects.toString(config.limits().autoscale(), null));
        values.put(
                "sedano.queue_concurrency",
                new TreeMap<>(config.limits().queues())
                        .entrySet().stream()
                                .map(each -> each.getKey() + "=" + each.getValue())
                                .toList());
        values.put("worker_pool", spelled(config.pool()));
        values.put("worker_prefetch_multiplier", config.prefetchMultiplier());
        values.put("task_default_queue", config.routing().defaultQueue());
        values.put("task_queues", queues(config.routing()));
        values.put("task_routes", routes(config.routing()));
        values.put("task_annotations", annotations(config.limits()));
        values.put("task_time_limit", seconds(config.limits().hard()));
        values.put("task_soft_time_limit", seconds(config.limits().soft()));
        TaskLimit others = config.limits().others();
        values.put("task_default_rate_limit", others == null ? null : others.rate());
        values.put("task_track_started", config.trackStarted());
        values.put("task_inherit_parent_priority", config.inheritPriority());
        form(values, "task", config.payloads().tasks());
        values.put(
                "accept_content",
                config.payloads().accepted().stream()
                        .map(SettingValues::spelled)
                        .sorted()
                        .toList());
        form(values, "result", config.payloads().results());
        values.put("result_expires", config.resultExpiry().toSeconds());
        values.put("result_extended", config.resultExtended());
        values.put("result_backend_transport_options", transportOptions(config.resultBackend()));
        values.put("worker_send_task_events", config.taskEvents());
        values.put("sedano.control", config.control().toString());
        values.put("sedano.http", config.http() == null ? "off" : String.valueOf(config.http()));
        values.put("sedano.namespace", config.namespace());
        values.put("sedano.store_partitions", config.storePartitions());
        values.put("sedano.durability", config.durability().toString());
        values.put("sedano.lease", DurationText.format(config.lease()));
        values.put("sedano.retention", DurationText.format(config.retention()));
        values.put("sedano.on_lease_loss", spelled(config.afterLeaseLoss()));
        values.put("sedano.on_unknown_task", UnknownTaskText.format(config.unknownTask()));
        values.put("sedano.topology", spelled(config.topology()));
        values.put("sedano.delivery_limit", config.deliveryLimit());
        values.put("sedano.consumer_timeout", DurationText.format(config.consumerTimeout()));
        values.put("sedano.shutdown_timeout", DurationText.format(config.shutdownTimeout()));
        values.put("sedano.longest_hold", DurationText.format(config.longestHold()));
        values.put("sedano.max_left_behind", config.mostLeftBehind());
        values.put("sedano.state_dir", config.stateDir().toString());
        values.put("sedano.journal_limit", config.journalLimit());
        return values;
    }

    private static Map<String, Object> transportOptions(ResultBackend backend) {
        Map<String, Object> options = new LinkedHashMap<>();
        if (backend instanceof ResultBackend.Redis redis
                && !redis.keys().prefix().isEmpty()) {
            options.put("global_keyprefix", redis.keys().prefix());
        }
        return options;
    }

    private static List<Map<String, Object>> queues(Routing routing) {
        List<Map<String, Object>> queues = new ArrayList<>();
        for (QueueDefinition queue : routing.queues()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("name", queue.name());
            fields.put("exchange", queue.exchange());
            fields.put("exchange_type", queue.exchangeType());
            fields.put("routing_key", queue.routingKey());
            fields.put("durable", queue.durable());
            fields.put("queue_arguments", new TreeMap<>(queue.arguments()));
            queues.add(fields);
        }
        return queues;
    }

    private static Map<String, Object> routes(Routing routing) {
        Map<String, Object> routes = new LinkedHashMap<>();
        for (Routing.Route route : routing.routes()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            putIfSaid(fields, "queue", route.queue());
            putIfSaid(fields, "exchange", route.exchange());
            putIfSaid(fields, "routing_key", route.routingKey());
            putIfSaid(fields, "priority", route.priority());
            routes.putIfAbsent(route.task().toString(), fields);
        }
        return routes;
    }

    private static Map<String, Object> annotations(HandlerLimits limits) {
        Map<String, Object> annotations = new LinkedHashMap<>();
        for (TaskLimit limit : limits.tasks()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            putIfSaid(fields, "rate_limit", limit.rate());
            Boolean ofFleet = limit.rateOfFleet();
            putIfSaid(fields, "rate_limit_scope", ofFleet == null ? null : ofFleet ? "fleet" : "worker");
            putIfSaid(fields, "concurrency", limit.concurrency());
            putIfSaid(fields, "time_limit", seconds(limit.hard()));
            putIfSaid(fields, "soft_time_limit", seconds(limit.soft()));
            annotations.putIfAbsent(limit.task().toString(), fields);
        }
        return annotations;
    }

    private static void putIfSaid(Map<String, Object> fields, String name, @Nullable Object value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    private static void form(Map<String, @Nullable Object> values, String of, PayloadForm form) {
        values.put(of + "_serializer", spelled(form.serializer()));
        values.put(of + "_compression", form.compression() == null ? null : spelled(form.compression()));
    }

    private static @Nullable Double seconds(java.time.@Nullable Duration time) {
        return time == null ? null : (Double) (time.toMillis() / 1e3);
    }

    static String spelled(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
