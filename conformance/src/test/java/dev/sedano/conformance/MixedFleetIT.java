package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.Ledger;
import dev.sedano.conformance.harness.PythonWorker;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Workers in Python and in Java consume one queue, know different tasks, and are replaced one after the other. */
final class MixedFleetIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final int CANVASES = "1".equals(System.getenv("SEDANO_TEST_FULL")) ? 536 : 40;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final String queue = HARNESS.queue();
    private final CelerySession celery =
            new CelerySession(HARNESS.broker().url(), TestStore.shared().url(0), queue);

    private PythonWorker python() {
        return HARNESS.own(PythonWorker.start(PythonWorker.Setup.solo(HARNESS, queue)));
    }

    private WorkerProcess java() {
        return HARNESS.start(HARNESS.worker(queue).options("--on-unknown-task", "hand-on:100:1s"));
    }

    @Test
    void everyTaskFindsAWorkerThatKnowsIt_andRunsOnce_throughRollingRestarts() {
        PythonWorker firstPython = python();
        WorkerProcess firstJava = java();
        JsonNode sent = celery.run(
                "mixed_load", Map.of("count", CANVASES, "tag", UUID.randomUUID().toString()));
        Map<String, String> ids = new HashMap<>();
        sent.get("ids")
                .properties()
                .forEach(each -> ids.put(each.getKey(), each.getValue().stringValue()));
        assertThat(sent.get("messages").intValue()).isGreaterThanOrEqualTo(CANVASES * 15 / 4);

        awaitRuns(CANVASES / 8);
        PythonWorker secondPython = python();
        firstPython.term();
        firstPython.awaitExit(LIMIT);
        awaitRuns(CANVASES / 4);
        WorkerProcess secondJava = java();
        firstJava.term();
        assertThat(firstJava.awaitExit(LIMIT)).isZero();

        JsonNode wrong = celery.run("results", Map.of("ids", ids, "seconds", LIMIT.toSeconds()));
        assertThat(wrong.toString()).isEqualTo("{}");
        Map<String, Long> runs = HARNESS.ledger().entries().stream()
                .filter(entry -> entry.kind() == Ledger.Kind.START)
                .map(Ledger.Entry::key)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        assertThat(runs).hasSize(CANVASES);
        assertThat(runs.entrySet()).extracting(Entry::getValue).containsOnly(1L);
        assertThat(
                        HARNESS.publisher().exists(queue + ".dead")
                                ? HARNESS.publisher().ready(queue + ".dead")
                                : 0)
                .as("dead letters")
                .isZero();
        assertThat(secondJava.metrics().sum("sedano_settlements_total", "reason=\"unknown_task\"", "outcome=\"wait\""))
                .as("messages handed on to Python")
                .isPositive();
        assertThat(firstPython.log() + secondPython.log()).doesNotContain("unregistered", "Traceback");
    }

    private void awaitRuns(int least) {
        await().atMost(LIMIT).until(() -> HARNESS.ledger().entries().size() / 2 >= least);
    }
}
