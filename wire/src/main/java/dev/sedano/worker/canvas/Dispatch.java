package dev.sedano.worker.canvas;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Collects what applying signatures leads to, in place of doing it: the same signatures with the same {@link Ids} lead to
 * the same follow-ups. Belongs to one plan; not thread-safe.
 */
final class Dispatch {
    private final TaskMessages messages;
    private final Ids ids;
    private final @Nullable String current;
    private final @Nullable String root;
    private @Nullable Integer inherited;
    private final List<FollowUp> preparations = new ArrayList<>();
    private final List<FollowUp> sends = new ArrayList<>();
    private final List<@Nullable Object> children = new ArrayList<>();
    private final Map<String, byte[]> savedGroups = new HashMap<>();

    /**
     * @param current the id of the task that publishes; null = no task does
     * @param root the id of the first task of its workflow; null = each task that is published is one
     */
    Dispatch(TaskMessages messages, Ids ids, @Nullable String current, @Nullable String root) {
        this.messages = messages;
        this.ids = ids;
        this.current = current;
        this.root = root;
    }

    /** The same, with a priority for what has none of its own (Celery's {@code task_inherit_parent_priority}). */
    Dispatch inheriting(@Nullable Integer priority) {
        this.inherited = priority;
        return this;
    }

    Ids ids() {
        return ids;
    }

    String replyTo() {
        return messages.replyTo();
    }

    /** Publishes a call of a task; {@code given} says how, and {@code tuple} how its arguments are shown. */
    ResultNode send(
            String task,
            List<@Nullable Object> args,
            boolean tuple,
            Map<String, @Nullable Object> kwargs,
            Map<String, @Nullable Object> given) {
        Map<String, @Nullable Object> options = given;
        if (inherited != null && given.get("priority") == null) {
            options = new LinkedHashMap<>(given);
            options.put("priority", inherited);
        }
        String id = Objects.requireNonNullElseGet(text(options, "task_id"), ids::next);
        String group = text(options, "group_id");
        CallSignature call = new CallSignature(task, args, kwargs, options, false, null);
        Object chain = options.get("chain");
        String rootId = text(options, "root_id");
        String parentId = text(options, "parent_id");
        sends.add(new FollowUp.Send(messages.call(
                call,
                args,
                tuple,
                id,
                rootId == null ? root : rootId,
                parentId == null ? current : parentId,
                group == null
                        ? null
                        : new TaskMessages.GroupPlace(
                                group, options.get("group_index") instanceof Number index ? index.intValue() : null),
                options.get("replaced_task_nesting") instanceof Number depth ? depth.intValue() : 0,
                TaskMessages.embed(
                        plain(options.get("link")),
                        plain(options.get("link_error")),
                        chain == null ? null : plain(chain),
                        Node.plain(options.get("chord"))),
                Map.of())));
        ResultNode result = ResultNode.task(id);
        if (!Boolean.FALSE.equals(options.get("add_to_parent"))) {
            trail(result);
        }
        return result;
    }

    private static List<@Nullable Object> plain(@Nullable Object value) {
        return CallSignature.list(Node.plain(value));
    }

    private static @Nullable String text(Map<String, @Nullable Object> options, String name) {
        return options.get(name) instanceof String text && !text.isEmpty() ? text : null;
    }

    /** Keeps the structure of a chord's header whose members are not all tasks. */
    void saveGroup(ResultNode header) {
        savedGroups.put(header.id, messages.savedGroup(header.tuple()));
    }

    /** Tells the chord of {@code group} how many parts it has. */
    void chordSize(String group, int parts) {
        preparations.add(new FollowUp.ChordSize(group, parts, savedGroups.get(group)));
    }

    /** Lets the chord of {@code group} wait for one more task. */
    void chordAddition(String group, String taskId, int parts) {
        preparations.add(new FollowUp.ChordAddition(group, taskId, parts));
    }

    /** Notes what the publishing task's result names as its child. */
    void trail(ResultNode result) {
        children.add(result.tuple());
    }

    /** All of it: what has to be said to chords comes first. */
    List<FollowUp> followUps() {
        List<FollowUp> all = new ArrayList<>(preparations);
        all.addAll(sends);
        return all;
    }

    /** The result tuples of what was published. */
    List<@Nullable Object> children() {
        return new ArrayList<>(children);
    }

    /** A list of arguments with one value, which may be null. */
    static List<@Nullable Object> one(@Nullable Object value) {
        List<@Nullable Object> one = new ArrayList<>();
        one.add(value);
        return one;
    }

    /** Options of a call; null values say nothing. */
    static Map<String, @Nullable Object> options(@Nullable String parent, @Nullable String root) {
        Map<String, @Nullable Object> options = new LinkedHashMap<>();
        options.put("parent_id", parent);
        options.put("root_id", root);
        return options;
    }
}
