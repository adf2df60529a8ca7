package dev.sedano.worker.control;

import dev.sedano.worker.control.WorkerView.ConsumedQueue;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** add_consumer and cancel_consumer. */
final class QueueCommands {
    private static final Set<String> TYPES = Set.of("direct", "topic", "fanout");
    private static final int MOST_QUEUES = 1_000;

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

    /** What is not said is the queue's own name, and the type direct (celery/worker/consumer, add_task_queue). */
    private static ConsumedQueue queue(Arguments arguments) {
        String queue = name("queue", arguments.text("queue"));
        String type = given(arguments.optionalText("exchange_type"), "direct");
        if (!TYPES.contains(type)) {
            throw new CommandException("ValueError", "exchange_type must be direct, topic or fanout");
        }
        return new ConsumedQueue(
                queue,
                name("exchange", given(arguments.optionalText("exchange"), queue)),
                type,
                name("routing_key", given(arguments.optionalText("routing_key"), queue)),
                true,
                Map.of());
    }

    private static String given(@Nullable String text, String otherwise) {
        return Objects.requireNonNullElse(text, otherwise);
    }

    private static String name(String argument, String text) {
        if (text.isBlank() || text.getBytes(StandardCharsets.UTF_8).length > 255 || text.indexOf('\0') >= 0) {
            throw new CommandException("ValueError", "argument '" + argument + "' must be 1 to 255 bytes of text");
        }
        return text;
    }
}
