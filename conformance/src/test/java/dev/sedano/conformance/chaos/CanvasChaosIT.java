package dev.sedano.conformance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.Ledger;
import dev.sedano.conformance.harness.Metrics;
import dev.sedano.conformance.harness.PythonCelery;
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
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/**
 * Workers die by SIGKILL amid their follow-ups: messages of headers, sizes and parts of chords, bodies. Every body must
 * run once all the same, and no chord may stall.
 */
@Tag("chaos")
final class CanvasChaosIT {
    private static final int CANVASES_PER_KILL = 40;
    /** A canvas has some twenty follow-ups, so that this kills in its midst. */
    private static final int MOST_FOLLOW_UPS = 40;

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private final String queue = HARNESS.queue();
    private final String tag = UUID.randomUUID().toString();
    private final Map<String, String> ids = new ConcurrentHashMap<>();

    @Test
    void bodiesRunOnce_whereverTheirWorkersDie() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int kills = Effort.rounds(30, 1_000);
        int amid = 0;
        start(); // survives, and takes over
        WorkerProcess victim = start();
        for (int kill = 0; kill < kills; kill++) {
            int first = kill * CANVASES_PER_KILL;
            // Sent while they are worked on: what is all there is soon all done.
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> send(first));
            WorkerProcess dying = victim;
            int followUps = 1 + random.nextInt(MOST_FOLLOW_UPS);
            Awaitility.await("follow-ups of worker " + dying.folder())
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .atMost(LIMIT)
                    .until(() -> {
                        Metrics now = dying.metrics();
                        if (now.sum("sedano_follow_ups_total") >= followUps && now.inFlight() > 0) {
                            dying.kill9();
                            return true;
                        }
                        return sent.isDone() && now.inFlight() == 0;
                    });
            amid += dying.isAlive() ? 0 : 1;
            dying.kill9();
            sent.join();
            victim = start();
        }

        assertThat(amid).as("kills of a worker that had work").isGreaterThan(kills / 2);
        JsonNode wrong = python("results", Map.of("ids", ids, "seconds", LIMIT.toSeconds()));

        Violation.ifFails(() -> judge(wrong, seed));
    }

    private void judge(JsonNode wrong, long seed) {
        assertThat(wrong.toString()).as("seed %s", seed).isEqualTo("{}");
        List<Ledger.Entry> entries = HARNESS.ledger().entries();
        for (String key : ids.keySet()) {
            Predicate<Ledger.Entry> first =
                    entry -> entry.kind() == Ledger.Kind.START && entry.key().equals(key) && !entry.mayHaveRunBefore();
            assertThat(entries.stream().filter(first))
                    .as("runs of the body %s that were not announced as repeated, seed %s", key, seed)
                    .hasSizeLessThanOrEqualTo(1); // none if its first owner died between claim and start
            assertThat(entries.stream()
                            .filter(entry -> entry.kind() == Ledger.Kind.END
                                    && entry.key().equals(key)))
                    .as("ends of the body %s", key)
                    .isNotEmpty();
        }
    }

    private WorkerProcess start() {
        return HARNESS.start(HARNESS.worker(queue).options("--lease", "3s"));
    }

    private void send(int first) {
        JsonNode sent = python("chord_load", Map.of("first", first, "count", CANVASES_PER_KILL, "tag", tag));
        sent.properties().forEach(each -> ids.put(each.getKey(), each.getValue().stringValue()));
    }

    private JsonNode python(String script, Map<String, ?> more) {
        Map<String, Object> given = new HashMap<>(more);
        given.put("broker", HARNESS.broker().url());
        given.put("backend", TestStore.shared().url(0));
        given.put("queue", queue);
        return PythonCelery.get().run(script, given);
    }
}
