package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.Ledger;
import dev.sedano.conformance.harness.LiveHeap;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import dev.sedano.conformance.harness.WorkerSetup;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/**
 * Tasks that are due much later, sent by a real Celery. With {@code SEDANO_TEST_FULL=1} as users run them, 70 s ahead and
 * to be run within 2 s; else in a short form: held for 2 s at most, 14 s ahead, and with more patience, for the machine
 * may be busy with other tests.
 */
final class FarEtaIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final boolean FULL = "1".equals(System.getenv("SEDANO_TEST_FULL"));
    private static final int TASKS = 1_000;
    private static final int AHEAD = FULL ? 70 : 14;
    private static final Duration LATEST = Duration.ofSeconds(FULL ? 2 : 8);
    private static final Duration PATIENCE = Duration.ofSeconds(AHEAD + 60);

    private static WorkerSetup worker(String queue) {
        return HARNESS.worker(queue).options("--longest-hold", FULL ? "60s" : "2s");
    }

    @Test
    void aThousand_twoWorkers_oneKilledMeanwhile_allRunOnce_andOnTime() {
        String queue = HARNESS.queue();
        List<WorkerProcess> workers = HARNESS.startAll(worker(queue), worker(queue));
        JsonNode due = new CelerySession(
                        HARNESS.broker().url(), TestStore.shared().url(0), queue)
                .run("far_etas", Map.of("count", TASKS, "countdown", AHEAD, "tag", queue));

        await("all in the broker's delay queues")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> moved(workers.get(0)) + moved(workers.get(1)) >= TASKS);
        if (FULL) { // the short form has no time between the first return and the first task that is due
            await("some held again")
                    .atMost(PATIENCE)
                    .until(() -> workers.get(0).metrics().sum("sedano_held") > 0);
        }
        assertThat(startsOf(queue)).isEmpty();
        workers.get(0).kill9();

        await("all run")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> startsOf(queue).size() == TASKS);
        Map<String, Ledger.Entry> starts = startsOf(queue);
        starts.forEach((key, start) -> {
            Instant eta = OffsetDateTime.parse(due.get(key).stringValue()).toInstant();
            assertThat(start.at()).as("start of " + key).isBetween(eta, eta.plus(LATEST));
            assertThat(start.mayHaveRunBefore()).as("announced as a rerun").isFalse();
        });
        assertThat(workers.get(1).metrics().sum("sedano_blocked_total")).isZero();
    }

    private static double moved(WorkerProcess worker) {
        return worker.metrics().sum("sedano_delayed_total", "queues=\"sedano\"");
    }

    /** The starts of the test's tasks by key; fails if one ran twice. */
    private static Map<String, Ledger.Entry> startsOf(String tag) {
        Map<String, Ledger.Entry> starts = new HashMap<>();
        for (Ledger.Entry entry : HARNESS.ledger().entries()) {
            if (entry.kind() == Ledger.Kind.START && entry.key().startsWith(tag)) {
                assertThat(starts.put(entry.key(), entry))
                        .as("an earlier start of " + entry.key())
                        .isNull();
            }
        }
        return starts;
    }

    @Test
    void aHundredThousandDueInAnHour_takeNoHeap() throws Exception {
        int tasks = FULL ? 100_000 : 2_000;
        String queue = HARNESS.queue();
        String eta = Instant.now().plus(Duration.ofHours(1)).toString();
        WorkerProcess worker = HARNESS.start(HARNESS.worker(queue));
        HARNESS.publisher()
                .publish(queue, CeleryMessage.of("ledger.work", "heap", 0).header("eta", eta)); // loads the classes
        await().atMost(PATIENCE).until(() -> moved(worker) == 1);
        long before = LiveHeap.bytes(worker.pid());

        List<CeleryMessage> batch = Collections.nCopies(
                1_000, CeleryMessage.of("ledger.work", "heap", 0).header("eta", eta));
        for (int sent = 0; sent < tasks; sent += batch.size()) {
            HARNESS.publisher().publish(queue, batch);
        }
        await("all in the broker's delay queues")
                .atMost(Duration.ofSeconds(FULL ? 600 : 60))
                .until(() -> moved(worker) == 1 + tasks && worker.metrics().inFlight() == 0);

        long grown = LiveHeap.bytes(worker.pid()) - before;
        System.out.printf("%,d tasks due in an hour: the live heap grew by %,d bytes%n", tasks, grown);
        assertThat(grown).isLessThan(20_000_000);
        assertThat(HARNESS.ledger().starts("heap")).isEmpty();
        try (Connection connection = HARNESS.broker().connect();
                Channel channel = connection.createChannel()) {
            assertThat(channel.queueDelete(queue + ".wait.2048s").getMessageCount())
                    .isEqualTo(1 + tasks);
        }
    }

    @Test
    void celerysDelayQueues_areConsumedAndUsed_andARetryFindsItsWay() throws Exception {
        String queue = HARNESS.queue();
        CelerySession celery =
                new CelerySession(HARNESS.broker().url(), TestStore.shared().url(0), queue);
        try {
            celery.run("native_delay", Map.of("declare", true));
            WorkerProcess worker = HARNESS.start(HARNESS.worker(queue).options("--longest-hold", "1s"));

            Instant sent = Instant.now();
            JsonNode answer = celery.run(
                    "native_delay",
                    Map.of("declare", false, "task", "ledger.retries", "args", List.of("native", 1), "countdown", 2));
            assertThat(answer.get("value").stringValue()).isEqualTo("native 1 null");
            assertThat(HARNESS.ledger().starts("native").get(0).at()).isAfter(sent.plusSeconds(2));
            assertThat(worker.metrics().sum("sedano_delayed_total")).isZero();

            Instant eta = Instant.now().plusSeconds(4);
            HARNESS.publisher()
                    .publish(queue, CeleryMessage.of("ledger.work", "late", 0).header("eta", eta.toString()));
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(
                            () -> assertThat(HARNESS.ledger().ends("late")).hasSize(1));
            assertThat(HARNESS.ledger().starts("late").get(0).at()).isBetween(eta, eta.plus(LATEST));
            assertThat(worker.metrics().sum("sedano_delayed_total", "queues=\"celery\""))
                    .isPositive();
            assertThat(worker.metrics().sum("sedano_delayed_total", "queues=\"sedano\""))
                    .isZero();
        } finally {
            deleteDelayQueues();
        }
    }

    /** Other tests shall not find them. */
    private static void deleteDelayQueues() throws Exception {
        try (Connection connection = HARNESS.broker().connect();
                Channel channel = connection.createChannel()) {
            for (int level = 27; level >= 0; level--) {
                channel.queueDelete("celery_delayed_" + level);
                channel.exchangeDelete("celery_delayed_" + level);
            }
            channel.exchangeDelete("celery_delayed_delivery");
        }
    }
}
