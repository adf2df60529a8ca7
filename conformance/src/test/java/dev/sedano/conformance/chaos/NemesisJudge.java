package dev.sedano.conformance.chaos;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import dev.sedano.conformance.chaos.ChaosLedger.Line;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads a ledger when all is over and names what must never happen, whatever the faults were. It knows nothing but the
 * ledger. The numbers I1 to I13 are those of {@code conformance/README.md}. Not thread-safe.
 */
final class NemesisJudge {
    /** Clocks of one machine, read by two processes. */
    private static final long TOLERANCE_MILLIS = 50;

    private static final int WORKERS = 3;
    private static final String CONFLICTS = "conflict-";
    private static final String POISON = "poison-";

    private final List<Line> lines;
    private final Duration lease;
    private final Map<String, KeyHistory> keys = new LinkedHashMap<>();
    private final Map<String, Set<String>> idsOfKey = new HashMap<>();
    private final List<String> violations = new ArrayList<>();
    private int overlaps;

    private NemesisJudge(List<Line> lines, Duration lease) {
        this.lines = lines;
        this.lease = lease;
        for (Line line : lines) {
            if (!line.key().isEmpty()) {
                keys.computeIfAbsent(line.key(), KeyHistory::new).add(line);
            }
            if (line.event() == Event.SENT) {
                idsOfKey.computeIfAbsent(line.key(), key -> new HashSet<>()).add(line.id());
            } else if (line.event() == Event.FOLLOWED_BY) {
                idsOfKey.computeIfAbsent(line.id(), key -> new HashSet<>()).add(line.id());
            }
        }
    }

    static NemesisJudge of(List<Line> lines, Duration lease) {
        NemesisJudge judge = new NemesisJudge(lines, lease);
        for (KeyHistory history : judge.keys.values()) {
            judge.startsOnlyUnderItsOwnGrant(history);
            judge.concludesOnce(history);
            judge.startsNothingCompleted(history);
            judge.overlapsOnlyAfterALease(history);
            judge.announcesReruns(history);
            judge.tokensGrow(history);
            judge.effectsOnce(history);
            judge.poisonEnds(history);
            judge.returnsSlowly(history);
            judge.parkedIsKept(history);
        }
        judge.unfinished().forEach(key -> judge.violated("I4", key, "sent and neither completed nor parked"));
        judge.followersRun();
        judge.verdictsAreTrue();
        judge.queuesDrain();
        return judge;
    }

    private void violated(String invariant, String key, String what) {
        violations.add(invariant + " " + key + ": " + what);
    }

    /** What must not have happened; each names its invariant and key. */
    List<String> violations() {
        return List.copyOf(violations);
    }

    /** Pairs of runs of one key that were under way at once. */
    int overlaps() {
        return overlaps;
    }

    Collection<KeyHistory> histories() {
        return keys.values();
    }

    /** Keys that were sent, or must follow, and are neither completed nor parked. */
    Set<String> unfinished() {
        Set<String> unfinished = new TreeSet<>();
        for (Line line : lines) {
            if (line.event() == Event.SENT && !history(line.key()).isFinished()) {
                unfinished.add(line.key());
            } else if (line.event() == Event.FOLLOWED_BY
                    && history(line.key()).hasFollowers()
                    && !history(line.id()).isFinished()) {
                unfinished.add(line.id());
            }
        }
        return unfinished;
    }

    private KeyHistory history(String key) {
        return keys.getOrDefault(key, new KeyHistory(key));
    }

    /** In the order of one worker's file: its grant comes first, and serves once. */
    private void startsOnlyUnderItsOwnGrant(KeyHistory history) {
        Set<String> granted = new HashSet<>();
        history.of(Event.GRANTED).forEach(line -> granted.add(line.worker() + '/' + line.token()));
        Set<Long> started = new HashSet<>();
        history.of(Event.START).forEach(start -> {
            if (!granted.contains(start.worker() + '/' + start.token()) || !started.add(start.token())) {
                violated("I1", history.key(), "a start without a grant of its own: " + start);
            }
        });
    }

    private void concludesOnce(KeyHistory history) {
        if (history.completions().size() > 1) {
            violated("I2", history.key(), "completed by tenures " + history.completions());
        }
        history.conclusions().forEach((attempt, tokens) -> {
            if (tokens.size() > 1) {
                violated("I2", history.key(), "attempt " + attempt + " ended by tenures " + tokens);
            }
        });
    }

    /** Judged by tokens: a tenure older than the winner's, frozen before its start, is an overlap and no violation. */
    private void startsNothingCompleted(KeyHistory history) {
        long winner =
                history.completions().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
        history.of(Event.START).filter(start -> start.token() > winner).forEach(start -> {
            violated("I3", history.key(), "a start after the completion by " + winner + ": " + start);
        });
    }

    private void overlapsOnlyAfterALease(KeyHistory history) {
        List<Line> starts = history.starts();
        for (int i = 1; i < starts.size(); i++) {
            Line first = starts.get(i - 1);
            Line second = starts.get(i);
            if (history.ended(first.token()) <= second.wall()) {
                continue;
            }
            overlaps++;
            long held = Math.max(
                            history.lastGrant(first.token()),
                            history.of(Event.RENEWED)
                                    .filter(line -> line.token() == first.token())
                                    .mapToLong(Line::at)
                                    .max()
                                    .orElse(0))
                    + lease.toMillis();
            if (history.firstGrants().getOrDefault(second.token(), 0L) < held - TOLERANCE_MILLIS) {
                violated("I5", history.key(), "two runs at once though the first one's lease held: " + second);
            }
        }
    }

    private void announcesReruns(KeyHistory history) {
        Set<Long> attempts = new HashSet<>();
        for (Line start : history.starts()) {
            if (!attempts.add(start.attempt()) && !start.ran()) {
                violated("I6", history.key(), "a rerun that was not announced: " + start);
            }
        }
    }

    private void tokensGrow(KeyHistory history) {
        long last = 0;
        for (Map.Entry<Long, Long> grant : history.firstGrants().entrySet()) {
            if (grant.getValue() < last) {
                violated("I7", history.key(), "token " + grant.getKey() + " was granted before a smaller one");
            }
            last = grant.getValue();
        }
    }

    private void effectsOnce(KeyHistory history) {
        if (history.of(Event.EFFECT).count() > 1) {
            violated(
                    "STEP",
                    history.key(),
                    "an at-most-once step ran " + history.of(Event.EFFECT).count() + " times");
        }
    }

    private void poisonEnds(KeyHistory history) {
        long starts = history.of(Event.START).count();
        if (history.key().startsWith(POISON) && starts > NemesisTasks.MOST_CRASHES + 1) {
            violated("POISON", history.key(), "started " + starts + " times");
        }
    }

    /** A copy returns to its queue after a pause, so within a second each worker returns it once at most. */
    private void returnsSlowly(KeyHistory history) {
        long copies = 1
                + history.of(Event.SENT).count()
                + history.of(Event.HANDED_OFF).count();
        List<Long> times = history.of(Event.BLOCK).map(Line::wall).sorted().toList();
        for (int i = 0; i < times.size(); i++) {
            long from = times.get(i);
            long soon = times.stream()
                    .filter(time -> time >= from && time < from + 1_000)
                    .count();
            if (soon > copies * WORKERS) {
                violated("I12", history.key(), soon + " returns of " + copies + " copies within a second");
                return;
            }
        }
    }

    private void parkedIsKept(KeyHistory history) {
        if (!history.has(Event.PARKED) || history.isCompleted()) {
            return;
        }
        Set<String> kept = setAside(Event.IN_PARKED);
        if (idsOfKey.getOrDefault(history.key(), Set.of()).stream().noneMatch(kept::contains)) {
            violated("I4", history.key(), "parked, and no message of it lies in the queue for people");
        }
    }

    private Set<String> setAside(Event event) {
        return lines.stream()
                .filter(line -> line.event() == event)
                .map(Line::id)
                .collect(Collectors.toSet());
    }

    private void followersRun() {
        for (Line line : lines) {
            if (line.event() != Event.FOLLOWED_BY || !history(line.key()).hasFollowers()) {
                continue;
            }
            KeyHistory follower = history(line.id());
            if (!follower.has(Event.START)) {
                violated("I9", line.id(), "follows " + line.key() + ", which is completed, and never started");
            }
        }
    }

    /** A block is false if the tenure that ended the attempt was granted after it. */
    private void verdictsAreTrue() {
        Map<String, Line> blocks = new HashMap<>();
        lines.stream().filter(line -> line.event() == Event.BLOCK).forEach(line -> blocks.putIfAbsent(line.id(), line));
        Map<String, Boolean> told = new HashMap<>();
        for (Line verdict : lines) {
            if (verdict.event() != Event.VERDICT) {
                continue;
            }
            Line block = blocks.get(verdict.id());
            Boolean before = told.putIfAbsent(verdict.id(), verdict.ran());
            if (block == null) {
                violated("I8", verdict.key(), "a verdict about a block that nobody reported: " + verdict);
            } else if (before != null && before != verdict.ran()) {
                violated("I8", verdict.key(), "two verdicts about one block: " + verdict);
            } else {
                Set<Long> winners = history(block.key()).conclusions().getOrDefault(block.attempt(), Set.of());
                for (long winner : winners) {
                    long granted = history(block.key()).lastGrant(winner);
                    boolean delayed = granted > block.at();
                    if (granted != 0 && delayed != verdict.ran()) {
                        violated("I8", block.key(), "wrong verdict " + verdict + " about " + block);
                    }
                }
            }
        }
    }

    private void queuesDrain() {
        List<Line> left =
                lines.stream().filter(line -> line.event() == Event.LEFT).toList();
        left.stream()
                .filter(line -> line.at() != 0)
                .forEach(line -> violated("I13", line.id(), line.at() + " left at the end"));
        Set<String> dead = setAside(Event.IN_DEAD);
        idsOfKey.forEach((key, ids) -> {
            if (!key.startsWith(CONFLICTS)) {
                ids.stream().filter(dead::contains).forEach(id -> violated("I4", key, id + " was dead-lettered"));
            }
        });
    }
}
