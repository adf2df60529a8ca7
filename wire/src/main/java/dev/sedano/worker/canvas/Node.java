package dev.sedano.worker.canvas;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A signature of any kind while a plan is made of it. What it does follows celery/canvas.py of 5.7 step by step, so that
 * workers of both languages make the same messages of it. Changed in place; not thread-safe.
 */
abstract class Node {
    /** Once given they stay: what counts a group's members relies on them. */
    private static final Set<String> FIXED = Set.of("group_id", "stamped_headers");

    List<@Nullable Object> args;
    final Map<String, @Nullable Object> options;
    boolean immutable;

    Node(List<@Nullable Object> args, Map<String, @Nullable Object> options, boolean immutable) {
        this.args = args;
        this.options = new LinkedHashMap<>(options);
        this.immutable = immutable;
    }

    /** @throws IllegalArgumentException if {@code value} is no signature, or of a kind that Celery does not have */
    static Node of(@Nullable Object value) {
        if (value instanceof Node node) {
            return node.copy();
        }
        CallSignature given = CallSignature.of(value);
        String type = given.type();
        if (type == null) {
            return new TaskNode(given);
        }
        return switch (type) {
            case "chain" -> new ChainNode(all(given.kwargs().get("tasks")), given.options());
            case "group" -> new GroupNode(all(given.kwargs().get("tasks")), given.options());
            case "chord" -> ChordNode.of(given);
            case "chunks" -> GroupNode.ofChunks(given);
            case "xmap", "xstarmap" -> new TaskNode(given, true);
            default ->
                throw new MalformedFollowUps.Missing("a signature has the unknown subtask_type \"" + type + "\"", type);
        };
    }

    static List<Node> all(@Nullable Object values) {
        List<Node> nodes = new ArrayList<>();
        CallSignature.list(values).forEach(each -> nodes.add(of(each)));
        return nodes;
    }

    /** Celery's name of this kind; null for a task. */
    abstract @Nullable String type();

    /** The whole tree again, but for the body to which it reports. */
    abstract Node copy();

    /** Fixes all ids within. */
    abstract ResultNode freeze(Dispatch dispatch, Place place);

    /**
     * Publishes it.
     *
     * @param first arguments before its own, if it takes any
     * @param more beside its own keyword arguments
     * @param with options that come before its own
     */
    abstract ResultNode apply(
            Dispatch dispatch,
            List<@Nullable Object> first,
            Map<String, @Nullable Object> more,
            Map<String, @Nullable Object> with);

    /** How many results it gives to a chord whose header it is in. */
    abstract int parts();

    /** As the message's JSON has it. */
    abstract Map<String, @Nullable Object> toMap();

    /** To be called when it has succeeded. */
    void link(Map<String, @Nullable Object> callback) {
        append("link", callback);
    }

    /** To be called when it has failed. */
    void linkError(Map<String, @Nullable Object> errback) {
        append("link_error", errback);
    }

    final void append(String option, Object value) {
        List<@Nullable Object> all = new ArrayList<>(CallSignature.list(options.get(option)));
        if (!all.contains(value)) {
            all.add(value);
        }
        options.put(option, all);
    }

    final List<Map<String, @Nullable Object>> signatures(String option) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        for (Object each : CallSignature.list(options.get(option))) {
            all.add(CallSignature.strings(each));
        }
        return all;
    }

    final @Nullable String text(String option) {
        return options.get(option) instanceof String text ? text : null;
    }

    /** The options with those of a call, which come first unless they are fixed. */
    final Map<String, @Nullable Object> merged(Map<String, @Nullable Object> with) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>(options);
        List<@Nullable Object> stamps = CallSignature.list(options.get("stamped_headers"));
        with.forEach((name, value) -> {
            if (value != null && !(options.containsKey(name) && (FIXED.contains(name) || stamps.contains(name)))) {
                all.put(name, value);
            }
        });
        return all;
    }

    final List<@Nullable Object> argsAfter(List<@Nullable Object> first) {
        if (immutable || first.isEmpty()) {
            return args;
        }
        List<@Nullable Object> all = new ArrayList<>(first);
        all.addAll(args);
        return all;
    }

    /** Takes a caller's arguments before its own. */
    void fill(List<@Nullable Object> first, Map<String, @Nullable Object> more) {
        args = argsAfter(first);
    }

    final Map<String, @Nullable Object> asMap(String task, Map<String, @Nullable Object> kwargs) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("task", task);
        map.put("args", args);
        map.put("kwargs", plain(kwargs));
        map.put("options", plain(options));
        map.put("subtask_type", type());
        map.put("immutable", immutable);
        return map;
    }

    /** {@code value} with maps in place of the nodes in it. */
    static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Node node) {
            return node.toMap();
        } else if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((name, each) -> copy.put(String.valueOf(name), plain(each)));
            return copy;
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(each -> copy.add(plain(each)));
            return copy;
        }
        return value;
    }

    static List<Map<String, @Nullable Object>> maps(List<Node> nodes) {
        return nodes.stream().map(Node::toMap).toList();
    }

    static List<Node> copies(List<Node> nodes) {
        List<Node> copies = new ArrayList<>();
        nodes.forEach(each -> copies.add(each.copy()));
        return copies;
    }

    /** A group of one is that one. */
    static Node unrolled(Node node) {
        return node instanceof GroupNode group && group.tasks.size() == 1 ? group.tasks.get(0) : node;
    }

    static boolean isEmptyGroup(Node node) {
        return node instanceof GroupNode group && group.tasks.isEmpty();
    }

    static boolean isEmptyChain(Node node) {
        return node instanceof ChainNode chain && chain.tasks.isEmpty();
    }

    /** A chain that begins with a group runs the rest once for each member, so it cannot be taken apart. */
    static boolean isChainLedByTask(@Nullable Node body) {
        return body instanceof ChainNode chain && !chain.tasks.isEmpty() && !(chain.tasks.get(0) instanceof GroupNode);
    }

    final void freezeOptions(Dispatch dispatch, Place place) {
        options.computeIfAbsent("task_id", name -> Objects.requireNonNullElseGet(place.id(), dispatch.ids()::next));
        if (place.root() != null) {
            options.put("root_id", place.root());
        }
        if (place.parent() != null) {
            options.put("parent_id", place.parent());
        }
        if (!options.containsKey("reply_to")) {
            options.put("reply_to", dispatch.replyTo());
        }
        if (place.group() != null && !options.containsKey("group_id")) {
            options.put("group_id", place.group());
        }
        if (place.chord() != null) {
            options.put("chord", place.chord());
        }
        if (place.index() != null) {
            options.put("group_index", place.index());
        }
    }
}
