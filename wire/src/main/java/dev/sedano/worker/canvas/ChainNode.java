package dev.sedano.worker.canvas;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tasks that run one after the other, each with the result of the one before it. */
final class ChainNode extends Node {
    /** Options that a chain uses up itself; all others are those of its first task. */
    private static final Set<String> OWN_OPTIONS = Set.of(
            "chord", "group_id", "group_index", "link", "link_error", "parent_id", "root_id", "task_id", "use_link");

    List<Node> tasks;

    ChainNode(List<Node> tasks, Map<String, @Nullable Object> options) {
        super(List.of(), options, false);
        this.tasks = tasks;
    }

    @Override
    String type() {
        return "chain";
    }

    @Override
    ChainNode copy() {
        return new ChainNode(copies(tasks), options);
    }

    @Override
    ResultNode freeze(Dispatch dispatch, Place place) {
        ChainSteps steps = ChainSteps.frozen(dispatch, this, place);
        options.put("task_id", steps.results().get(0).id);
        return steps.results().get(0);
    }

    @Override
    ResultNode apply(
            Dispatch dispatch,
            List<@Nullable Object> first,
            Map<String, @Nullable Object> more,
            Map<String, @Nullable Object> with) {
        Map<String, @Nullable Object> call = new LinkedHashMap<>(options);
        call.putAll(with);
        Place place = new Place(
                text(call, "task_id"),
                text(call, "group_id"),
                call.get("chord"),
                text(call, "root_id"),
                null,
                call.get("group_index") instanceof Number index ? index.intValue() : null);
        ChainSteps steps = ChainSteps.ready(dispatch, this, argsAfter(first), more, call.get("link_error"), place);
        if (steps.tasks().isEmpty()) {
            return ResultNode.group(dispatch.ids().next(), List.of());
        }
        for (Object callback : CallSignature.list(call.get("link"))) {
            steps.tasks().get(0).append("link", CallSignature.strings(callback));
        }
        int last = steps.tasks().size() - 1;
        Node head = steps.tasks().get(last);
        Map<String, @Nullable Object> options = new LinkedHashMap<>(call);
        options.keySet().removeAll(OWN_OPTIONS);
        List<@Nullable Object> rest = new ArrayList<>(CallSignature.list(call.get("chain")));
        rest.addAll(steps.tasks().subList(0, last));
        options.put("chain", rest);
        ResultNode result = head.apply(dispatch, List.of(), Map.of(), options);
        return last == 0 ? result : steps.results().get(0);
    }

    private static @Nullable String text(Map<String, @Nullable Object> options, String name) {
        return options.get(name) instanceof String text ? text : null;
    }

    /** The options that its first task gets. */
    Map<String, @Nullable Object> optionsOfFirst() {
        Map<String, @Nullable Object> first = new LinkedHashMap<>(options);
        first.keySet().removeAll(OWN_OPTIONS);
        return first;
    }

    /** Its tasks, with its callbacks on the last and its errbacks on each. */
    List<Node> unchained() {
        List<Node> all = copies(tasks);
        if (!all.isEmpty()) {
            signatures("link").forEach(all.get(all.size() - 1)::link);
        }
        signatures("link_error").forEach(errback -> all.forEach(each -> each.linkError(errback)));
        return all;
    }

    /** Takes the bodies of its chords apart, where they are chains: each header carries its body in every message. */
    void unrollChords() {
        List<Node> unrolled = new ArrayList<>();
        tasks.forEach(each -> unroll(each, unrolled));
        tasks = unrolled;
    }

    private static void unroll(Node task, List<Node> to) {
        if (task instanceof ChainNode inner) {
            inner.unrollChords();
            to.add(inner);
        } else if (task instanceof ChordNode chord && isChainLedByTask(chord.body)) {
            chord.unrolledBody().forEach(each -> unroll(each, to));
        } else {
            to.add(task);
        }
    }

    @Override
    int parts() {
        for (int i = tasks.size() - 1; i >= 0; i--) {
            int parts = tasks.get(i).parts();
            if (parts > 0) {
                return parts;
            }
        }
        return 0;
    }

    @Override
    Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> kwargs = new LinkedHashMap<>();
        kwargs.put("tasks", maps(tasks));
        return asMap("celery.chain", kwargs);
    }
}
