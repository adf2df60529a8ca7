package dev.sedano.worker.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** When which worker was in trouble: what would be wrong in a healthy worker may then be right. */
final class Excuses {
    private final List<Line> faults = new ArrayList<>();
    private final Map<String, Long> ends = new HashMap<>();
    private final Map<String, Long> crashes = new HashMap<>();

    Excuses(List<Line> lines) {
        for (Line line : lines) {
            switch (line.event()) {
                case FAULT -> faults.add(line);
                case CRASHED -> {
                    ends.put(line.worker(), line.at());
                    crashes.put(line.worker(), line.at());
                }
                case STOPPED -> ends.put(line.worker(), line.at());
                default -> {}
            }
        }
    }

    /** Whether the worker had ended by {@code time}. */
    boolean ended(String worker, long time) {
        return ends.getOrDefault(worker, Long.MAX_VALUE) <= time;
    }

    boolean crashed(String worker) {
        return crashes.containsKey(worker);
    }

    /** The host of a worker's life: {@code w1} of {@code w1.2}. */
    static String node(String worker) {
        return worker.substring(0, worker.indexOf('.'));
    }

    /** Whether a life of a worker on the same host as this one crashed. */
    boolean hostCrashed(String node) {
        return crashes.keySet().stream().anyMatch(worker -> node(worker).equals(node));
    }

    boolean everEnded(String worker) {
        return ends.containsKey(worker);
    }

    /** Whether more than a single call went wrong for the worker between the two times, or it ended. */
    boolean outage(String worker, long from, long to) {
        return ended(worker, to)
                || faults.stream().anyMatch(fault -> !fault.what().equals("call") && touches(fault, worker, from, to));
    }

    /** Whether anything at all went wrong for the worker between the two times, or it ended. */
    boolean anything(String worker, long from, long to) {
        return ended(worker, to) || faults.stream().anyMatch(fault -> touches(fault, worker, from, to));
    }

    /** Whether a call of the worker was ever executed after its caller had given up and asked again. */
    boolean late(String worker) {
        return faults.stream()
                .anyMatch(fault -> fault.what().equals("late") && fault.worker().equals(worker));
    }

    private static boolean touches(Line fault, String worker, long from, long to) {
        return (fault.worker().isEmpty() || fault.worker().equals(worker)) && fault.at() <= to && fault.until() >= from;
    }
}
