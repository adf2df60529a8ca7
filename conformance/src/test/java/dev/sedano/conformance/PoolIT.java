package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.Ledger;
import dev.sedano.conformance.harness.TestStore;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** How many handlers run at once: a pool that follows its work, and caps for a queue and a task. */
final class PoolIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final int MOST = 12;
    private static final int LEAST = 2;
    /** The pool shrinks after 30 s in which fewer handlers were enough. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** The most runs at one moment of what the ledger says of these keys. */
    private static int atOnce(Predicate<String> keys) {
        Set<String> running = new HashSet<>();
        int most = 0;
        for (Ledger.Entry entry : HARNESS.ledger().entries()) {
            if (!keys.test(entry.key())) {
                continue;
            } else if (entry.kind() == Ledger.Kind.START) {
                running.add(entry.key());
            } else {
                running.remove(entry.key());
            }
            most = Math.max(most, running.size());
        }
        return most;
    }

    private static void publish(String queue, String task, String key, int number, long millis) {
        HARNESS.publisher()
                .publish(
                        queue,
                        IntStream.range(0, number)
                                .mapToObj(i -> CeleryMessage.of(task, key + i, millis))
                                .toList());
    }

    private static void awaitEnds(String key, int number) {
        await().atMost(LIMIT)
                .until(() -> HARNESS.ledger().entries().stream()
                                .filter(entry -> entry.kind() == Ledger.Kind.END
                                        && entry.key().startsWith(key))
                                .count()
                        == number);
    }

    @Test
    void autoscale_growsWithTheWork_andShrinksWhenItIsDone() {
        String queue = HARNESS.queue();
        String node = "pool@" + queue;
        RemoteControl control = new RemoteControl(
                new CelerySession(HARNESS.broker().url(), TestStore.shared().url(0), queue), node);
        HARNESS.start(HARNESS.worker(queue).node(node).options("--autoscale", MOST + "," + LEAST));
        assertThat(size(control)).isEqualTo(LEAST);

        publish(queue, "ledger.work", "scaled-", 100, 300);
        awaitEnds("scaled-", 100);

        assertThat(atOnce(key -> key.startsWith("scaled-"))).isEqualTo(MOST);
        JsonNode stats = control.ask("stats", Map.of());
        assertThat(stats.at("/pool/max-concurrency").intValue()).isEqualTo(MOST);
        assertThat(stats.at("/autoscaler/max").intValue()).isEqualTo(MOST);
        assertThat(stats.at("/autoscaler/min").intValue()).isEqualTo(LEAST);

        await().atMost(LIMIT).pollInterval(Duration.ofSeconds(1)).until(() -> size(control) == LEAST);
        publish(queue, "ledger.work", "again-", 20, 300);
        awaitEnds("again-", 20);
        assertThat(atOnce(key -> key.startsWith("again-")))
                .as("it grows once more")
                .isGreaterThan(LEAST);
    }

    private static int size(RemoteControl control) {
        return control.ask("stats", Map.of()).at("/pool/max-concurrency").intValue();
    }

    @Test
    void caps_holdForTheirQueueAndTheirTask_andForNothingElse() {
        String capped = HARNESS.queue();
        String free = HARNESS.queue();
        HARNESS.start(HARNESS.worker(capped, free)
                .concurrency(8)
                .options("--queue-concurrency", capped + "=2", "--prefetch-multiplier", "4")
                .environment("SEDANO_TASK_ANNOTATIONS", "{ledger.keyed: {concurrency: 1}}"));

        publish(capped, "ledger.work", "capped-", 8, 250);
        publish(free, "ledger.keyed", "single-", 6, 250);
        publish(free, "ledger.work", "free-", 16, 250);
        for (Map.Entry<String, Integer> each :
                Map.of("capped-", 8, "single-", 6, "free-", 16).entrySet()) {
            awaitEnds(each.getKey(), each.getValue());
        }

        assertThat(atOnce(key -> key.startsWith("capped-")))
                .as("of the capped queue")
                .isEqualTo(2);
        assertThat(atOnce(key -> key.startsWith("single-")))
                .as("of the capped task")
                .isEqualTo(1);
        assertThat(atOnce(key -> key.startsWith("free-")))
                .as("of what has no cap")
                .isBetween(4, 8);
        assertThat(atOnce(key -> List.of("capped-", "single-", "free-").stream().anyMatch(key::startsWith)))
                .as("of the whole pool")
                .isBetween(5, 8);
    }
}
