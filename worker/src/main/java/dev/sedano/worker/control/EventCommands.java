package dev.sedano.worker.control;

import dev.sedano.worker.event.TaskEvents;
import java.util.Map;

/** enable_events and disable_events. */
final class EventCommands {
    private EventCommands() {}

    static void addTo(Map<String, Command> commands, TaskEvents events) {
        commands.put("enable_events", arguments -> {
            arguments.only();
            return Command.ok(events.enable(true) ? "task events enabled" : "task events already enabled");
        });
        commands.put("disable_events", arguments -> {
            arguments.only();
            return Command.ok(events.enable(false) ? "task events disabled" : "task events already disabled");
        });
    }
}
