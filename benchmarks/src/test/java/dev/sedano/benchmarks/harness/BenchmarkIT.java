package dev.sedano.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sedano.services.PrivateRabbit;
import dev.sedano.services.PrivateRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short form of the main workload. The floors lie far below the goals, so that a busy machine and a cold JVM pass and only
 * a broken hot path (a round trip per script, a batch of one, a wait where there was none) fails.
 */
class BenchmarkIT {
    private static final int TASKS = 8_000;

    @TempDir
    Path folder;

    @Test
    void noOpWithResult_keepsUpWithTheRuler_andLosesNothing() throws Exception {
        boolean required = System.getenv("SEDANO_TEST_REQUIRE_SERVICES") != null;
        assumeTrue(
                required
                        || (PrivateRabbit.installed().isPresent()
                                && PrivateRedis.installed().isPresent()),
                "no rabbitmq-server or redis-server on this machine");
        Options options = new Options(Workload.W2, 1, TASKS, false, Duration.ZERO, List.of(), folder);

        Rounds rounds;
        try (Bench bench = new Bench(folder)) {
            rounds = Main.drains(options, bench, System.out);
        }

        assertThat(rounds.faultless())
                .as("every task ran once and left its result")
                .isTrue();
        assertThat(rounds.ratio("sedano", Drain::steady).median())
                .as("tasks per second, ÷ L3")
                .isGreaterThan(0.2);
        assertThat(rounds.ratio("sedano", drain -> drain.cpu().total()).median())
                .as("processor time of broker, Redis and worker per task, ÷ L3")
                .isLessThan(6);
    }
}
