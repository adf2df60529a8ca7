package dev.sedano.worker.idempotency.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Visits every state that a scenario can reach, nearest first, so that the first breach it meets has a shortest trace. A state
 * is kept only as its hash, its parent and the number of the move that led to it: a trace is played again to be told.
 */
final class Explorer {
    private static final int MOST_STATES = 1_500_000;

    private final Scenario scenario;
    private final HashIndex seen = new HashIndex();
    private final IntList parents = new IntList();
    private final IntList ordinals = new IntList();
    private final IntList faultless = new IntList();
    private final BitSet settled = new BitSet();
    private final ArrayDeque<World> frontier = new ArrayDeque<>();
    private long edges;
    private int current;
    private int ordinal;
    private @Nullable Invariant broken;
    private int brokenAt;
    private int brokenBy;

    private Explorer(Scenario scenario) {
        this.scenario = scenario;
    }

    static Finding explore(Scenario scenario) {
        return new Explorer(scenario).explore();
    }

    private Finding explore() {
        World first = new World(scenario);
        seen.put(first.hash());
        parents.add(-1);
        ordinals.add(-1);
        frontier.add(first);
        for (current = 0; !frontier.isEmpty() && broken == null && seen.size() < MOST_STATES; current++) {
            ordinal = 0;
            Moves.of(frontier.remove(), this::meet);
        }
        boolean complete = frontier.isEmpty() && broken == null;
        List<String> trace = List.of();
        if (broken != null) {
            trace = trace(brokenAt, brokenBy);
        } else if (complete) {
            int stuck = stuck();
            if (stuck >= 0) {
                broken = Invariant.NEVER_SETTLES;
                trace = trace(stuck, -1);
            }
        }
        return new Finding(scenario, broken, trace, seen.size(), edges, complete);
    }

    private void meet(World next, int worker, String what, boolean fault) {
        int move = ordinal++;
        edges++;
        if (broken != null) {
            return;
        }
        if (next.broken != null) {
            broken = next.broken;
            brokenAt = current;
            brokenBy = move;
            return;
        }
        int number = seen.put(next.hash());
        if (number < 0) {
            number = -1 - number;
            parents.add(current);
            ordinals.add(move);
            frontier.add(next);
            if (next.settled()) {
                settled.set(number);
            }
        }
        if (!fault) {
            faultless.add(current);
            faultless.add(number);
        }
    }

    /** The first state from which no settled one can be reached without further faults, or -1. */
    private int stuck() {
        int states = seen.size();
        int[] starts = new int[states + 1];
        for (int i = 1; i < faultless.size(); i += 2) {
            starts[faultless.get(i) + 1]++;
        }
        for (int i = 0; i < states; i++) {
            starts[i + 1] += starts[i];
        }
        int[] before = new int[faultless.size() / 2];
        int[] fill = starts.clone();
        for (int i = 0; i < faultless.size(); i += 2) {
            before[fill[faultless.get(i + 1)]++] = faultless.get(i);
        }
        BitSet reaches = (BitSet) settled.clone();
        ArrayDeque<Integer> open = new ArrayDeque<>();
        settled.stream().forEach(open::add);
        while (!open.isEmpty()) {
            int state = open.remove();
            for (int i = starts[state]; i < starts[state + 1]; i++) {
                if (!reaches.get(before[i])) {
                    reaches.set(before[i]);
                    open.add(before[i]);
                }
            }
        }
        int stuck = reaches.nextClearBit(0);
        return stuck < states ? stuck : -1;
    }

    private List<String> trace(int state, int lastMove) {
        List<Integer> moves = new ArrayList<>();
        if (lastMove >= 0) {
            moves.add(lastMove);
        }
        for (int at = state; at > 0; at = parents.get(at)) {
            moves.add(ordinals.get(at));
        }
        Collections.reverse(moves);
        List<String> told = new ArrayList<>();
        World world = new World(scenario);
        for (int move : moves) {
            Picked picked = new Picked(move);
            Moves.of(world, picked);
            world = picked.world(world);
            told.add(picked.what);
        }
        told.add("=> " + world);
        return told;
    }

    /** Takes one of the moves. */
    private static final class Picked implements Moves.Sink {
        private int left;
        private @Nullable World taken;
        private String what = "";

        Picked(int number) {
            this.left = number;
        }

        @Override
        public void accept(World next, int worker, String event, boolean fault) {
            if (left-- == 0) {
                taken = next;
                what = (worker == Moves.NOBODY ? "" : "W" + worker + " ") + event;
            }
        }

        World world(World otherwise) {
            return taken == null ? otherwise : taken;
        }
    }
}
