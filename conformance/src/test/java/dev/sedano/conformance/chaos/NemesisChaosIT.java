package dev.sedano.conformance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.chaos.ChaosLedger.Line;
import dev.sedano.services.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Everything at once, at random: three workers, a broker and a store under load, with faults drawn from a seed.
 * {@code SEDANO_CHAOS_MINUTES} says how long faults go on (1), in rounds of at most ten minutes that are judged one by one;
 * {@code SEDANO_CHAOS_SEED} repeats the load and the faults of a round.
 */
@Tag("chaos")
class NemesisChaosIT {
    private static final int LONGEST_ROUND = 10;

    @Test
    void nothingIsLostAndNothingRunsTwiceUnannounced() throws IOException {
        int minutes = setting("SEDANO_CHAOS_MINUTES", 1);
        String seed = System.getenv("SEDANO_CHAOS_SEED");
        Random seeds = new Random();
        for (int left = minutes; left > 0; left -= LONGEST_ROUND) {
            judge(seed == null ? seeds.nextInt(1_000_000_000) : Long.parseLong(seed), Math.min(left, LONGEST_ROUND));
        }
    }

    private static int setting(String variable, int otherwise) {
        String value = System.getenv(variable);
        if (value == null || value.isBlank()) {
            return otherwise;
        }
        if (!value.matches("[1-9][0-9]{0,4}")) {
            throw new IllegalArgumentException(
                    variable + " is \"" + value + "\": give whole minutes from 1 to 99999, or leave it out");
        }
        return Integer.parseInt(value);
    }

    private static void judge(long seed, int minutes) throws IOException {
        String repeat = "SEDANO_CHAOS_SEED=" + seed + " SEDANO_CHAOS_MINUTES=" + minutes
                + " ./mvnw verify -pl conformance -am -Dit.test=NemesisChaosIT -Dtest=none"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false";
        Path folder = Files.createTempDirectory("sedano-nemesis");
        System.out.println("nemesis: seed " + seed + ", " + minutes + " min, ledgers and logs in " + folder
                + "\nrepeat with: " + repeat);
        NemesisRound round = new NemesisRound(seed, Duration.ofMinutes(minutes), folder);
        List<Line> lines = round.run();
        NemesisJudge judge = NemesisJudge.of(lines, NemesisFleet.LEASE);
        System.out.println("nemesis: seed " + seed + ", " + minutes + " min\n" + NemesisFigures.of(lines, judge)
                + "\ntrouble " + round.trouble());
        Violation.ifFails(() -> assertThat(judge.violations())
                .as("violations; ledgers and logs in %s, repeat with: %s", folder, repeat)
                .isEmpty());
        assertThat(round.trouble())
                .as("faults that could not be begun or ended")
                .isEmpty();
    }
}
