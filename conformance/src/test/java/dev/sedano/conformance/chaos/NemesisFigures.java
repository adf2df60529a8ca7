package dev.sedano.conformance.chaos;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import dev.sedano.conformance.chaos.ChaosLedger.Line;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a ledger amounts to, for people. */
final class NemesisFigures {
    private NemesisFigures() {}

    static String of(List<Line> lines, NemesisJudge judge) {
        Map<Event, Integer> events = new TreeMap<>();
        Map<String, Integer> faults = new TreeMap<>();
        for (Line line : lines) {
            events.merge(line.event(), 1, Integer::sum);
            if (line.event() == Event.FAULT) {
                faults.merge(line.id().substring(0, line.id().indexOf('@')), 1, Integer::sum);
            }
        }
        int claims = events.getOrDefault(Event.GRANTED, 0)
                + events.getOrDefault(Event.DUPLICATE, 0)
                + events.getOrDefault(Event.SUPERSEDED, 0)
                + events.getOrDefault(Event.CONFLICT, 0);
        long reruns = lines.stream()
                .filter(line -> line.event() == Event.START && line.ran())
                .count();
        return "messages confirmed " + events.getOrDefault(Event.SENT, 0)
                + ", claims answered " + claims
                + ", runs " + events.getOrDefault(Event.START, 0)
                + ", completed "
                + judge.histories().stream().filter(KeyHistory::isCompleted).count()
                + ", handed off " + events.getOrDefault(Event.HANDED_OFF, 0)
                + ", duplicates answered " + events.getOrDefault(Event.DUPLICATE, 0)
                + ", conflicts " + events.getOrDefault(Event.CONFLICT, 0)
                + "\nfaults " + events.getOrDefault(Event.FAULT, 0) + ": " + faults
                + "\nreruns announced " + reruns
                + ", overlaps announced " + judge.overlaps()
                + ", zombies refused " + events.getOrDefault(Event.STALE, 0)
                + ", keys parked "
                + judge.histories().stream()
                        .filter(history -> history.has(Event.PARKED) && !history.isCompleted())
                        .count()
                + ", messages parked " + events.getOrDefault(Event.IN_PARKED, 0)
                + ", dead-lettered " + events.getOrDefault(Event.IN_DEAD, 0)
                + "\n" + blocks(lines, judge)
                + "\nviolations " + judge.violations().size();
    }

    /** Blocked = false positives + true positives + unresolved (parked) + unreported: a block counts once. */
    private static String blocks(List<Line> lines, NemesisJudge judge) {
        Map<String, Boolean> verdicts = new HashMap<>();
        lines.stream()
                .filter(line -> line.event() == Event.VERDICT)
                .forEach(line -> verdicts.put(line.id(), line.ran()));
        Set<String> parked = new HashSet<>();
        judge.histories().stream()
                .filter(history -> !history.isCompleted())
                .forEach(history -> parked.add(history.key()));
        Map<String, Line> blocks = new HashMap<>();
        lines.stream().filter(line -> line.event() == Event.BLOCK).forEach(line -> blocks.putIfAbsent(line.id(), line));
        int falsePositives = 0;
        int truePositives = 0;
        int unresolved = 0;
        for (Line block : blocks.values()) {
            Boolean verdict = verdicts.get(block.id());
            if (verdict == null) {
                unresolved += parked.contains(block.key()) ? 1 : 0;
            } else if (verdict) {
                falsePositives++;
            } else {
                truePositives++;
            }
        }
        return "blocked " + blocks.size() + " = " + falsePositives + " false positives + " + truePositives
                + " true positives + " + unresolved + " unresolved + "
                + (blocks.size() - falsePositives - truePositives - unresolved) + " unreported";
    }
}
