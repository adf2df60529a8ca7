package dev.sedano.worker.canvas;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tasks side by side, the header, and what is called with all their results, the body. */
final class ChordNode extends Node {
    List<Node> header;
    Node body;
    private final Map<String, @Nullable Object> kwargs;
    /** The header once its ids are fixed. */
    @Nullable
    GroupNode group;

    ChordNode(
            List<Node> header, Node body, Map<String, @Nullable Object> kwargs, Map<String, @Nullable Object> options) {
        super(List.of(), options, false);
        this.header = header;
        this.body = body;
        this.kwargs = kwargs;
    }

    static ChordNode of(CallSignature given) {
        Object header = given.kwargs().get("header");
        List<Node> tasks = header instanceof Map<?, ?> map && map.get("subtask_type") != null
                ? membersOf(Node.of(header))
                : all(header);
        ChordNode chord = new ChordNode(
                tasks,
                Node.of(given.kwargs().get("body")),
                CallSignature.strings(given.kwargs().get("kwargs")),
                given.options());
        chord.args = given.args();
        chord.immutable = given.immutable();
        return chord;
    }

    private static List<Node> membersOf(Node header) {
        if (header instanceof GroupNode members) {
            return members.tasks;
        }
        return header instanceof ChainNode chain ? chain.tasks : new ArrayList<>(List.of(header));
    }

    @Override
    String type() {
        return "chord";
    }

    @Override
    ChordNode copy() {
        ChordNode copy = new ChordNode(copies(header), body.copy(), kwargs, options);
        copy.args = args;
        copy.immutable = immutable;
        return copy;
    }

    @Override
    ResultNode freeze(Dispatch dispatch, Place place) {
        GroupNode members = group == null ? new GroupNode(header, Map.of()) : group;
        ResultNode result = members.freeze(dispatch, new Place(null, null, body, place.root(), place.parent(), null));
        group = members;
        header = members.tasks;
        options.put("task_id", members.options.get("task_id"));
        ResultNode last = body.freeze(
                dispatch, new Place(place.id(), place.group(), place.chord(), place.root(), null, place.index()));
        last.first().parent = result;
        return last;
    }

    @Override
    ResultNode apply(
            Dispatch dispatch,
            List<@Nullable Object> first,
            Map<String, @Nullable Object> more,
            Map<String, @Nullable Object> with) {
        Map<String, @Nullable Object> call = new LinkedHashMap<>();
        with.forEach((name, value) -> {
            if (value != null) {
                call.put(name, value);
            }
        });
        Map<String, @Nullable Object> delay = new LinkedHashMap<>();
        for (String name : List.of("countdown", "eta")) {
            Object own = options.get(name);
            Object value = call.containsKey(name) ? call.remove(name) : own;
            if (value != null) {
                delay.put(name, value);
            }
        }
        Object taskId = call.remove("task_id");
        Map<String, @Nullable Object> all = new LinkedHashMap<>(options);
        all.putAll(call);
        call.keySet().removeAll(List.of("link", "link_error"));
        Node last = withOptions(body.copy(), call);
        Object groupId = group == null ? options.get("task_id") : group.options.get("task_id");
        GroupNode members = new GroupNode(copies(header), Map.of());
        if (taskId == null) {
            taskId = all.get("task_id");
        }
        all.keySet().removeAll(List.of("task_id", "countdown", "eta"));
        Map<String, @Nullable Object> named = new LinkedHashMap<>(kwargs);
        named.putAll(more);
        String id = groupId instanceof String text ? text : dispatch.ids().next();
        String bodyId = taskId instanceof String text ? text : null;
        Run run = new Run(dispatch, members, id, last, bodyId, all, delay);
        return run.start(argsAfter(first), named);
    }

    /** The body's parent is the task that completes the header. */
    private static Node withOptions(Node body, Map<String, @Nullable Object> call) {
        Map<String, @Nullable Object> merged = body.merged(call);
        Object parent = body.options.get("parent_id");
        body.options.putAll(merged);
        if (parent == null) {
            body.options.remove("parent_id");
        } else {
            body.options.put("parent_id", parent);
        }
        return body;
    }

    /** A chord that is sent. */
    private record Run(
            Dispatch dispatch,
            GroupNode header,
            String id,
            Node body,
            @Nullable String bodyId,
            Map<String, @Nullable Object> call,
            Map<String, @Nullable Object> delay) {
        ResultNode start(List<@Nullable Object> first, Map<String, @Nullable Object> more) {
            Object root = body.options.get("root_id");
            String rootId = root instanceof String text ? text : null;
            Map<String, @Nullable Object> options = new LinkedHashMap<>(call);
            BodyLinks.move(options, body);
            options.forEach((name, value) -> {
                if (!name.equals("parent_id")) {
                    body.options.put(name, value);
                }
            });
            if (body instanceof ChainNode chain) {
                chain.unrollChords();
            }
            String last = bodyId == null ? dispatch.ids().next() : bodyId;
            ResultNode result = body.freeze(dispatch, new Place(last, id, null, rootId, null, null));
            ChainSteps.withoutHeaderLinks(body);
            options.remove("chain");
            options.remove("chord");
            header.options.put("task_id", id);
            ResultNode members = header.freeze(dispatch, new Place(null, id, body, rootId, null, null));
            if (header.tasks.isEmpty()) {
                List<@Nullable Object> nothing = new ArrayList<>();
                nothing.add(List.of());
                body.apply(dispatch, nothing, Map.of(), Map.of());
            } else {
                if (members.members != null && members.members.stream().anyMatch(ResultNode::isGroup)) {
                    dispatch.saveGroup(members);
                }
                options.putAll(delay);
                options.put("task_id", id);
                members = header.apply(dispatch, first, more, options);
            }
            result.parent = members;
            return result;
        }
    }

    /** This chord with the first task of its body, and the tasks after that. */
    List<Node> unrolledBody() {
        ChordNode chord = copy();
        ChainNode chain = (ChainNode) chord.body;
        List<Node> tasks = chain.unchained();
        Node first = tasks.get(0);
        first.options.putAll(first.merged(chain.optionsOfFirst()));
        chord.body = first;
        List<Node> all = new ArrayList<>();
        all.add(chord);
        all.addAll(tasks.subList(1, tasks.size()));
        return all;
    }

    @Override
    void link(Map<String, @Nullable Object> callback) {
        body.link(callback);
    }

    /** Chords in the header tell it on their own, all other members through the body. */
    @Override
    void linkError(Map<String, @Nullable Object> errback) {
        for (Node each : header) {
            if (each instanceof ChordNode chord) {
                chord.linkError(errback);
            }
        }
        body.linkError(errback);
    }

    @Override
    int parts() {
        return body.parts();
    }

    @Override
    Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("kwargs", kwargs);
        all.put("header", group == null ? maps(header) : group.toMap());
        all.put("body", body.toMap());
        return asMap("celery.chord", all);
    }
}
