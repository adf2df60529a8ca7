package dev.sedano.conformance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.Ledger;
import dev.sedano.conformance.harness.Metrics;
import dev.sedano.conformance.harness.PythonCelery;
import dev.sedano.conformance.harness.PythonWorker;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import dev.sedano.services.Violation;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/**
 * Workers die by SIGKILL amid their follow-ups: messages of headers, sizes and parts of chords, bodies. Every body must
 * run once all the same, and no chord may stall, though each has a part that a Python worker runs and counts. That one
 * stays alive: Celery's own worker loses a body when it is killed between its claim of the chord and the publishing.
 */
@Tag("chaos")
final class CanvasChaosIT {
    private static final int CANVASES_AT_A_TIME = 20;
    /** A canvas has some ten follow-ups, so that this kills amid the first ones sent. */
    private static final int MOST_FOLLOW_UPS = 40;

    private static final int MOST_WAITING = 40;

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private final String queue = HARNESS.queue();
    private final String pythonQueue = HARNESS.queue();
    private final String tag = UUID.randomUUID().toString();
    private final Map<String, String> ids = new ConcurrentHashMap<>();

    @Test
    void bodiesRunOnce_whereverTheirWorkersDie() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int kills = Effort.rounds(30, 1_000);
        HARNESS.own(PythonWorker.start(PythonWorker.Setup.solo(HARNESS, pythonQueue)));
        start(); // survives, and takes over
        for (int kill = 0; kill < kills; kill++) {
            WorkerProcess victim = start();
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> sendWhileAlive(victim));
            killAmidWork(victim, 1 + random.nextInt(MOST_FOLLOW_UPS));
            sent.join();
        }

        JsonNode wrong = python("results", Map.of("ids", ids, "seconds", LIMIT.toSeconds()));

        Violation.ifFails(() -> judge(wrong, seed));
    }

    private void judge(JsonNode wrong, long seed) {
        assertThat(wrong.toString()).as("seed %s", seed).isEqualTo("{}");
        Map<String, List<Ledger.Entry>> entries =
                HARNESS.ledger().entries().stream().collect(Collectors.groupingBy(Ledger.Entry::key));
        for (String key : ids.keySet()) {
            List<Ledger.Entry> ofBody = entries.getOrDefault(key, List.of());
            assertThat(ofBody)
                    .as("runs of the body %s that were not announced as repeated, seed %s", key, seed)
                    .filteredOn(entry -> entry.kind() == Ledger.Kind.START && !entry.mayHaveRunBefore())
                    .hasSizeLessThanOrEqualTo(1); // none if its first owner died between claim and start
            assertThat(ofBody)
                    .as("ends of the body %s, seed %s", key, seed)
                    .extracting(Ledger.Entry::kind)
                    .contains(Ledger.Kind.END);
        }
    }

    private void killAmidWork(WorkerProcess victim, int followUps) {
        Awaitility.await("work of " + victim.folder() + " after " + followUps + " follow-ups")
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .atMost(LIMIT)
                .until(() -> {
                    Metrics now = victim.metrics();
                    return now.sum("sedano_follow_ups_total") >= followUps && now.inFlight() > 0;
                });
        victim.kill9();
    }

    private WorkerProcess start() {
        return HARNESS.start(HARNESS.worker(queue).options("--lease", "3s"));
    }

    /**
     * There is always work for the worker: what is all there is soon all done. No more is sent than the one Python worker
     * keeps up with, or the last canvases would end long after the last kill.
     */
    private void sendWhileAlive(WorkerProcess worker) {
        do {
            Awaitility.await("the Python worker keeps up")
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(50))
                    .atMost(LIMIT)
                    .until(() -> !worker.isAlive() || HARNESS.publisher().ready(pythonQueue) <= MOST_WAITING);
            JsonNode sent = python("chord_load", Map.of("first", ids.size(), "count", CANVASES_AT_A_TIME, "tag", tag));
            sent.properties()
                    .forEach(each -> ids.put(each.getKey(), each.getValue().stringValue()));
        } while (worker.isAlive());
    }

    private JsonNode python(String script, Map<String, ?> more) {
        Map<String, Object> given = new HashMap<>(more);
        given.put("broker", HARNESS.broker().url());
        given.put("backend", TestStore.shared().url(0));
        given.put("queue", queue);
        given.put("python_queue", pythonQueue);
        return PythonCelery.get().run(script, given);
    }
}
