package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;
import tools.jackson.databind.JsonNode;

/** A real Celery sends, our worker runs, Celery reads the result. */
final class PythonClientIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final String QUEUE = HARNESS.queue();
    private static final CelerySession CELERY =
            new CelerySession(HARNESS.broker().url(), TestStore.shared().url(0), QUEUE);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static WorkerProcess worker;

    @BeforeAll
    static void startWorker() {
        worker = HARNESS.start(HARNESS.worker(QUEUE));
    }

    private static String header(GetResponse message, String name) {
        return String.valueOf(message.getProps().getHeaders().get(name));
    }

    @Test
    void delayThenGet_isTheSum() {
        assertThat(CELERY.run("add", Map.of()).get("sum").intValue()).isEqualTo(5);
    }

    @Test
    void valuesComeBackAsTheyWereSent() {
        JsonNode answer = CELERY.run("round_trip", Map.of());

        assertThat(answer.get("wrong")).isEmpty();
        assertThat(answer.get("values").intValue()).isGreaterThan(30);
    }

    @Test
    void javaExceptionIsRaisedInPython() {
        JsonNode answer = CELERY.call("ledger.fail", "raises", "no stock of ünits");

        assertThat(answer.get("state").stringValue()).isEqualTo("FAILURE");
        assertThat(answer.get("error").stringValue()).isEqualTo("RuntimeError");
        assertThat(answer.get("text").stringValue()).isEqualTo("no stock of ünits");
        assertThat(HARNESS.ledger().starts("raises"))
                .as("a failure is not run again")
                .hasSize(1);
    }

    @Test
    void argumentsThatDoNotFit_areATypeError() {
        for (Object[] args : new Object[][] {{1}, {1, 2, 3}, {"one", 2}}) {
            JsonNode answer = CELERY.call("proj.add", args);

            assertThat(answer.get("error").stringValue()).isEqualTo("TypeError");
            assertThat(answer.get("text").stringValue()).doesNotContain("one");
        }
    }

    @Test
    void unknownTaskIsRaised_andTheMessageKept() {
        JsonNode answer = CELERY.call("nobody.has.this", new Object[] {7}, Map.of("headers", Map.of("tenant", "t1")));

        assertThat(answer.get("error").stringValue()).isEqualTo("NotRegistered");
        GetResponse dead = HARNESS.publisher().take(QUEUE + ".dead", LIMIT);
        assertThat(header(dead, "id")).isEqualTo(answer.get("id").stringValue());
        assertThat(header(dead, "tenant")).isEqualTo("t1");
        assertThat(header(dead, "x-sedano-reason")).isEqualTo("unknown_task");
        assertThat(header(dead, "x-sedano-queue")).isEqualTo(QUEUE);
        assertThat(new String(dead.getBody(), java.nio.charset.StandardCharsets.UTF_8))
                .startsWith("[[7], {}");
    }

    @Test
    void ignoredResultIsNotStored() {
        String id = CELERY.run(
                        "call",
                        Map.of(
                                "task",
                                "ledger.work",
                                "args",
                                List.of("ignored", 0),
                                "options",
                                Map.of("ignore_result", true),
                                "wait",
                                false))
                .get("id")
                .stringValue();

        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(HARNESS.ledger().ends("ignored")).hasSize(1));
        await().atMost(LIMIT).until(() -> worker.metrics().inFlight() == 0);
        try (Jedis redis = TestStore.shared().connect(0)) {
            assertThat(redis.exists("celery-task-meta-" + id)).isFalse();
        }
    }

    @Test
    void wideIntegerHeaderDoesNotKillTheConnection() {
        JsonNode answer = CELERY.call("proj.context", new Object[0], Map.of("headers", Map.of("ms", 1L << 40)));

        assertThat(answer.at("/value/headers/ms").longValue()).isEqualTo(1L << 40);
        assertThat(worker.metrics().settlements("outcome=\"abandoned\"")).isZero();
    }

    @Test
    void protocolOneRuns() {
        JsonNode answer = CELERY.run("call", Map.of("task", "proj.add", "args", List.of(20, 22), "protocol", 1));

        assertThat(answer.get("value").intValue()).isEqualTo(42);
    }

    @Test
    void expiredTaskIsRevoked() {
        CeleryMessage late = CeleryMessage.of("ledger.work", "late", 0)
                .header("expires", Instant.now().minusSeconds(60).toString());
        HARNESS.publisher().publish(QUEUE, late);

        JsonNode answer = CELERY.result(late.id());

        assertThat(answer.get("state").stringValue()).isEqualTo("REVOKED");
        assertThat(answer.get("error").stringValue()).isEqualTo("TaskRevokedError");
        assertThat(HARNESS.ledger().starts("late")).isEmpty();
    }

    @Test
    void etaIsKept() {
        Instant eta = Instant.now().plusSeconds(2);
        HARNESS.publisher()
                .publish(QUEUE, CeleryMessage.of("ledger.work", "eta", 0).header("eta", eta.toString()));

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(HARNESS.ledger().ends("eta")).hasSize(1));
        assertThat(HARNESS.ledger().starts("eta").get(0).at()).isBetween(eta, eta.plusSeconds(2));
    }

    @Test
    void farEtaWaitsInTheBroker() {
        CeleryMessage far = CeleryMessage.of("ledger.work", "far", 0)
                .header("eta", Instant.now().plusSeconds(100).toString());
        HARNESS.publisher().publish(QUEUE, far);

        GetResponse waiting = HARNESS.publisher().take(QUEUE + ".wait.64s", LIMIT);

        assertThat(header(waiting, "id")).isEqualTo(far.id());
        assertThat(header(waiting, "x-sedano-delayed")).isEqualTo("1");
        assertThat(waiting.getProps().getHeaders()).doesNotContainKey("x-sedano-returned");
        assertThat(HARNESS.ledger().starts("far")).isEmpty();
    }
}
