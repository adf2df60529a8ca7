package dev.sedano.worker.control;

import dev.sedano.worker.delivery.TaskView;
import dev.sedano.worker.delivery.TaskView.State;
import dev.sedano.worker.event.EventSender;
import dev.sedano.worker.event.TaskEvents;
import dev.sedano.worker.protocol.IsoTimes;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** active, reserved, scheduled, query_task and revoked: what is on its way, as Celery shows it. */
final class TaskListCommands {
    /** What waits has this priority in the timer of Celery's workers. */
    private static final int TIMER_PRIORITY = 6;
    /** Arguments of more than this together are shown as texts, which are short. */
    private static final long MOST_ARGUMENT_BYTES = 1 << 20;

    private static final int MOST_LISTED = 5_000;

    private final String node;
    private final WorkerView worker;

    private TaskListCommands(String node, WorkerView worker) {
        this.node = node;
        this.worker = worker;
    }

    static void addTo(Map<String, Command> commands, String node, WorkerView worker, RevokedTasks revoked) {
        TaskListCommands lists = new TaskListCommands(node, worker);
        Command active = arguments -> lists.infos(State.ACTIVE, arguments.flag("safe"));
        Command reserved = arguments -> lists.infos(State.RESERVED, false);
        commands.put("active", active);
        commands.put("dump_active", active);
        commands.put("reserved", reserved);
        commands.put("dump_reserved", reserved);
        commands.put("scheduled", arguments -> lists.scheduled());
        commands.put("dump_schedule", arguments -> lists.scheduled());
        commands.put("query_task", arguments -> lists.query(Set.copyOf(arguments.texts("ids"))));
        commands.put("revoked", arguments -> revoked.ids());
        commands.put("dump_revoked", arguments -> revoked.ids());
    }

    private List<TaskView> in(State state) {
        return worker.tasks().stream()
                .filter(task -> task.state() == state)
                .limit(MOST_LISTED)
                .toList();
    }

    private List<Map<String, @Nullable Object>> infos(State state, boolean safe) {
        List<TaskView> tasks = in(state);
        boolean asTexts = safe || areLarge(tasks);
        return tasks.stream().map(task -> info(task, asTexts)).toList();
    }

    private static boolean areLarge(List<TaskView> tasks) {
        return tasks.stream().mapToLong(task -> task.delivery().body().length).sum() > MOST_ARGUMENT_BYTES;
    }

    private List<Map<String, @Nullable Object>> scheduled() {
        List<TaskView> tasks = in(State.SCHEDULED);
        boolean asTexts = areLarge(tasks);
        return tasks.stream()
                .map(task -> {
                    Instant eta = task.message().eta();
                    Map<String, @Nullable Object> entry = new LinkedHashMap<>();
                    entry.put("eta", eta == null ? null : IsoTimes.format(eta.atOffset(ZoneOffset.UTC)));
                    entry.put("priority", TIMER_PRIORITY);
                    entry.put("request", info(task, asTexts));
                    return entry;
                })
                .toList();
    }

    private Map<String, @Nullable Object> query(Set<String> ids) {
        List<TaskView> found = worker.tasks().stream()
                .filter(task -> ids.contains(task.message().id()))
                .limit(MOST_LISTED)
                .toList();
        boolean asTexts = areLarge(found);
        Map<String, @Nullable Object> states = new LinkedHashMap<>();
        for (TaskView task : found) {
            states.put(task.message().id(), List.of(word(task.state()), info(task, asTexts)));
        }
        return states;
    }

    private static String word(State state) {
        return switch (state) {
            case ACTIVE -> "active";
            case RESERVED -> "reserved";
            case SCHEDULED -> "scheduled";
            case READY -> "ready";
        };
    }

    private Map<String, @Nullable Object> info(TaskView task, boolean asTexts) {
        TaskMessage message = task.message();
        Instant started = task.startedAt();
        Integer priority = task.delivery().properties().priority();
        Map<String, @Nullable Object> where = new LinkedHashMap<>();
        where.put("exchange", task.delivery().exchange());
        where.put("routing_key", task.delivery().routingKey());
        where.put("priority", priority == null ? 0 : priority);
        where.put("redelivered", task.delivery().redelivered());
        Map<String, @Nullable Object> info = new LinkedHashMap<>();
        info.put("id", message.id());
        info.put("name", TaskEvents.nameOf(message));
        info.put("args", asTexts ? TaskEvents.argsOf(task) : message.args());
        info.put("kwargs", asTexts ? TaskEvents.kwargsOf(task) : message.kwargs());
        info.put("type", message.task());
        info.put("hostname", node);
        info.put("time_start", started == null ? null : EventSender.seconds(started));
        // What runs counts as taken, as in Celery: to the broker a delivery is acknowledged when it is recorded.
        info.put("acknowledged", started != null);
        info.put("delivery_info", where);
        info.put("worker_pid", started == null ? null : ProcessHandle.current().pid());
        return info;
    }
}
