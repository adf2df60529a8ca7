package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Copies of work, at three workers. */
final class DuplicatesIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final String QUEUE = HARNESS.queue();
    private static final int COPIES = 50;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static List<WorkerProcess> workers;
    private static StoredResult results;

    @BeforeAll
    static void startWorkers() {
        results = new StoredResult(TestStore.shared().connect(0));
        workers = HARNESS.startAll(HARNESS.worker(QUEUE), HARNESS.worker(QUEUE), HARNESS.worker(QUEUE));
    }

    @AfterAll
    static void closeResults() {
        results.close();
    }

    private static double sum(String metric, String... labels) {
        return workers.stream()
                .mapToDouble(worker -> worker.metrics().sum(metric, labels))
                .sum();
    }

    private static double acked(String reason) {
        return sum("sedano_settlements_total", "outcome=\"ack\"", "reason=\"" + reason + "\"");
    }

    private static CeleryMessage keyed(String key, String work) {
        return CeleryMessage.of("ledger.work", work, 0).header("idempotency_key", key);
    }

    private static void publish(CeleryMessage... messages) {
        HARNESS.publisher().publish(QUEUE, List.of(messages));
    }

    @Test
    void fiftyCopiesAtOnce_runOnce() {
        double runs = sum("sedano_handler_runs_total");
        double duplicates = sum("sedano_duplicates_total");
        double acked = acked("duplicate");
        double succeeded = acked("succeeded");
        List<Double> before =
                workers.stream().map(w -> w.metrics().deliveries()).toList();
        CeleryMessage message = CeleryMessage.of("ledger.work", "fifty", 300);

        HARNESS.publisher().publish(QUEUE, Collections.nCopies(COPIES, message));

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(acked("duplicate") - acked).isEqualTo(COPIES - 1));
        assertThat(acked("succeeded") - succeeded).isEqualTo(1);
        assertThat(sum("sedano_duplicates_total") - duplicates).isEqualTo(COPIES - 1);
        assertThat(sum("sedano_handler_runs_total") - runs).isEqualTo(1);
        assertThat(HARNESS.ledger().starts("fifty")).hasSize(1);
        for (int i = 0; i < workers.size(); i++) {
            assertThat(workers.get(i).metrics().deliveries())
                    .as("copies came to worker %s", i)
                    .isGreaterThan(before.get(i));
        }
    }

    @Test
    void sameWorkUnderAnotherId_getsAResultOfItsOwn() {
        CeleryMessage first = keyed(UUID.randomUUID().toString(), "other-id");
        CeleryMessage second = first.withId(UUID.randomUUID().toString());
        publish(first);
        results.await(first.id());

        publish(second);

        assertThat(results.await(second.id()).get("result").stringValue()).isEqualTo("other-id");
        assertThat(results.await(second.id()).get("task_id").stringValue()).isEqualTo(second.id());
        assertThat(HARNESS.ledger().starts("other-id")).hasSize(1);
    }

    @Test
    void duplicateAfterTheResultExpired_getsTheStoredResult() {
        CeleryMessage first = keyed(UUID.randomUUID().toString(), "day-three");
        publish(first);
        results.await(first.id());
        results.expire(first.id());
        CeleryMessage other = first.withId(UUID.randomUUID().toString());

        publish(first, other);

        assertThat(results.await(first.id()).get("result").stringValue()).isEqualTo("day-three");
        assertThat(results.await(other.id()).get("task_id").stringValue()).isEqualTo(other.id());
        assertThat(HARNESS.ledger().starts("day-three")).hasSize(1);
    }

    @Test
    void otherWorkUnderTheSameKey_isKeptForAPerson() {
        String key = UUID.randomUUID().toString();
        CeleryMessage first = keyed(key, "conflict-a");
        CeleryMessage second = keyed(key, "conflict-b");
        publish(first);
        results.await(first.id());

        publish(second);

        assertThat(results.await(second.id()).at("/result/exc_type").stringValue())
                .isEqualTo("IdempotencyConflict");
        GetResponse dead = HARNESS.publisher().take(QUEUE + ".dead", LIMIT);
        assertThat(dead.getProps().getHeaders().get("id")).hasToString(second.id());
        assertThat(dead.getProps().getHeaders().get("x-sedano-reason")).hasToString("conflict");
        assertThat(HARNESS.ledger().starts("conflict-b")).isEmpty();
        assertThat(results.await(first.id()).get("status").stringValue()).isEqualTo("SUCCESS");
    }

    @Test
    void storedSuccessIsNeverOverwritten() {
        CeleryMessage fails = CeleryMessage.of("ledger.fail", "overwrite", "no");
        CeleryMessage unknown = CeleryMessage.of("nobody.has.this");
        for (CeleryMessage message : List.of(fails, unknown)) {
            results.put(message.id(), StoredResult.success(message.id(), "kept"));
        }

        publish(fails, unknown);

        HARNESS.publisher().take(QUEUE + ".dead", LIMIT);
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(HARNESS.ledger().ends("overwrite")).hasSize(1));
        await().atMost(LIMIT).until(() -> sum("sedano_in_flight") == 0);
        for (CeleryMessage message : List.of(fails, unknown)) {
            assertThat(results.await(message.id()).get("result")).hasToString("\"kept\"");
        }
    }
}
