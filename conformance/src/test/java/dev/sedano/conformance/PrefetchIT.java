package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How much a worker takes ahead of long handlers, from its start, and when its pool grows and shrinks under load. */
final class PrefetchIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int TASKS = 12;

    private final String queue = HARNESS.queue();
    private final String node = "prefetch@" + UUID.randomUUID();
    private final String url = HARNESS.broker().url();
    private final RemoteControl control =
            new RemoteControl(new CelerySession(url, TestStore.shared().url(0), queue), node);

    private String key(int number) {
        return number + "-" + queue;
    }

    private long running(int from) {
        return IntStream.range(from, TASKS)
                .filter(i -> HARNESS.ledger().starts(key(i)).size() == 1)
                .count();
    }

    private static void awaitUnsettled(WorkerProcess worker, int count) {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(worker.metrics().inFlight()).isEqualTo(count));
        await().during(Duration.ofSeconds(1))
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(worker.metrics().inFlight()).isEqualTo(count));
    }

    @Test
    void oneMessagePerHandler_whateverThePoolBecomes() {
        HARNESS.publisher().declare(queue, Map.of());
        HARNESS.publisher()
                .publish(
                        queue,
                        IntStream.range(0, TASKS)
                                .mapToObj(i -> CeleryMessage.of("ledger.gated", key(i)))
                                .toList());
        String nobody = "amqp://guest:guest@127.0.0.1:1//";
        WorkerProcess worker = HARNESS.start(
                HARNESS.worker(queue).broker(nobody + ";" + url).node(node).concurrency(2));
        await().atMost(LIMIT).until(() -> control.answers(Map.of("destination", List.of(node))));
        awaitUnsettled(worker, 2);
        assertThat(control.ask("stats", Map.of()).at("/broker/port").intValue())
                .as("the broker that it has, not the first in the list")
                .isNotEqualTo(1);

        assertThat(control.ok("pool_grow", Map.of("n", 2))).isEqualTo("pool will grow");
        awaitUnsettled(worker, 4);
        assertThat(running(0)).isEqualTo(4);

        assertThat(control.ok("pool_shrink", Map.of("n", 3))).isEqualTo("pool will shrink");
        IntStream.range(0, 4).forEach(i -> HARNESS.ledger().open(key(i)));
        await().atMost(LIMIT).until(() -> running(4) == 1);
        awaitUnsettled(worker, 1);

        IntStream.range(4, TASKS).forEach(i -> HARNESS.ledger().open(key(i)));
        await().atMost(LIMIT).until(() -> worker.metrics().settlements("reason=\"succeeded\"") == TASKS);
    }

    @Test
    void whatIsHeldOfOneQueue_isNoReasonToTakeMoreOfAnother() {
        int held = 10;
        String later = HARNESS.queue();
        String due =
                Instant.now().plusSeconds(40).truncatedTo(ChronoUnit.SECONDS).toString();
        HARNESS.publisher().declare(queue, Map.of());
        HARNESS.publisher().declare(later, Map.of());
        HARNESS.publisher()
                .publish(
                        later,
                        IntStream.range(0, held)
                                .mapToObj(i -> CeleryMessage.of("ledger.work", "later-" + key(i), 0)
                                        .header("eta", due))
                                .toList());
        HARNESS.publisher()
                .publish(
                        queue,
                        IntStream.range(0, TASKS)
                                .mapToObj(i -> CeleryMessage.of("ledger.gated", key(i)))
                                .toList());
        WorkerProcess worker =
                HARNESS.start(HARNESS.worker(queue, later).node(node).concurrency(2));

        awaitUnsettled(worker, held + 2);

        IntStream.range(0, TASKS).forEach(i -> HARNESS.ledger().open(key(i)));
        await().atMost(Duration.ofSeconds(60)).until(() -> worker.metrics().inFlight() == 0);
        assertThat(worker.metrics().settlements("reason=\"succeeded\"")).isEqualTo(held + TASKS);
    }
}
