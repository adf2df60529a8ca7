package dev.sedano.worker.control;

import dev.sedano.worker.delivery.TaskView;
import dev.sedano.worker.protocol.SafeRepr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * revoke, terminate and revoke_by_stamped_headers (celery/worker/control.py). A process cannot be killed for one of its
 * threads: whatever the signal, a handler is interrupted.
 */
final class RevokeCommands {
    private static final Map<String, Integer> SIGNALS =
            Map.of("HUP", 1, "INT", 2, "QUIT", 3, "ABRT", 6, "KILL", 9, "USR1", 10, "USR2", 12, "ALRM", 14, "TERM", 15);
    private static final Logger LOG = LoggerFactory.getLogger(RevokeCommands.class);
    private static final int MOST_STAMPS = 10_000;

    private final WorkerView worker;
    private final WorkerControls controls;
    private final RevokedTasks revoked;
    private final RevokeRecords records;

    private RevokeCommands(WorkerView worker, WorkerControls controls, RevokedTasks revoked, RevokeRecords records) {
        this.worker = worker;
        this.controls = controls;
        this.revoked = revoked;
        this.records = records;
    }

    static void addTo(
            Map<String, Command> commands,
            WorkerView worker,
            WorkerControls controls,
            RevokedTasks revoked,
            RevokeRecords records) {
        RevokeCommands each = new RevokeCommands(worker, controls, revoked, records);
        commands.put("revoke", arguments -> each.revoke(arguments, arguments.flag("terminate")));
        commands.put("terminate", arguments -> each.revoke(arguments, true));
        commands.put("revoke_by_stamped_headers", each::revokeByStamps);
    }

    private Object revoke(Arguments arguments, boolean terminate) {
        Object given = arguments.required("task_id");
        // Celery's clients send a whole group's ids at once, and wait for no reply.
        Set<String> ids = new LinkedHashSet<>(Arguments.lastTexts("task_id", given, RevokedTasks.MOST));
        if (given instanceof List<?> list && list.size() > RevokedTasks.MOST) {
            LOG.warn("control: of {} ids to revoke the last {} are: no more are kept", list.size(), RevokedTasks.MOST);
        }
        int signal = signal(arguments.get("signal"));
        if (!ids.stream().allMatch(RevokedTasks::isId)) {
            throw new CommandException(
                    "ValueError", "ids must have 1 to " + RevokedTasks.LONGEST + " characters, none of them NUL");
        }
        mark(ids);
        Set<String> here = new TreeSet<>();
        List<String> terminated = new ArrayList<>();
        for (TaskView task : worker.tasks()) {
            String id = task.message().id();
            if (ids.contains(id)) {
                here.add(task.state() == TaskView.State.ACTIVE ? id : "");
                if (terminate && (task.terminate(signal) || task.state() != TaskView.State.READY)) {
                    terminated.add(id);
                }
            }
        }
        records.tellCallers(ids.stream().filter(id -> !here.contains(id)).toList());
        if (!terminate) {
            return Command.ok("tasks " + SafeRepr.ofSet(ids) + " flagged as revoked");
        }
        return Command.ok(
                terminated.isEmpty() ? "terminate: tasks unknown" : "terminate: " + String.join(", ", terminated));
    }

    private void mark(Set<String> entries) {
        revoked.add(entries);
        records.keep(entries);
        controls.releaseRevoked();
    }

    private Object revokeByStamps(Arguments arguments) {
        Map<String, List<String>> headers = headers(arguments.required("headers"));
        int signal = signal(arguments.get("signal"));
        Set<String> entries = new LinkedHashSet<>();
        headers.forEach((header, values) -> values.forEach(value -> entries.add(RevokedTasks.stamp(header, value))));
        if (entries.size() > MOST_STAMPS) {
            throw new CommandException("ValueError", "argument 'headers' has more than " + MOST_STAMPS + " stamps");
        }
        if (entries.stream().anyMatch(each -> each.length() > RevokedTasks.LONGEST)) {
            throw new CommandException(
                    "ValueError", "a stamp must have at most " + RevokedTasks.LONGEST + " characters");
        }
        mark(entries);
        String shown = SafeRepr.of(arguments.get("headers"));
        if (!arguments.flag("terminate")) {
            return Command.ok("headers " + shown + " flagged as revoked, but not terminated");
        }
        Map<String, Set<String>> stopped = new TreeMap<>();
        for (TaskView task : worker.tasks()) {
            Map<String, Set<String>> matching = matching(task, headers);
            if (!matching.isEmpty() && task.terminate(signal)) {
                matching.forEach((header, values) ->
                        stopped.computeIfAbsent(header, name -> new TreeSet<>()).addAll(values));
            }
        }
        if (stopped.isEmpty()) {
            return Command.ok("headers " + shown + " were not terminated");
        }
        List<String> pairs = new ArrayList<>();
        stopped.forEach((header, values) -> pairs.add(SafeRepr.of(header) + ": " + SafeRepr.ofSet(values)));
        return Command.ok("headers defaultdict(<class 'set'>, {" + String.join(", ", pairs) + "}) revoked");
    }

    /** {@code {name: value or list}}, or, as the command line sends it, {@code ["name=value"]}. */
    private static Map<String, List<String>> headers(Object given) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        if (given instanceof Map<?, ?> map) {
            map.forEach((name, values) -> headers.put(String.valueOf(name), Arguments.texts("headers", values)));
        } else {
            for (String pair : Arguments.texts("headers", given)) {
                String[] parts = pair.split("=", 2);
                if (parts.length < 2) {
                    throw new CommandException("IndexError", "list index out of range");
                }
                headers.put(parts[0], List.of(parts[1]));
            }
        }
        return headers;
    }

    private static Map<String, Set<String>> matching(TaskView task, Map<String, List<String>> headers) {
        Map<String, Set<String>> matching = new LinkedHashMap<>();
        if (task.delivery().properties().headers().get("stamps") instanceof Map<?, ?> stamps) {
            headers.forEach((header, values) -> {
                for (Object stamp : RevokedTasks.listOf(stamps.get(header))) {
                    if (values.contains(String.valueOf(stamp))) {
                        matching.computeIfAbsent(header, name -> new TreeSet<>())
                                .add(String.valueOf(stamp));
                    }
                }
            });
        }
        return matching;
    }

    /** By name with or without SIG, or by number; TERM if not given. */
    private static int signal(@Nullable Object given) {
        if (given == null) {
            return 15;
        } else if (given instanceof Number number && number.longValue() > 0 && number.longValue() < 65) {
            return number.intValue();
        }
        String name = String.valueOf(given).toUpperCase(Locale.ROOT);
        Integer number = SIGNALS.get(name.startsWith("SIG") ? name.substring(3) : name);
        if (number == null) {
            throw new CommandException("ValueError", "signal must be one of " + new TreeSet<>(SIGNALS.keySet()));
        }
        return number;
    }
}
