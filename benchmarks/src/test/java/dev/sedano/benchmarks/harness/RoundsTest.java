package dev.sedano.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private final Rounds rounds = new Rounds();

    @Test
    void ratiosAreTakenWithinARound() {
        rounds.add("L3", run(1_000));
        rounds.add("sedano", run(500));
        rounds.add("L3", run(100)); // the machine was busy in this round
        rounds.add("sedano", run(90));
        rounds.add("L3", run(1_000));
        rounds.add("sedano", run(600));

        assertThat(rounds.ratio("sedano", Drain::steady)).isEqualTo(new Spread(0.6, 0.5, 0.9));
        assertThat(rounds.others()).containsExactly("sedano");
        assertThat(rounds.faultless()).isTrue();
    }

    @Test
    void oneFaultIsEnough() {
        rounds.add("L3", run(1_000));
        rounds.add("sedano", new Drain(1, 1, new Cpu(1, 1, 1), 1, List.of("2 tasks ran again")));

        assertThat(rounds.faultless()).isFalse();
    }

    private static Drain run(double rate) {
        return new Drain(1, rate, new Cpu(1, 1, 1), 1, List.of());
    }
}
