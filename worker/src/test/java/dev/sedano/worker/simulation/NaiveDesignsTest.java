package dev.sedano.worker.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation finds what is wrong with designs that are wrong. */
@ExtendWith(QuietLog.class)
class NaiveDesignsTest {
    private static final long MOST_SEEDS = 1_000;

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void eachIsCaught(NaiveDesign design) {
        for (long seed = 1; seed <= MOST_SEEDS; seed++) {
            Simulation.History history = Simulation.run(seed, design);
            if (!history.violations().isEmpty()) {
                System.out.println(design + ": caught after " + seed + " seeds: "
                        + history.violations().get(0));
                return;
            }
        }
        assertThat(design).as("not caught within %d seeds", MOST_SEEDS).isNull();
    }
}
