package dev.sedano.worker.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Turns under a rate limit that all workers share. The times are long, because a real server's clock goes on meanwhile. */
abstract class SharedTurnsContract extends StoreContractFixture {
    private static final Duration ABOUT = Duration.ofSeconds(20);

    private Turns turns(String task, Duration interval, int most, Duration ahead) {
        return get(store().takeTurns(new TurnRequest(task, interval, most, ahead, ahead)));
    }

    private static void assertIn(Turns turns, int count, Duration in) {
        assertThat(turns.count()).isEqualTo(count);
        assertThat(turns.in()).isBetween(in.minus(ABOUT), in);
    }

    @Test
    void turns_areTakenOnce_anIntervalApart_andNotTooFarAhead() {
        Duration interval = Duration.ofSeconds(100);
        Duration ahead = Duration.ofSeconds(350);

        assertThat(turns("turns." + id, interval, 2, ahead)).isEqualTo(new Turns(2, Duration.ZERO));
        assertIn(turns("turns." + id, interval, 5, ahead), 2, Duration.ofSeconds(200));
        assertIn(turns("turns." + id, interval, 1, ahead), 0, Duration.ofSeconds(50));
        assertIn(turns("turns." + id, interval, 1, Duration.ofSeconds(400)), 1, Duration.ofSeconds(400));
        assertThat(turns("other." + id, interval, 1, ahead)).isEqualTo(new Turns(1, Duration.ZERO));
    }

    @Test
    void whoCannotWait_leavesTheTurnsOfOthersAsTheyAre() {
        Duration interval = Duration.ofSeconds(100);
        Duration ahead = Duration.ofSeconds(350);
        assertThat(turns("turns." + id, interval, 3, ahead)).isEqualTo(new Turns(3, Duration.ZERO));

        assertIn(
                get(store().takeTurns(new TurnRequest("turns." + id, interval, 1, ahead, Duration.ZERO))),
                0,
                Duration.ofMinutes(5));
        assertIn(turns("turns." + id, interval, 1, ahead), 1, Duration.ofMinutes(5));
    }

    @Test
    void aHigherRate_doesNotWaitForTheTurnsOfTheOldOne() {
        assertThat(turns("turns." + id, Duration.ofDays(300), 1, Duration.ofSeconds(1)))
                .isEqualTo(new Turns(1, Duration.ZERO));
        assertIn(turns("turns." + id, Duration.ofDays(300), 1, Duration.ofSeconds(1)), 0, Duration.ofDays(300));
        assertIn(turns("turns." + id, Duration.ofMinutes(1), 1, Duration.ofSeconds(30)), 0, Duration.ofMinutes(1));
        // That is remembered: the turn comes nearer.
        assertIn(turns("turns." + id, Duration.ofMinutes(1), 1, Duration.ofSeconds(90)), 1, Duration.ofSeconds(90));
    }

    @Test
    void namesOfTasks_mayHaveBraces_andAnyRateIsTaken() {
        assertThat(turns("}{" + id + "\u0000é", Duration.ZERO, 1_000_000, Duration.ofSeconds(1))
                        .count())
                .isEqualTo(1_000_000);
        assertThat(turns("odd " + id, Duration.ofDays(100_000), 1, Duration.ZERO)
                        .count())
                .isEqualTo(1);
    }
}
