package dev.sedano.conformance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import dev.sedano.conformance.chaos.ChaosLedger.Line;
import dev.sedano.services.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What must hold of a ledger at the end, whatever happened on the way. */
final class Judgement {
    private final List<Line> lines;
    private final Map<String, Integer> copies;
    private final Map<String, List<Line>> byKey = new HashMap<>();

    /** @param copies how many copies of each key were sent and confirmed */
    Judgement(List<Line> lines, Map<String, Integer> copies) {
        this.lines = lines;
        this.copies = copies;
        lines.forEach(line ->
                byKey.computeIfAbsent(line.key(), key -> new ArrayList<>()).add(line));
    }

    /** The invariants that no fault may break. */
    Judgement always() {
        Violation.ifFails(() -> {
            startsOnlyUnderAGrant();
            completesEachKeyOnce();
            startsNothingCompleted();
            announcesEveryRerun();
        });
        return this;
    }

    private void startsOnlyUnderAGrant() {
        Set<String> granted = new HashSet<>();
        Set<String> started = new HashSet<>();
        List<Line> violations = new ArrayList<>();
        for (Line line : lines) {
            String tenure = line.key() + '/' + line.token();
            if (line.event() == Event.GRANTED) {
                granted.add(tenure);
            } else if (line.event() == Event.START && (!granted.contains(tenure) || !started.add(tenure))) {
                violations.add(line);
            }
        }
        assertThat(violations)
                .as("handlers that started without a claim of their own")
                .isEmpty();
    }

    private void completesEachKeyOnce() {
        Map<String, Long> wrong = new HashMap<>();
        copies.keySet().forEach(key -> {
            long completions = of(key, Event.COMPLETE_OK).stream()
                    .map(Line::token)
                    .distinct()
                    .count();
            if (completions != 1) {
                wrong.put(key, completions);
            }
        });
        assertThat(wrong).as("keys that were lost or completed more than once").isEmpty();
    }

    private void startsNothingCompleted() {
        Set<String> completed = new HashSet<>();
        List<Line> violations = new ArrayList<>();
        for (Line line : lines) {
            if (line.event() == Event.COMPLETE_OK) {
                completed.add(line.key());
            } else if (line.event() == Event.START && completed.contains(line.key())) {
                violations.add(line);
            }
        }
        assertThat(violations)
                .as("handlers that started after their work was completed")
                .isEmpty();
    }

    /** Tokens grow with every start, and every start but the first says that it may be a rerun. */
    private void announcesEveryRerun() {
        List<Line> violations = new ArrayList<>();
        byKey.keySet().forEach(key -> {
            long last = 0;
            for (Line start : of(key, Event.START)) {
                if (start.token() <= last || (last != 0 && !start.ran())) {
                    violations.add(start);
                }
                last = start.token();
            }
        });
        assertThat(violations)
                .as("reruns that were not announced, or with an old token")
                .isEmpty();
    }

    /** For faults that do not touch workers: as many runs as keys, and nobody suspects an earlier one. */
    Judgement ranEachKeyOnce() {
        Map<String, Integer> wrong = new HashMap<>();
        copies.keySet().forEach(key -> {
            int runs = of(key, Event.START).size();
            if (runs != 1) {
                wrong.put(key, runs);
            }
        });
        Violation.ifFails(() -> {
            assertThat(wrong).as("keys whose handler did not run exactly once").isEmpty();
            assertThat(lines)
                    .as("runs that were announced as reruns, though no worker died")
                    .noneMatch(line -> line.event() == Event.START && line.ran());
        });
        return this;
    }

    /** A copy is blocked, and so returned, at most {@code times}. */
    Judgement blockedEachCopyAtMost(int times) {
        Map<String, Integer> wrong = new HashMap<>();
        copies.forEach((key, sent) -> {
            int blocks = of(key, Event.BLOCK).size();
            if (blocks > sent * times) {
                wrong.put(key, blocks);
            }
        });
        assertThat(wrong).as("keys returned more than %s times per copy", times).isEmpty();
        return this;
    }

    int blocks() {
        return (int) lines.stream().filter(line -> line.event() == Event.BLOCK).count();
    }

    /** Blocks of work whose completing tenure was granted afterwards: they delayed it. The others were right. */
    int falsePositives() {
        int delayed = 0;
        for (Line block : lines) {
            if (block.event() == Event.BLOCK && winningClaim(block.key()) > block.at()) {
                delayed++;
            }
        }
        return delayed;
    }

    private long winningClaim(String key) {
        List<Line> completions = of(key, Event.COMPLETE_OK);
        assertThat(completions).as("completion of blocked %s", key).isNotEmpty();
        long token = completions.get(0).token();
        return of(key, Event.GRANTED).stream()
                .filter(grant -> grant.token() == token)
                .mapToLong(Line::at)
                .max()
                .orElseThrow();
    }

    List<Line> of(String key, Event event) {
        return byKey.getOrDefault(key, List.of()).stream()
                .filter(line -> line.event() == event)
                .toList();
    }
}
