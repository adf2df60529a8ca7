package dev.sedano.conformance.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.awaitility.core.ConditionFactory;

/** What holds for every worker when nothing is left to do. */
public final class Invariants {
    private static final Duration SETTLING = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(20);

    private Invariants() {}

    /**
     * The worker lives unless the test ended it; nothing is in flight, no handler runs, and each delivery was settled
     * exactly once, abandoned ones included.
     */
    public static void check(WorkerProcess worker) {
        if (worker.wasEnded()) {
            return;
        }
        assertThat(worker.isAlive()).as("worker %s is alive", worker.pid()).isTrue();
        settling("invariants of worker " + worker.pid()).untilAsserted(() -> {
            Metrics now = worker.metrics();
            assertThat(now.inFlight()).as("deliveries in flight").isZero();
            assertThat(now.running()).as("handlers running").isZero();
            assertThat(now.settlements()).as("settlements of all deliveries").isEqualTo(now.deliveries());
        });
    }

    /** The queue holds nothing that is ready. */
    public static void checkEmpty(CeleryPublisher look, String queue) {
        settling("queue " + queue + " empty")
                .untilAsserted(() -> assertThat(look.ready(queue)).isZero());
    }

    private static ConditionFactory settling(String what) {
        return await(what).atMost(SETTLING).pollDelay(Duration.ZERO).pollInterval(POLL);
    }
}
