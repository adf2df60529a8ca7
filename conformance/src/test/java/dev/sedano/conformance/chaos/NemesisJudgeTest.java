package dev.sedano.conformance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import dev.sedano.conformance.chaos.ChaosLedger.Line;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The judge finds nothing in a good ledger, and each doctored one breaks the invariant it is doctored for. */
class NemesisJudgeTest {
    private static final Duration LEASE = Duration.ofSeconds(4);

    /** A ledger in the making; times are in milliseconds. */
    private static final class Draft {
        private final List<Line> lines = new ArrayList<>();

        Draft add(long wall, String worker, Event event, String key, long attempt, long token) {
            return add(wall, worker, event, key, attempt, token, false, 0, "");
        }

        Draft add(
                long wall,
                String worker,
                Event event,
                String key,
                long attempt,
                long token,
                boolean ran,
                long at,
                String id) {
            lines.add(new Line(wall, worker, event, key, attempt, token, ran, at, id));
            return this;
        }

        Draft granted(long at, String worker, String key, long attempt, long token) {
            return add(at, worker, Event.GRANTED, key, attempt, token, false, at, key);
        }

        void drop(Event event, String key) {
            assertThat(lines.removeIf(
                            line -> line.event() == event && line.key().equals(key)))
                    .as("%s of %s", event, key)
                    .isTrue();
        }

        NemesisJudge judge() {
            return NemesisJudge.of(lines, LEASE);
        }
    }

    /** One key of each fate; what a fleet writes that does everything right. */
    private static Draft good() {
        Draft draft = new Draft();
        for (String key : List.of("plain", "retried", "taken", "parked", "parent")) {
            draft.add(1_000, "load", Event.SENT, key, 0, 0, false, 0, key);
        }
        draft.add(1_000, "load", Event.FOLLOWED_BY, "parent", 0, 0, false, 0, "child");
        for (String key : List.of("plain", "parent", "child")) {
            long at = key.equals("child") ? 3_000 : 2_000;
            draft.granted(at, "w1", key, 0, at)
                    .add(at + 1, "w1", Event.START, key, 0, at)
                    .add(at + 10, "w1", Event.END, key, 0, at)
                    .add(at + 11, "w1", Event.COMPLETE_OK, key, 0, at);
        }
        draft.granted(2_000, "w1", "retried", 0, 2_000)
                .add(2_001, "w1", Event.START, "retried", 0, 2_000)
                .add(2_002, "w1", Event.END, "retried", 0, 2_000)
                .add(2_003, "w1", Event.HANDED_OFF, "retried", 0, 2_000)
                .granted(2_500, "w2", "retried", 1, 2_500)
                .add(2_501, "w2", Event.START, "retried", 1, 2_500)
                .add(2_502, "w2", Event.EFFECT, "retried", 1, 2_500, false, 0, "charge")
                .add(2_503, "w2", Event.END, "retried", 1, 2_500)
                .add(2_504, "w2", Event.COMPLETE_OK, "retried", 1, 2_500);
        // Frozen for longer than its lease, taken over, and refused when it wakes.
        draft.granted(2_000, "w1", "taken", 0, 2_000)
                .add(2_001, "w1", Event.START, "taken", 0, 2_000)
                .add(3_000, "w1", Event.RENEWED, "taken", 0, 2_000, false, 3_000, "")
                .granted(7_100, "w2", "taken", 0, 7_100)
                .add(7_101, "w2", Event.START, "taken", 0, 7_100, true, 0, "")
                .add(7_200, "w2", Event.END, "taken", 0, 7_100)
                .add(7_201, "w2", Event.COMPLETE_OK, "taken", 0, 7_100)
                .add(9_000, "w1", Event.END, "taken", 0, 2_000)
                .add(9_001, "w1", Event.STALE, "taken", 0, 2_000);
        draft.add(1_500, "w1", Event.BLOCK, "plain", 0, 0, false, 1_500, "early")
                .add(2_011, "w1", Event.VERDICT, "plain", 0, 0, true, 500, "early")
                .add(2_005, "w2", Event.BLOCK, "plain", 0, 0, false, 2_005, "late")
                .add(2_012, "w2", Event.VERDICT, "plain", 0, 0, false, 0, "late");
        return draft.add(2_000, "w1", Event.PARKED, "parked", 0, 1)
                .add(10_000, "nemesis", Event.IN_PARKED, "", 0, 0, false, 0, "parked")
                .add(10_000, "nemesis", Event.LEFT, "", 0, 0, false, 0, "queue");
    }

    @Test
    void aGoodLedgerHasNoViolations_andItsOverlapIsCounted() {
        NemesisJudge judge = good().judge();

        assertThat(judge.violations()).isEmpty();
        assertThat(judge.unfinished()).isEmpty();
        assertThat(judge.overlaps()).isEqualTo(1);
    }

    @Test
    void nothingFollowsWorkWhoseWorkersDiedTooOften() {
        Draft draft = good();
        draft.drop(Event.COMPLETE_OK, "parent");
        draft.drop(Event.START, "child");
        draft.lines.removeIf(line -> line.key().equals("child"));
        draft.granted(2_900, "w2", "parent", 0, 2_900).add(2_901, "w2", Event.COMPLETE_OK, "parent", 0, 2_900);

        assertThat(draft.judge().violations()).isEmpty();
        assertThat(draft.judge().unfinished()).isEmpty();

        draft.add(2_950, "w2", Event.START, "parent", 0, 2_900, true, 0, "");
        assertThat(draft.judge().unfinished()).containsExactly("child");
    }

    static Stream<Arguments> doctored() {
        return Stream.of(
                doctored("I1 plain", draft -> draft.drop(Event.GRANTED, "plain")),
                doctored("I1 plain", draft -> draft.add(2_005, "w1", Event.START, "plain", 0, 2_000, true, 0, "")),
                doctored("I1 plain", draft -> draft.add(1_999, "w2", Event.START, "plain", 0, 2_000, true, 0, "")),
                doctored("I2 plain", draft -> draft.add(2_900, "w2", Event.COMPLETE_OK, "plain", 0, 2_800)),
                doctored("I2 plain", draft -> draft.add(2_900, "w2", Event.DUPLICATE, "plain", 0, 2_800)),
                doctored("I2 retried", draft -> draft.add(2_004, "w2", Event.HANDED_OFF, "retried", 0, 2_002)),
                doctored(
                        "I3 plain",
                        draft -> draft.granted(5_000, "w2", "plain", 0, 5_000)
                                .add(5_001, "w2", Event.START, "plain", 0, 5_000, true, 0, "")),
                doctored("I4 plain", draft -> draft.drop(Event.COMPLETE_OK, "plain")),
                doctored("I4 child", draft -> draft.drop(Event.COMPLETE_OK, "child")),
                doctored("I4 parked", draft -> draft.lines.removeIf(line -> line.event() == Event.IN_PARKED)),
                doctored("I4 plain", draft -> draft.add(10_000, "nemesis", Event.IN_DEAD, "", 0, 0, false, 0, "plain")),
                doctored(
                        "I5 taken",
                        draft -> draft.add(4_000, "w1", Event.RENEWED, "taken", 0, 2_000, false, 4_000, "")),
                doctored(
                        "I6 taken",
                        draft -> draft.lines.replaceAll(line -> line.event() == Event.START && line.ran()
                                ? new Line(line.wall(), "w2", Event.START, "taken", 0, 7_100, false, 0, "")
                                : line)),
                doctored("I7 retried", draft -> draft.granted(2_600, "w2", "retried", 1, 2_100)),
                doctored(
                        "I8 plain",
                        draft ->
                                draft.lines.replaceAll(line -> line.id().equals("late") && line.event() == Event.VERDICT
                                        ? new Line(2_012, "w2", Event.VERDICT, "plain", 0, 0, true, 0, "late")
                                        : line)),
                doctored("I8 plain", draft -> draft.add(2_900, "w3", Event.VERDICT, "plain", 0, 0, false, 0, "early")),
                doctored(
                        "I8 plain",
                        draft -> draft.add(2_900, "w3", Event.VERDICT, "plain", 0, 0, false, 0, "unheard of")),
                doctored("I9 child", draft -> draft.drop(Event.START, "child")),
                doctored("I12 plain", draft -> {
                    for (int i = 0; i < 7; i++) {
                        draft.add(5_000 + i, "w1", Event.BLOCK, "plain", 0, 0, false, 5_000, "hot" + i);
                    }
                }),
                doctored("I13 queue", draft -> draft.add(10_000, "nemesis", Event.LEFT, "", 0, 0, false, 1, "queue")),
                doctored(
                        "STEP retried",
                        draft -> draft.add(2_600, "w1", Event.EFFECT, "retried", 1, 2_500, false, 0, "charge")),
                doctored("POISON poison-1", draft -> {
                    for (long token = 11; token <= 15; token++) {
                        draft.granted(token, "w1", "poison-1", 0, token)
                                .add(token, "w1", Event.START, "poison-1", 0, token, true, 0, "");
                    }
                }));
    }

    private static Arguments doctored(String violation, Consumer<Draft> change) {
        return Arguments.of(violation, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("doctored")
    void aDoctoredLedgerIsCaught(String violation, Consumer<Draft> change) {
        Draft draft = good();
        change.accept(draft);

        assertThat(draft.judge().violations()).anyMatch(found -> found.startsWith(violation + ":"));
    }
}
