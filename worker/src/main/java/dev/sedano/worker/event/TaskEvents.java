package dev.sedano.worker.event;

import dev.sedano.worker.delivery.Oversight;
import dev.sedano.worker.delivery.TaskView;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.IsoTimes;
import dev.sedano.worker.protocol.ProtocolException;
import dev.sedano.worker.protocol.SafeRepr;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happens to tasks as Celery's events, while somebody wants them. Thread-safe. */
public final class TaskEvents implements Oversight {
    private final EventSender sender;
    private final CeleryJson json;
    private volatile boolean enabled;

    public TaskEvents(EventSender sender, CeleryJson json, boolean enabled) {
        this.sender = sender;
        this.json = json;
        this.enabled = enabled;
    }

    /**
     * Sends events from now on, or no more.
     *
     * @return whether that changed anything
     */
    public synchronized boolean enable(boolean wanted) {
        boolean changes = enabled != wanted;
        enabled = wanted;
        return changes;
    }

    /** Whether task events are sent. */
    public boolean enabled() {
        return enabled;
    }

    /** The name that Celery shows: the shadow if the sender gave one. */
    public static String nameOf(TaskMessage message) {
        return message.shadow() == null ? message.task() : message.shadow();
    }

    /** The positional arguments as the sender shows them, else as a tuple. */
    public static String argsOf(TaskView task) {
        return task.delivery().properties().headers().get("argsrepr") instanceof String sent
                ? sent
                : SafeRepr.ofArgs(task.message().args());
    }

    /** The keyword arguments as the sender shows them, else as a dict. */
    public static String kwargsOf(TaskView task) {
        return task.delivery().properties().headers().get("kwargsrepr") instanceof String sent
                ? sent
                : SafeRepr.of(task.message().kwargs());
    }

    @Override
    public void received(TaskView task) {
        if (!enabled) {
            return;
        }
        TaskMessage message = task.message();
        Map<String, @Nullable Object> fields = about(message);
        fields.put("name", nameOf(message));
        fields.put("args", argsOf(task));
        fields.put("kwargs", kwargsOf(task));
        fields.put("root_id", message.rootId());
        fields.put("parent_id", message.parentId());
        fields.put("retries", message.retries());
        fields.put("eta", iso(message.eta()));
        fields.put("expires", iso(message.expires()));
        sender.task("task-received", fields);
    }

    @Override
    public void started(TaskView task) {
        if (enabled) {
            sender.task("task-started", about(task.message()));
        }
    }

    @Override
    public void unknown(TaskMessage message) {
        if (enabled) {
            Map<String, @Nullable Object> fields = about(message);
            fields.put("exception", "NotRegistered(" + SafeRepr.of(message.task()) + ")");
            sender.task("task-failed", fields);
        }
    }

    @Override
    public void ended(TaskView task, End end) {
        if (!enabled) {
            return;
        }
        Map<String, @Nullable Object> fields = about(task.message());
        switch (end.kind()) {
            case SUCCEEDED -> {
                fields.put("result", SafeRepr.of(record(end).get("result")));
                fields.put("runtime", end.nanos() / 1e9);
                sender.task("task-succeeded", fields);
            }
            case FAILED -> sender.task("task-failed", withException(fields, record(end)));
            case RETRIED -> sender.task("task-retried", withException(fields, record(end)));
            case EXPIRED -> sender.task("task-revoked", revoked(fields, null, true));
            case REVOKED -> sender.task("task-revoked", revoked(fields, null, false));
            case TERMINATED -> sender.task("task-revoked", revoked(fields, task.signal(), false));
            case REJECTED -> rejected(task.message(), record(end));
            case REQUEUED -> {
                fields.put("requeue", true);
                sender.task("task-rejected", fields);
            }
            case GONE -> {}
        }
    }

    /** A handler's refusal is a failure, too, as in Celery 5.7 (worker/request.py, {@code on_failure}). */
    private void rejected(TaskMessage message, Map<?, ?> record) {
        if (record.get("result") instanceof Map<?, ?> error && error.get("exc_message") instanceof List<?> said) {
            Map<String, @Nullable Object> failed = about(message);
            failed.put("exception", "reject requeue=False: " + said.get(0));
            failed.put("traceback", "celery.exceptions.Reject: " + SafeRepr.ofArgs(said) + "\n");
            sender.task("task-failed", failed);
        }
        Map<String, @Nullable Object> fields = about(message);
        fields.put("requeue", false);
        sender.task("task-rejected", fields);
    }

    private static Map<String, @Nullable Object> about(TaskMessage message) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("uuid", message.id());
        return fields;
    }

    private static Map<String, @Nullable Object> withException(Map<String, @Nullable Object> fields, Map<?, ?> record) {
        Object error = record.get("result");
        fields.put("exception", SafeRepr.ofException(error)); // "None" of a retry without a reason, as in Celery
        fields.put("traceback", record.get("traceback") instanceof String text ? text : null);
        return fields;
    }

    private static Map<String, @Nullable Object> revoked(
            Map<String, @Nullable Object> fields, @Nullable Integer signal, boolean expired) {
        fields.put("terminated", signal != null);
        fields.put("signum", signal);
        fields.put("expired", expired);
        return fields;
    }

    private Map<?, ?> record(End end) {
        try {
            return json.decode(end.record()) instanceof Map<?, ?> record ? record : Map.of();
        } catch (ProtocolException beyondLimits) {
            return Map.of();
        }
    }

    private static @Nullable String iso(@Nullable Instant time) {
        return time == null ? null : IsoTimes.format(time.atOffset(ZoneOffset.UTC));
    }
}
