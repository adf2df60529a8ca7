package dev.sedano.conformance.chaos;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import dev.sedano.conformance.chaos.ChaosLedger.Line;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the ledger says of one key. */
final class KeyHistory {
    private final String key;
    private final List<Line> lines = new ArrayList<>();

    KeyHistory(String key) {
        this.key = key;
    }

    void add(Line line) {
        lines.add(line);
    }

    String key() {
        return key;
    }

    Stream<Line> of(Event event) {
        return lines.stream().filter(line -> line.event() == event);
    }

    boolean has(Event event) {
        return of(event).findAny().isPresent();
    }

    /** A completion whose reply was lost with its worker is known from the next copy, which the store calls a duplicate. */
    boolean isCompleted() {
        return has(Event.COMPLETE_OK) || has(Event.DUPLICATE);
    }

    /** Whether it was completed without a run: its workers died too often, so it failed, and nothing follows it. */
    boolean isPoison() {
        Set<Long> run = of(Event.START).map(Line::token).collect(Collectors.toSet());
        return isCompleted() && completions().stream().noneMatch(run::contains);
    }

    /** Whether what is to follow it must. */
    boolean hasFollowers() {
        return isCompleted() && !isPoison();
    }

    boolean isFinished() {
        return isCompleted() || has(Event.PARKED);
    }

    /** Tokens of completions, whether their worker lived to hear of it or not. */
    Set<Long> completions() {
        return Stream.concat(of(Event.COMPLETE_OK), of(Event.DUPLICATE))
                .map(Line::token)
                .collect(Collectors.toSet());
    }

    /** Tokens of the tenures that ended an attempt, by attempt. */
    Map<Long, Set<Long>> conclusions() {
        return Stream.concat(of(Event.COMPLETE_OK), of(Event.HANDED_OFF))
                .collect(Collectors.groupingBy(
                        Line::attempt, TreeMap::new, Collectors.mapping(Line::token, Collectors.toSet())));
    }

    /** Store time of the grants, by token: the first, as a claim that is repeated is answered with the same token. */
    SortedMap<Long, Long> firstGrants() {
        return of(Event.GRANTED).collect(Collectors.toMap(Line::token, Line::at, Math::min, TreeMap::new));
    }

    /** Store time of the last grant of a tenure. */
    long lastGrant(long token) {
        return of(Event.GRANTED)
                .filter(line -> line.token() == token)
                .mapToLong(Line::at)
                .max()
                .orElse(0);
    }

    /** Starts in the order of their tokens. */
    List<Line> starts() {
        return of(Event.START).sorted(Comparator.comparingLong(Line::token)).toList();
    }

    /** When the run of this tenure ended; 0 if it did not, because its worker died. */
    long ended(long token) {
        return of(Event.END)
                .filter(line -> line.token() == token)
                .mapToLong(Line::wall)
                .max()
                .orElse(0);
    }
}
