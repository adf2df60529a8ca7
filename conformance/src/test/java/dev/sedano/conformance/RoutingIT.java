package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.Ledger;
import dev.sedano.conformance.harness.PythonCelery;
import dev.sedano.conformance.harness.TestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A real Celery and our worker with the same task_queues: topic, fanout and priority. */
final class RoutingIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String TOPIC = HARNESS.queue();
    private static final String FANOUT = HARNESS.queue();
    private static final String PRIORITY = HARNESS.queue();

    @TempDir
    static Path folder;

    /** The worker is the first to declare the queues; Celery then declares them as its own settings say. */
    @BeforeAll
    static void startWorker() throws IOException {
        Path file = Files.writeString(folder.resolve("worker.yml"), """
                task_queues:
                  %1$s: {exchange: %1$s-feeds, exchange_type: topic, routing_key: 'feed.#'}
                  %2$s: {exchange: %2$s-all, exchange_type: fanout}
                  %3$s: {max_priority: 10}
                task_routes:
                  'ledger.retr*': {queue: %1$s, routing_key: feed.routed}
                """.formatted(TOPIC, FANOUT, PRIORITY));
        HARNESS.start(HARNESS.worker(TOPIC, FANOUT, PRIORITY).concurrency(1).options("--config", file.toString()));
    }

    private static JsonNode celery(boolean wait, List<Map<String, Object>> calls) {
        return PythonCelery.get()
                .run(
                        "routed",
                        Map.of(
                                "broker",
                                HARNESS.broker().url(),
                                "backend",
                                TestStore.shared().url(0),
                                "queue",
                                PRIORITY,
                                "wait",
                                wait,
                                "calls",
                                calls,
                                "queues",
                                List.of(
                                        queue(TOPIC, TOPIC + "-feeds", "topic", "feed.#", Map.of()),
                                        queue(FANOUT, FANOUT + "-all", "fanout", "celery", Map.of()),
                                        queue(PRIORITY, PRIORITY, "direct", PRIORITY, Map.of("x-max-priority", 10)))));
    }

    private static Map<String, Object> queue(
            String name, String exchange, String type, String key, Map<String, Object> arguments) {
        return Map.of("name", name, "exchange", exchange, "type", type, "routing_key", key, "arguments", arguments);
    }

    private static Map<String, Object> call(String task, List<Object> args, Map<String, Object> options) {
        return Map.of("task", task, "args", args, "options", options);
    }

    /** A queue that gets what goes through an exchange, too. */
    private static String spy(Channel channel, String exchange, String key) throws IOException {
        String queue = channel.queueDeclare().getQueue();
        channel.queueBind(queue, exchange, key);
        return queue;
    }

    @Test
    void topic_byQueueAndByKey_andARetryKeepsItsRoute() throws IOException, TimeoutException {
        try (Connection connection = HARNESS.broker().connect();
                Channel channel = connection.createChannel()) {
            String spy = spy(channel, TOPIC + "-feeds", "feed.sport");

            JsonNode outcomes = celery(
                    true,
                    List.of(
                            call("ledger.work", List.of("t1", 0), Map.of("queue", TOPIC)),
                            call(
                                    "ledger.retries",
                                    List.of("t2", 1),
                                    Map.of("exchange", TOPIC + "-feeds", "routing_key", "feed.sport"))));

            assertThat(outcomes.get(0).get("value").stringValue()).isEqualTo("t1");
            assertThat(outcomes.get(1).get("value").stringValue()).isEqualTo("t2 1 null");
            assertThat(channel.messageCount(spy)).as("first attempt and retry").isEqualTo(2);
        }
    }

    @Test
    void fanout_reachesEveryQueue() throws IOException, TimeoutException {
        try (Connection connection = HARNESS.broker().connect();
                Channel channel = connection.createChannel()) {
            String spy = spy(channel, FANOUT + "-all", "");

            JsonNode outcomes = celery(true, List.of(call("ledger.work", List.of("f1", 0), Map.of("queue", FANOUT))));

            assertThat(outcomes.get(0).get("value").stringValue()).isEqualTo("f1");
            assertThat(channel.messageCount(spy)).isEqualTo(1);
        }
    }

    @Test
    void followUpsWithoutARoute_goByTheWorkersRoutes() throws IOException, TimeoutException {
        try (Connection connection = HARNESS.broker().connect();
                Channel channel = connection.createChannel()) {
            String spy = spy(channel, TOPIC + "-feeds", "feed.routed");

            var unused = celery(
                    true,
                    List.of(Map.of(
                            "task", "ledger.work",
                            "args", List.of("r1", 0),
                            "options", Map.of("queue", PRIORITY),
                            "link", Map.of("task", "ledger.retries", "args", List.of("r2", 0)))));

            await().atMost(LIMIT).until(() -> !HARNESS.ledger().ends("r2").isEmpty());
            await().atMost(LIMIT).until(() -> channel.messageCount(spy) == 1);
        }
    }

    @Test
    void withOneFreeSlot_theHighestPriorityRunsNext() {
        var unused = celery(false, List.of(call("ledger.gated", List.of("p0"), Map.of("priority", 5))));
        await().atMost(LIMIT).until(() -> !HARNESS.ledger().starts("p0").isEmpty());
        unused = celery(
                false,
                List.of(
                        call("ledger.work", List.of("low1", 0), Map.of("priority", 1)),
                        call("ledger.work", List.of("low2", 0), Map.of("priority", 1)),
                        call("ledger.work", List.of("high", 0), Map.of("priority", 9)),
                        call("ledger.work", List.of("middle", 0), Map.of("priority", 4))));
        HARNESS.ledger().open("p0");

        await().atMost(LIMIT).until(() -> !HARNESS.ledger().ends("low2").isEmpty());
        assertThat(HARNESS.ledger().entries().stream()
                        .filter(entry -> entry.kind() == Ledger.Kind.START)
                        .map(Ledger.Entry::key)
                        .filter(List.of("low1", "low2", "high", "middle")::contains))
                .containsExactly("high", "middle", "low1", "low2");
    }
}
