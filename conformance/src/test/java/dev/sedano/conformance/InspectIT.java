package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** {@code celery inspect} and {@code celery status} of a real Celery look at our worker. */
final class InspectIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final String QUEUE = HARNESS.queue();
    private static final String NODE = "inspect@" + QUEUE;
    private static final RemoteControl CONTROL = new RemoteControl(
            new CelerySession(HARNESS.broker().url(), TestStore.shared().url(0), QUEUE), NODE);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @BeforeAll
    static void startWorker() {
        HARNESS.start(HARNESS.worker(QUEUE).node(NODE).concurrency(1).options("--prefetch-multiplier", "4"));
        await().atMost(LIMIT).until(() -> CONTROL.answers(Map.of("destination", List.of(NODE))));
    }

    @Test
    void celerysCommandLineShowsTheWorker() {
        JsonNode ping = CONTROL.commandLine("inspect", "ping", "-d", NODE);
        JsonNode status = CONTROL.commandLine("status");

        assertThat(ping.get("code").intValue()).as(ping.toString()).isZero();
        assertThat(ping.get("out").stringValue()).contains(NODE + ": OK", "pong");
        assertThat(status.get("out").stringValue()).contains(NODE + ": OK");
    }

    @Test
    void statsHaveWhatCeleryAndFlowerRead() {
        JsonNode stats = CONTROL.ask("stats", Map.of());

        assertThat(stats.at("/pool/max-concurrency").intValue()).isEqualTo(1);
        assertThat(stats.at("/broker/alternates").isArray()).isTrue();
        assertThat(stats.get("clock").isString()).isTrue();
        assertThat(stats.get("prefetch_count").intValue()).isEqualTo(4);
        assertThat(stats.at("/rusage/maxrss").longValue()).isPositive();
        assertThat(stats.toString()).doesNotContain("password");
        assertThat(CONTROL.ask("clock", Map.of()).get("clock").isInt()).isTrue();
    }

    @Test
    void settingsTasksAndQueuesAreTold() {
        assertThat(CONTROL.ask("conf", Map.of("with_defaults", false))
                        .get("worker_concurrency")
                        .intValue())
                .isEqualTo(1);
        assertThat(CONTROL.ok("report", Map.of())).contains("software -> celery:", " sedano:");
        assertThat(CONTROL.ask("registered", Map.of("taskinfoitems", List.of())).toString())
                .contains("\"proj.add\"");
        JsonNode queue = CONTROL.ask("active_queues", Map.of()).get(0);
        assertThat(queue.get("name").stringValue()).isEqualTo(QUEUE);
        assertThat(queue.at("/exchange/type").stringValue()).isEqualTo("direct");
        assertThat(CONTROL.ask("memdump", Map.of()).stringValue()).contains("rss");
        assertThat(CONTROL.error("objgraph", Map.of())).contains("JVM");
        assertThat(CONTROL.error("no_such_command", Map.of())).isEqualTo("KeyError('no_such_command')");
    }

    @Test
    void helloTellsClockAndRevokes_toOthersOnly() {
        JsonNode hello = CONTROL.ask("hello", Map.of("from_node", "java@jvm", "revoked", List.of("r-1", "r-2")));

        assertThat(hello.get("clock").isInt()).isTrue();
        assertThat(hello.get("revoked").toString()).contains("\"r-1\",\"r-2\"");
        assertThat(CONTROL.ask("hello", Map.of("from_node", NODE)).stringValue())
                .isEqualTo("null");
    }

    @Test
    void whoIsMeantAnswers() {
        assertThat(CONTROL.answers(Map.of("pattern", "inspect@*", "matcher", "glob")))
                .isTrue();
        assertThat(CONTROL.answers(Map.of("pattern", "insp.*", "matcher", "pcre")))
                .isTrue();
        assertThat(CONTROL.answers(Map.of("pattern", "other*", "matcher", "glob")))
                .isFalse();
        assertThat(CONTROL.answers(Map.of("destination", List.of("other@host"))))
                .isFalse();
    }

    @Test
    void activeReservedAndScheduledTasksAreListed() {
        CeleryMessage running = CeleryMessage.of("ledger.gated", "i-" + QUEUE);
        CeleryMessage waiting = CeleryMessage.of("proj.add", 1, 2);
        CeleryMessage later = CeleryMessage.of("proj.add", 3, 4)
                .header("eta", Instant.now().plusSeconds(30).toString());
        HARNESS.publisher().publish(QUEUE, running);
        await().atMost(LIMIT).until(() -> !HARNESS.ledger().starts("i-" + QUEUE).isEmpty());
        HARNESS.publisher().publish(QUEUE, List.of(waiting, later));

        await().atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            JsonNode active = CONTROL.ask("active", Map.of()).get(0);
            assertThat(active.get("id").stringValue()).isEqualTo(running.id());
            assertThat(active.get("args").get(0).stringValue()).isEqualTo("i-" + QUEUE);
            assertThat(active.get("time_start").doubleValue()).isPositive();
            assertThat(active.at("/delivery_info/routing_key").stringValue()).isEqualTo(QUEUE);
            assertThat(CONTROL.ask("reserved", Map.of()).at("/0/id").stringValue())
                    .isEqualTo(waiting.id());
            assertThat(CONTROL.ask("scheduled", Map.of()).at("/0/request/id").stringValue())
                    .isEqualTo(later.id());
            JsonNode known = CONTROL.ask("query_task", Map.of("ids", List.of(running.id(), later.id(), "nobody")));
            assertThat(known.properties()).hasSize(2);
            assertThat(known.get(running.id()).get(0).stringValue()).isEqualTo("active");
            assertThat(known.get(later.id()).get(0).stringValue()).isEqualTo("scheduled");
        });

        CONTROL.ask("revoke", Map.of("task_id", List.of(later.id())));
        HARNESS.ledger().open("i-" + QUEUE);
        await().atMost(LIMIT).until(() -> HARNESS.ledger().ends("i-" + QUEUE).size() == 1);
    }
}
