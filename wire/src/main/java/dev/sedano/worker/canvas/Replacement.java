package dev.sedano.worker.canvas;

import dev.sedano.worker.protocol.TaskMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is published in a task's place (celery/app/task.py, {@code replace}): the last task of it gets the replaced task's
 * id, and everything that was to follow that one follows this one. Thread-safe.
 */
final class Replacement {
    private static final int MOST_NESTING = (1 << 20) - 1;

    private final TaskMessages messages;

    Replacement(TaskMessages messages) {
        this.messages = messages;
    }

    /**
     * The follow-ups of the replaced task.
     *
     * @param given options for the task that gets the id, unless it has its own
     * @param headers more headers for it
     * @param queue where a task is sent that collects the results of a group; null = the default queue
     * @throws ImproperlyConfiguredException if it is an empty chain
     */
    List<FollowUp> of(
            TaskMessage message,
            Map<String, @Nullable Object> signature,
            Map<String, @Nullable Object> given,
            Map<String, @Nullable Object> headers,
            @Nullable String queue) {
        if (message.nesting() >= MOST_NESTING) {
            throw new IllegalStateException("task " + message.id() + " was replaced too often");
        }
        Node node = Node.of(signature).copy(); // made by the handler, so its arguments are no lists
        if (node.options.get("chord") != null) {
            throw new ImproperlyConfiguredException("A signature replacing a task must not be part of a chord");
        } else if (Node.isEmptyChain(node)) {
            throw new ImproperlyConfiguredException("Cannot replace with an empty chain");
        }
        Dispatch dispatch = new Dispatch(
                messages, new Ids(message.id(), "replace" + (message.nesting() + 1)), message.id(), message.rootId());
        Node whole = withLinks(withOneResult(node, queue), message.embed());
        Node last = last(whole);
        given.forEach((name, value) -> {
            if (value != null) {
                last.options.putIfAbsent(name, value);
            }
        });
        if (!headers.isEmpty()) {
            Map<String, @Nullable Object> all = new LinkedHashMap<>(CallSignature.strings(last.options.get("headers")));
            all.putAll(headers);
            last.options.put("headers", all);
        }
        last.options.put("task_id", message.id());
        whole.freeze(dispatch, new Place(message.id(), null, null, null, null, null));
        inPlaceOf(message, whole).apply(dispatch, List.of(), Map.of(), Map.of());
        return dispatch.followUps();
    }

    /** A group has as many results as members: one more task makes a list of them. */
    private static Node withOneResult(Node node, @Nullable String queue) {
        if (node instanceof GroupNode group) {
            ChordNode chord = new ChordNode(group.tasks, accumulate(queue), Map.of(), Map.of());
            group.options.forEach((name, value) -> {
                if (!name.equals("task_id")) {
                    chord.options.put(name, value);
                }
            });
            return chord;
        } else if (node instanceof ChainNode chain) {
            int last = chain.tasks.size() - 1;
            chain.tasks.set(last, withOneResult(chain.tasks.get(last), queue));
        } else if (node instanceof ChordNode chord && chord.body instanceof GroupNode) {
            chord.body = withOneResult(chord.body, queue);
        }
        return node;
    }

    private static Node accumulate(@Nullable String queue) {
        Map<String, @Nullable Object> kwargs = new LinkedHashMap<>();
        kwargs.put("index", 0);
        Map<String, @Nullable Object> options = queue == null ? Map.of() : Map.of("queue", queue);
        return new TaskNode(new CallSignature("celery.accumulate", List.of(), kwargs, options, false, null));
    }

    private static Node withLinks(Node node, TaskMessage.Embed embed) {
        embed.callbacks().forEach(each -> node.link(CallSignature.strings(each)));
        embed.errbacks().forEach(each -> node.linkError(CallSignature.strings(each)));
        if (node instanceof ChainNode chain) {
            Node last = chain.tasks.get(chain.tasks.size() - 1);
            chain.signatures("link").forEach(last::link);
            chain.options.remove("link");
        }
        return node;
    }

    private static Node last(Node node) {
        Node last = node;
        while (true) {
            if (last instanceof ChainNode chain) {
                last = chain.tasks.get(chain.tasks.size() - 1);
            } else if (last instanceof ChordNode chord) {
                last = chord.body;
            } else {
                return last;
            }
        }
    }

    /** It tells the claim of the task that gets the id from that of the replaced one, wherever it is. */
    private static void nest(Node node, int nesting) {
        node.options.put("replaced_task_nesting", nesting);
        if (node instanceof ChainNode chain) {
            chain.tasks.forEach(each -> nest(each, nesting));
        } else if (node instanceof ChordNode chord && chord.body instanceof ChainNode) {
            nest(chord.body, nesting);
        }
    }

    private static Node inPlaceOf(TaskMessage message, Node node) {
        Map<String, @Nullable Object> place = new LinkedHashMap<>();
        place.put("chord", message.embed().chord());
        place.put("group_id", message.group());
        place.put("group_index", message.groupIndex());
        place.put("root_id", message.rootId());
        node.options.putAll(place);
        nest(node, message.nesting() + 1);
        Node all = node;
        List<@Nullable Object> rest = new ArrayList<>(message.embed().chain());
        for (int i = rest.size() - 1; i >= 0; i--) {
            Node step = Node.of(rest.get(i));
            step.options.put("replaced_task_nesting", message.nesting() + 1);
            all = Joined.of(all, step);
        }
        return all;
    }
}
