package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.Ledger;
import dev.sedano.conformance.harness.PythonWorker;
import dev.sedano.conformance.harness.TestStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;

/** A Celery worker with the companion whose work a Java worker takes over, or that is alone with a store that dies. */
final class PythonCompanionTakeoverIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static StoredResult results;

    @BeforeAll
    static void connect() {
        results = new StoredResult(TestStore.shared().connect(0));
    }

    @AfterAll
    static void disconnect() {
        results.close();
    }

    private static void publish(String queue, CeleryMessage message) {
        HARNESS.publisher().publish(queue, message);
    }

    private static List<Ledger.Entry> awaitEnds(String key, int count) {
        return await("end of " + key)
                .atMost(LIMIT)
                .until(() -> HARNESS.ledger().ends(key), ends -> ends.size() >= count);
    }

    @Test
    void pythonWorkerDiesBeforeItSendsTheCallback_javaSendsIt() {
        String queue = HARNESS.queue();
        String work = "linked-" + UUID.randomUUID();
        String callback = "callback-" + UUID.randomUUID();
        String callbackId = UUID.randomUUID().toString();
        CeleryMessage message = CeleryMessage.of("ledger.work", work, 0)
                .embed(
                        "callbacks",
                        List.of(Map.of(
                                "task", "ledger.work",
                                "args", List.of(callback, 0),
                                "kwargs", Map.of(),
                                "options", Map.of("task_id", callbackId, "queue", queue),
                                "immutable", true)));
        PythonWorker dies = HARNESS.own(
                PythonWorker.start(PythonWorker.Setup.solo(HARNESS, queue).dyingBeforeItSends()));
        publish(queue, message);
        dies.awaitExit(LIMIT);
        assertThat(results.await(message.id()).get("result").stringValue()).isEqualTo(work);
        assertThat(HARNESS.ledger().starts(callback)).isEmpty();

        HARNESS.start(HARNESS.worker(queue));

        awaitEnds(callback, 1);
        results.await(callbackId);
        assertThat(HARNESS.ledger().starts(work)).hasSize(1);
        assertThat(HARNESS.ledger().starts(callback)).hasSize(1);
    }

    @Test
    void storeKilled_nothingRuns_nothingIsLost_andTheBlockIsReported() {
        String queue = HARNESS.queue();
        String before = "store-up-" + UUID.randomUUID();
        String blocked = "store-down-" + UUID.randomUUID();
        TestStore store = HARNESS.own(TestStore.start());
        PythonWorker worker = HARNESS.own(
                PythonWorker.start(PythonWorker.Setup.solo(HARNESS, queue).store(store.url(0))));
        publish(queue, CeleryMessage.of("ledger.work", before, 0));
        awaitEnds(before, 1);

        store.server().kill();
        CeleryMessage message = CeleryMessage.of("ledger.work", blocked, 0);
        publish(queue, message);
        await("the delivery waits in the broker")
                .atMost(LIMIT)
                .until(() -> Stream.of(1, 2, 4, 8)
                                .mapToLong(seconds -> HARNESS.publisher().ready(queue + ".wait." + seconds + "s"))
                                .sum()
                        == 1);
        assertThat(HARNESS.ledger().starts(blocked)).isEmpty();
        store.server().restart();

        assertThat(awaitEnds(blocked, 1)).hasSize(1);
        try (Jedis redis = store.connect(0)) {
            await("the verdict, once however often it waited")
                    .atMost(LIMIT)
                    .until(() -> "1".equals(redis.hget("sed:{default}:h", "fp")));
            assertThat(redis.get("celery-task-meta-" + message.id())).contains(blocked);
        }
        assertThat(HARNESS.ledger().starts(blocked)).hasSize(1);
        assertThat(worker.log()).contains("store unavailable", "store is back");
    }

    @Test
    void taskOfJavaAlone_isPassedOnByPython() {
        String queue = HARNESS.queue();
        PythonWorker python = HARNESS.own(PythonWorker.start(PythonWorker.Setup.solo(HARNESS, queue)));
        CeleryMessage message = CeleryMessage.of("proj.add", 2, 3);
        publish(queue, message);
        await("passed on").atMost(LIMIT).until(() -> python.log().contains(message.id() + "] ignored"));

        HARNESS.start(HARNESS.worker(queue));

        await("the sum").atMost(LIMIT).until(() -> results.redis().get("celery-task-meta-" + message.id()) != null);
        assertThat(results.await(message.id()).get("result").intValue()).isEqualTo(5);
    }
}
