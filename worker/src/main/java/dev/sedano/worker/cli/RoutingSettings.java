package dev.sedano.worker.cli;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.runtime.QueueDefinition;
import dev.sedano.worker.runtime.Routing;
import dev.sedano.worker.runtime.TaskPattern;
import dev.sedano.worker.settings.ConfigValue;
import dev.sedano.worker.settings.FieldReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads {@code task_queues} and {@code task_routes} (celery/app/amqp.py, {@code Queues}; celery/app/routes.py). */
final class RoutingSettings {
    private static final String QUEUES = "task_queues";
    private static final String ROUTES = "task_routes";
    private static final int MOST_MILLIS = Integer.MAX_VALUE / 1000;

    private RoutingSettings() {}

    /** A map from names to entries, or a list of entries with names; null = none. */
    static List<QueueDefinition> queues(@Nullable ConfigValue value, String defaultQueue) {
        List<QueueDefinition> queues = new ArrayList<>();
        if (value instanceof ConfigValue.Fields byName) {
            byName.values().forEach((name, each) -> queues.add(queue(name, each, defaultQueue)));
        } else if (value instanceof ConfigValue.Items list) {
            list.values().forEach(each -> queues.add(queue(null, each, defaultQueue)));
        } else if (value != null) {
            throw FieldReader.wrong(QUEUES, "", value, "write a map, as {mails: {routing_key: mails}}");
        }
        return queues;
    }

    private static QueueDefinition queue(@Nullable String key, ConfigValue value, String defaultQueue) {
        try {
            if (value instanceof ConfigValue.Text name && key == null) {
                return QueueDefinition.of(name.text().strip());
            } else if (value instanceof ConfigValue.Nothing && key != null) {
                return QueueDefinition.of(key);
            } else if (value instanceof ConfigValue.Fields fields) {
                return queue(key, new FieldReader(QUEUES, fields), defaultQueue);
            }
        } catch (ConfigurationException e) {
            throw e.option().equals(QUEUES) ? at(QUEUES, value, e) : e;
        }
        throw FieldReader.wrong(QUEUES, "", value, "write a map, as {exchange: mails, routing_key: mails}");
    }

    /** Celery's key is the default queue's name where an exchange is said and no key, also for fanout. */
    private static QueueDefinition queue(@Nullable String key, FieldReader fields, String defaultQueue) {
        String named = fields.text("name");
        String name = Objects.requireNonNullElse(key == null ? named : key, "");
        String exchange = fields.text("exchange");
        String type = fields.text("exchange_type", "type");
        String routingKey = fields.text("routing_key", "binding_key");
        boolean durable = fields.isOn(true, "durable");
        Map<String, Object> arguments = fields.arguments("queue_arguments", "arguments");
        put(arguments, "x-max-priority", fields.number(1, 255, "max_priority"), 1);
        put(arguments, "x-expires", fields.number(1, MOST_MILLIS, "expires"), 1000);
        put(arguments, "x-message-ttl", fields.number(0, MOST_MILLIS, "message_ttl"), 1000);
        put(arguments, "x-max-length", fields.number(1, 999_999_999, "max_length"), 1);
        put(arguments, "x-max-length-bytes", fields.number(1, 999_999_999, "max_length_bytes"), 1);
        fields.refuseOthers();
        String otherwise = exchange == null ? name : defaultQueue;
        return new QueueDefinition(
                name,
                exchange == null ? name : exchange,
                type == null ? "direct" : type,
                routingKey == null ? otherwise : routingKey,
                durable,
                arguments);
    }

    private static void put(Map<String, Object> arguments, String name, @Nullable Integer value, int times) {
        if (value != null) {
            arguments.put(name, value * times);
        }
    }

    /** A map, or a list of maps and pairs; within a map plain names come first, as in Celery; null = none. */
    static List<Routing.Route> routes(@Nullable ConfigValue value) {
        List<Routing.Route> routes = new ArrayList<>();
        if (value instanceof ConfigValue.Fields map) {
            addMap(routes, map);
        } else if (value instanceof ConfigValue.Items list) {
            for (ConfigValue each : list.values()) {
                if (each instanceof ConfigValue.Fields map) {
                    addMap(routes, map);
                } else if (each instanceof ConfigValue.Items pair
                        && pair.values().size() == 2
                        && pair.values().get(0) instanceof ConfigValue.Text pattern) {
                    routes.add(route(pattern.text(), pair.values().get(1)));
                } else {
                    throw FieldReader.wrong(ROUTES, "", each, "write {task: {queue: name}}, or [task, {queue: name}]");
                }
            }
        } else if (value != null) {
            throw FieldReader.wrong(ROUTES, "", value, "write a map, as {billing.*: {queue: bills}}");
        }
        return routes;
    }

    private static void addMap(List<Routing.Route> routes, ConfigValue.Fields map) {
        List<Routing.Route> all = new ArrayList<>();
        map.values().forEach((pattern, each) -> all.add(route(pattern, each)));
        all.stream().filter(route -> route.task().isExact()).forEach(routes::add);
        all.stream().filter(route -> !route.task().isExact()).forEach(routes::add);
    }

    private static Routing.Route route(String pattern, ConfigValue value) {
        try {
            TaskPattern task = TaskPattern.parse(ROUTES, pattern);
            if (value instanceof ConfigValue.Text queue) {
                return new Routing.Route(task, queue.text().strip(), null, null, null);
            } else if (value instanceof ConfigValue.Fields map) {
                FieldReader fields = new FieldReader(ROUTES, map);
                Routing.Route route = new Routing.Route(
                        task,
                        fields.text("queue"),
                        fields.text("exchange"),
                        fields.text("routing_key"),
                        fields.number(0, 255, "priority"));
                fields.refuseOthers();
                return route;
            }
        } catch (ConfigurationException e) {
            throw e.option().equals(ROUTES) ? at(ROUTES, value, e) : e;
        }
        throw FieldReader.wrong(ROUTES, pattern, value, "write {queue: name}");
    }

    private static ConfigurationException at(String setting, ConfigValue value, ConfigurationException error) {
        String rest =
                String.valueOf(error.getMessage()).substring(setting.length()).strip();
        return new ConfigurationException(setting + " (" + value.at() + ")", "", rest, error);
    }
}
