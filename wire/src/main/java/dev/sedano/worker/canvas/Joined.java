package dev.sedano.worker.canvas;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Two signatures one after the other, as Python's {@code |} makes them (celery/canvas.py, {@code __or__}). */
final class Joined {
    private Joined() {}

    static Node of(Node first, Node second) {
        if (isEmpty(second)) {
            return first;
        }
        Node then = Node.unrolled(second);
        if (first instanceof GroupNode group) {
            return new ChordNode(group.tasks, then, Map.of(), Map.of());
        } else if (first instanceof ChordNode chord && !(then instanceof GroupNode) && !(then instanceof ChainNode)) {
            chord.body = of(chord.body, then);
            return chord;
        } else if (first instanceof ChainNode chain) {
            return afterChain(chain, then);
        }
        List<Node> steps = new ArrayList<>(List.of(first));
        steps.addAll(then instanceof ChainNode chain ? chain.unchained() : List.of(then));
        return new ChainNode(steps, Map.of());
    }

    private static boolean isEmpty(Node node) {
        return Node.isEmptyGroup(node) || Node.isEmptyChain(node);
    }

    private static Node afterChain(ChainNode chain, Node then) {
        if (then instanceof ChainNode rest) {
            Node all = chain;
            for (Node step : rest.unchained()) {
                all = of(all, step);
            }
            return all;
        }
        List<Node> steps = chain.unchained();
        int last = steps.size() - 1;
        if (steps.isEmpty()) {
            return then;
        } else if (steps.get(last) instanceof ChordNode chord && !(then instanceof ChordNode)) {
            chord.body = of(chord.body, then);
        } else if (steps.get(last) instanceof GroupNode group && !(then instanceof GroupNode)) {
            steps.set(last, new ChordNode(group.tasks, then, Map.of(), Map.of()));
        } else {
            steps.add(then);
        }
        // Callbacks and errbacks have moved to the steps; nothing else is kept, as in Celery.
        return new ChainNode(steps, Map.of());
    }
}
