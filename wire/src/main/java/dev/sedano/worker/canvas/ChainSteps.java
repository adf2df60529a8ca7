package dev.sedano.worker.canvas;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a chain with their ids, last first: inner chains are part of it, and a group with a step after it is a
 * chord (celery/canvas.py, {@code prepare_steps}). Not thread-safe.
 */
final class ChainSteps {
    private final Dispatch dispatch;
    private final Place place;
    private final List<@Nullable Object> first;
    private final Map<String, @Nullable Object> more;
    private final List<@Nullable Object> errbacks;
    /** Whether the steps are copies to be sent; else ids are given to the chain's own tasks. */
    private final boolean copies;

    private final Deque<Node> steps;
    private final List<Node> tasks = new ArrayList<>();
    private final List<ResultNode> results = new ArrayList<>();
    private @Nullable Node before;
    private @Nullable ResultNode resultBefore;

    private ChainSteps(
            Dispatch dispatch,
            ChainNode chain,
            List<@Nullable Object> first,
            Map<String, @Nullable Object> more,
            @Nullable Object errbacks,
            Place place,
            boolean copies) {
        this.dispatch = dispatch;
        this.place = place;
        this.first = first;
        this.more = more;
        this.errbacks = CallSignature.list(errbacks);
        this.copies = copies;
        this.steps = new ArrayDeque<>(chain.tasks);
    }

    /** Copies of the steps, ready to be sent. */
    static ChainSteps ready(
            Dispatch dispatch,
            ChainNode chain,
            List<@Nullable Object> first,
            Map<String, @Nullable Object> more,
            @Nullable Object errbacks,
            Place place) {
        ChainSteps steps = new ChainSteps(dispatch, chain, first, more, errbacks, place, true);
        steps.prepare();
        steps.tasks.forEach(ChainSteps::withoutHeaderLinks);
        return steps;
    }

    /** The chain's own tasks get their ids. */
    static ChainSteps frozen(Dispatch dispatch, ChainNode chain, Place place) {
        ChainSteps steps = new ChainSteps(dispatch, chain, chain.args, Map.of(), null, place, false);
        steps.prepare();
        if (steps.results.isEmpty()) {
            throw new IllegalArgumentException("a chain has no tasks");
        }
        return steps;
    }

    List<Node> tasks() {
        return tasks;
    }

    List<ResultNode> results() {
        return results;
    }

    private void prepare() {
        toFirstTask();
        while (!steps.isEmpty()) {
            Node task = Node.unrolled(steps.removeLast());
            if (Node.isEmptyGroup(task) && (!steps.isEmpty() || before != null)) {
                continue;
            }
            if (copies && task instanceof ChordNode chord && Node.isChainLedByTask(chord.body)) {
                steps.addAll(chord.unrolledBody());
                continue;
            }
            boolean isFirst = steps.isEmpty();
            if (copies) {
                task = task.copy();
            }
            if (task instanceof ChainNode inner) {
                steps.addAll(inner.tasks);
                continue;
            }
            if (isFirst) {
                task.fill(first, more);
            }
            add(task);
        }
    }

    /** The first task takes the chain's arguments, so it must be a task: empty groups before it are left out. */
    private void toFirstTask() {
        Node leftOut = null;
        while (!steps.isEmpty()) {
            Node head = steps.removeFirst();
            if (head instanceof ChainNode chain) {
                for (int i = chain.tasks.size() - 1; i >= 0; i--) {
                    steps.addFirst(chain.tasks.get(i));
                }
                continue;
            }
            head = Node.unrolled(head);
            if (head instanceof ChainNode) {
                steps.addFirst(head);
                continue;
            }
            if (Node.isEmptyGroup(head) && !steps.isEmpty()) {
                leftOut = head;
                continue;
            }
            steps.addFirst(head);
            return;
        }
        if (leftOut != null) {
            steps.add(leftOut);
        }
    }

    private void add(Node given) {
        boolean isLast = tasks.isEmpty(); // the body of a chord was frozen as such before
        Node after = before;
        Node task = given;
        if (given instanceof GroupNode group && after != null) {
            task = chordOf(group, after);
        }
        ResultNode result = task.freeze(
                dispatch,
                isLast
                        ? new Place(place.id(), place.group(), place.chord(), place.root(), null, place.index())
                        : Place.below(place.root()));
        if (before != null && resultBefore != null && resultBefore.parent == null) {
            resultBefore.parent = result;
        }
        for (Object errback : errbacks) {
            Map<String, @Nullable Object> signature = CallSignature.strings(errback);
            task.linkError(signature);
        }
        tasks.add(task);
        results.add(result);
        before = task;
        // What the step before a chord links to is the header's result, not the body's.
        resultBefore = task instanceof ChordNode ? result.first() : result;
    }

    /** A group with a step after it waits for all its members. */
    private ChordNode chordOf(GroupNode group, Node body) {
        tasks.remove(tasks.size() - 1);
        ResultNode bodyResult = results.remove(results.size() - 1);
        Map<String, @Nullable Object> options = new LinkedHashMap<>();
        if (resultBefore != null && !resultBefore.isGroup()) {
            options.put("task_id", resultBefore.id);
        }
        options.put("root_id", place.root());
        ChordNode chord = new ChordNode(group.tasks, body, Map.of(), options);
        chord.args = group.args;
        before = tasks.isEmpty() ? null : tasks.get(tasks.size() - 1);
        // The rest of the chain was linked to the body's result; it follows the chord's instead.
        ResultNode node = results.isEmpty() ? null : results.get(results.size() - 1);
        while (node != null && node.parent != bodyResult) {
            node = node.parent;
        }
        if (node != null) {
            node.parent = null;
            resultBefore = node;
        }
        return chord;
    }

    /** The messages of a header carry the body anyway: a chord that waits needs not name it once more. */
    static void withoutHeaderLinks(Node node) {
        if (node instanceof ChordNode chord) {
            for (Node task : chord.header) {
                withoutChord(task);
                withoutHeaderLinks(task);
            }
            if (chord.group != null) {
                chord.group.options.remove("chord");
            }
            if (chord.body != null) {
                withoutHeaderLinks(chord.body);
            }
        } else if (node instanceof GroupNode group) {
            group.tasks.forEach(ChainSteps::withoutHeaderLinks);
        } else if (node instanceof ChainNode chain) {
            chain.tasks.forEach(ChainSteps::withoutHeaderLinks);
        }
    }

    private static void withoutChord(Node node) {
        node.options.remove("chord");
        if (node instanceof GroupNode group) {
            group.tasks.forEach(ChainSteps::withoutChord);
        } else if (node instanceof ChainNode chain && !chain.tasks.isEmpty()) {
            withoutChord(chain.tasks.get(chain.tasks.size() - 1));
        } else if (node instanceof ChordNode chord && chord.body != null) {
            withoutChord(chord.body);
        }
    }
}
