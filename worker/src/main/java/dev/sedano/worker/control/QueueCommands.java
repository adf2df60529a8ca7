package dev.sedano.worker.control;

import dev.sedano.worker.control.WorkerView.ConsumedQueue;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** add_consumer and cancel_consumer. */
final class QueueCommands {
    private static final Set<String> TYPES = Set.of("direct", "topic", "fanout");
    private static final int MOST_QUEUES = 1_000;
    /** So that they fit into one frame of the broker's protocol. */
    private static final int MOST_ARGUMENTS = 50;

    private static final int LONGEST = 255;
    private static final int MOST_MESSAGES = 999_999_999;

    private QueueCommands() {}

    static void addTo(Map<String, Command> commands, WorkerView worker, WorkerControls controls) {
        commands.put("add_consumer", arguments -> {
            ConsumedQueue queue = queue(arguments);
            if (worker.queues().size() >= MOST_QUEUES) {
                return Command.error("this worker consumes " + MOST_QUEUES + " queues already");
            }
            controls.addQueue(queue);
            return Command.ok("add consumer " + queue.name());
        });
        commands.put("cancel_consumer", arguments -> {
            String queue = name("queue", arguments.text("queue"));
            controls.cancelQueue(queue);
            return Command.ok("no longer consuming from " + queue);
        });
    }

    /**
     * What is not said is the queue's own name, and the type direct (celery/worker/consumer, add_task_queue). Of kombu's
     * options those of {@code task_queues}: what would be left out silently could not be mended in a queue that exists.
     */
    private static ConsumedQueue queue(Arguments arguments) {
        arguments.only(
                "queue",
                "exchange",
                "exchange_type",
                "routing_key",
                "binding_key",
                "durable",
                "queue_arguments",
                "max_priority",
                "expires",
                "message_ttl",
                "max_length",
                "max_length_bytes");
        String queue = name("queue", arguments.text("queue"));
        String type = given(arguments.optionalText("exchange_type"), "direct");
        if (!TYPES.contains(type)) {
            throw new CommandException("ValueError", "exchange_type must be direct, topic or fanout");
        }
        boolean durable = switched(arguments, "durable", true);
        Map<String, Object> declared = declared(arguments);
        if (!durable && "quorum".equals(declared.get("x-queue-type"))) {
            throw new CommandException("ValueError", "a quorum queue must be durable");
        }
        String routingKey = given(arguments.optionalText("routing_key"), queue);
        return new ConsumedQueue(
                queue,
                name("exchange", given(arguments.optionalText("exchange"), queue)),
                type,
                name("routing_key", given(arguments.optionalText("binding_key"), routingKey)),
                durable,
                declared);
    }

    /** What the queue is declared with: kombu has a field of its own for some of it, which counts. */
    private static Map<String, Object> declared(Arguments arguments) {
        Map<String, Object> declared = new LinkedHashMap<>();
        Object given = arguments.get("queue_arguments");
        if (given instanceof Map<?, ?> map && map.size() <= MOST_ARGUMENTS) {
            map.forEach((name, value) ->
                    declared.put(name("queue_arguments", String.valueOf(name)), plain(String.valueOf(name), value)));
        } else if (given != null) {
            throw CommandException.type(
                    "argument 'queue_arguments' must be a map of at most " + MOST_ARGUMENTS + " entries");
        }
        number(declared, "x-max-priority", arguments, "max_priority", 255);
        millis(declared, "x-expires", arguments, "expires", 1);
        millis(declared, "x-message-ttl", arguments, "message_ttl", 0);
        number(declared, "x-max-length", arguments, "max_length", MOST_MESSAGES);
        number(declared, "x-max-length-bytes", arguments, "max_length_bytes", MOST_MESSAGES);
        return declared;
    }

    private static Object plain(String name, @Nullable Object value) {
        if (value instanceof Boolean || value instanceof Integer || value instanceof Long) {
            return value;
        } else if (value instanceof String text && text.getBytes(StandardCharsets.UTF_8).length <= LONGEST) {
            return text;
        }
        throw CommandException.type(
                "argument 'queue_arguments': " + name + " must be a short text, a whole number, true or false");
    }

    private static boolean switched(Arguments arguments, String name, boolean otherwise) {
        Object value = arguments.get(name);
        if (value == null || value instanceof Boolean) {
            return value == null ? otherwise : (Boolean) value;
        }
        throw CommandException.type("argument '" + name + "' must be true or false");
    }

    private static void number(Map<String, Object> into, String declared, Arguments arguments, String name, int most) {
        if (arguments.get(name) != null) {
            int number = arguments.number(name, 0);
            if (number < 1 || number > most) {
                throw new CommandException("ValueError", "argument '" + name + "' must be from 1 to " + most);
            }
            into.put(declared, number);
        }
    }

    private static void millis(Map<String, Object> into, String declared, Arguments arguments, String name, int least) {
        Double seconds = arguments.seconds(name);
        if (seconds != null) {
            long millis = Math.round(seconds * 1_000);
            if (millis < least || millis > Integer.MAX_VALUE) {
                throw new CommandException(
                        "ValueError",
                        "argument '" + name + "' must be " + least + " to " + Integer.MAX_VALUE
                                + " milliseconds, in seconds");
            }
            into.put(declared, (int) millis);
        }
    }

    private static String given(@Nullable String text, String otherwise) {
        return Objects.requireNonNullElse(text, otherwise);
    }

    private static String name(String argument, String text) {
        if (text.isBlank() || text.getBytes(StandardCharsets.UTF_8).length > LONGEST || text.indexOf('\0') >= 0) {
            throw new CommandException("ValueError", "argument '" + argument + "' must be 1 to 255 bytes of text");
        }
        return text;
    }
}
