package dev.sedano.worker.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Histories of the real worker core under every kind of trouble. {@code SEDANO_SIM_SEEDS} (2,000) says how many, {@code
 * SEDANO_SIM_START} (1) with which seed to begin; a failure names the seed and prints its ledger.
 */
@ExtendWith(QuietLog.class)
class SimulationTest {
    private static final Map<String, String> ENVIRONMENT = System.getenv();

    @Test
    void everyHistory_keepsEveryPromise() {
        long first = number("SEDANO_SIM_START", 1);
        long seeds = number("SEDANO_SIM_SEEDS", 2_000);
        for (long seed = first; seed < first + seeds; seed++) {
            Simulation.History history = Simulation.run(seed);
            assertThat(history.violations()).as(history::report).isEmpty();
        }
    }

    @Test
    void aSeed_isAHistory() {
        for (long seed = 1; seed <= 30; seed++) {
            Simulation.History once = Simulation.run(seed);
            Simulation.History again = Simulation.run(seed);
            assertThat(again.ledger().fingerprint())
                    .as("seed %d", seed)
                    .isEqualTo(once.ledger().fingerprint());
            assertThat(again.ledger().lines()).isEqualTo(once.ledger().lines());
        }
    }

    @Test
    void histories_areNotAllTheSame_andFullOfTrouble() {
        Set<Line.Event> unseen = EnumSet.complementOf(EnumSet.of(Line.Event.LEFT));
        for (long seed = 1; seed <= 2_000 && !unseen.isEmpty(); seed++) {
            Simulation.run(seed).ledger().lines().forEach(line -> unseen.remove(line.event()));
        }
        assertThat(unseen).isEmpty();
    }

    private static long number(String name, long otherwise) {
        String text = ENVIRONMENT.get(name);
        return text == null ? otherwise : Long.parseLong(text);
    }
}
