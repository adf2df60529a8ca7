package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.Ledger;
import dev.sedano.conformance.harness.WorkerSetup;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two workers share one rate limit through the store. */
final class FleetRateIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final int CALLS = 14;
    private static final int PER_SECOND = 4;

    private final String queue = HARNESS.queue();

    private WorkerSetup worker() {
        return HARNESS.worker(queue)
                .environment(
                        "SEDANO_TASK_ANNOTATIONS",
                        "{ledger.*: {rate_limit: " + PER_SECOND + "/s, rate_limit_scope: fleet}}");
    }

    @Test
    void twoWorkersTogether_runNoMoreThanTheLimit() {
        HARNESS.startAll(worker(), worker());
        Instant begin = Instant.now();
        HARNESS.publisher()
                .publish(
                        queue,
                        IntStream.range(0, CALLS)
                                .mapToObj(i -> CeleryMessage.of("ledger.work", queue + i, 0))
                                .toList());

        await().atMost(Duration.ofSeconds(60)).until(() -> starts().size() == CALLS);

        Instant last =
                starts().stream().map(Ledger.Entry::at).max(Instant::compareTo).orElseThrow();
        assertThat(Duration.between(begin, last))
                .as("the time that the turns of all take; the first comes after the first message")
                .isGreaterThan(Duration.ofMillis((CALLS - 1) * 1_000 / PER_SECOND - 50));
        assertThat(starts().stream().map(Ledger.Entry::pid).distinct())
                .as("both workers")
                .hasSize(2);
    }

    private List<Ledger.Entry> starts() {
        return HARNESS.ledger().entries().stream()
                .filter(entry -> entry.kind() == Ledger.Kind.START)
                .toList();
    }
}
