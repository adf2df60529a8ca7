package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import dev.sedano.conformance.harness.WorkerSetup;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** A real Celery client steers our worker: {@code celery control} and what Flower's buttons do. */
final class ControlIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final String queue = HARNESS.queue();
    private final String node = "control@" + UUID.randomUUID();
    private final CelerySession celery =
            new CelerySession(HARNESS.broker().url(), TestStore.shared().url(0), queue);
    private final RemoteControl control = new RemoteControl(celery, node);
    private WorkerProcess worker;

    @BeforeEach
    void startWorker() {
        worker = start();
    }

    private WorkerSetup setup() {
        return HARNESS.worker(queue).node(node).concurrency(1).options("--lease", "5s");
    }

    private WorkerProcess start(String... options) {
        WorkerProcess started = HARNESS.start(setup().options(options));
        await().atMost(LIMIT).until(() -> control.answers(Map.of("destination", List.of(node))));
        return started;
    }

    private String key(String name) {
        return name + "-" + queue;
    }

    private CeleryMessage gate(String name) {
        CeleryMessage gated = CeleryMessage.of("ledger.gated", key(name));
        HARNESS.publisher().publish(queue, gated);
        await().atMost(LIMIT).until(() -> HARNESS.ledger().starts(key(name)).size() == 1);
        return gated;
    }

    private void awaitEnds(String name, int count) {
        await().atMost(LIMIT).until(() -> HARNESS.ledger().ends(key(name)).size() == count);
    }

    @Test
    void aRevokedTaskNeverRuns_alsoNotInAWorkerThatStartsLater() {
        gate("first");
        CeleryMessage waiting = CeleryMessage.of("ledger.work", key("revoked"), 0);
        CeleryMessage stamped = CeleryMessage.of("ledger.work", key("stamped"), 0)
                .header("stamped_headers", List.of("tenant"))
                .header("stamps", Map.of("tenant", List.of("good", "evil")));
        HARNESS.publisher().publish(queue, List.of(waiting, stamped));

        assertThat(control.ok("revoke", Map.of("task_id", waiting.id())))
                .isEqualTo("tasks {'" + waiting.id() + "'} flagged as revoked");
        assertThat(control.ok("revoke_by_stamped_headers", Map.of("headers", Map.of("tenant", "evil"))))
                .isEqualTo("headers {'tenant': 'evil'} flagged as revoked, but not terminated");
        // The caller is told at once, while the task still waits.
        assertThat(celery.result(waiting.id()).get("error").stringValue()).isEqualTo("TaskRevokedError");

        worker.kill9();
        HARNESS.ledger().open(key("first"));
        worker = start();

        assertThat(control.ask("revoked", Map.of()).toString()).contains(waiting.id());
        assertThat(celery.result(stamped.id()).get("state").stringValue()).isEqualTo("REVOKED");
        await().atMost(Duration.ofSeconds(60)).until(() -> worker.metrics().settlements("reason=\"revoked\"") == 2);
        assertThat(HARNESS.ledger().starts(key("revoked"))).isEmpty();
        assertThat(HARNESS.ledger().starts(key("stamped"))).isEmpty();
        // The copy of the killed run waits for its lease.
        await().atMost(Duration.ofSeconds(60))
                .until(() -> HARNESS.ledger().ends(key("first")).size() == 1);
    }

    @Test
    void aTerminatedTaskStops_andIsRevokedForItsCaller() {
        CeleryMessage running = gate("terminated");

        assertThat(control.ok("revoke", Map.of("task_id", running.id(), "terminate", true, "signal", "SIGKILL")))
                .isEqualTo("terminate: " + running.id());

        JsonNode outcome = celery.result(running.id());
        assertThat(outcome.get("state").stringValue()).isEqualTo("REVOKED");
        assertThat(outcome.get("text").stringValue()).isEqualTo("terminated");
        assertThat(control.ok("terminate", Map.of("task_id", "nobody", "signal", "TERM")))
                .isEqualTo("terminate: tasks unknown");
    }

    @Test
    void stampsTerminateWhatCarriesThem() {
        CeleryMessage running = CeleryMessage.of("ledger.gated", key("run"))
                .header("stamped_headers", List.of("tenant"))
                .header("stamps", Map.of("tenant", "run"));
        HARNESS.publisher().publish(queue, running);
        await().atMost(LIMIT).until(() -> HARNESS.ledger().starts(key("run")).size() == 1);

        assertThat(control.ok(
                        "revoke_by_stamped_headers",
                        Map.of("headers", Map.of("tenant", "run"), "terminate", true, "signal", "SIGTERM")))
                .isEqualTo("headers defaultdict(<class 'set'>, {'tenant': {'run'}}) revoked");

        assertThat(celery.result(running.id()).get("state").stringValue()).isEqualTo("REVOKED");
    }

    @Test
    void thePoolGrowsAndShrinks() {
        gate("one");
        HARNESS.publisher().publish(queue, CeleryMessage.of("ledger.gated", key("two")));

        assertThat(control.ok("pool_grow", Map.of("n", 1))).isEqualTo("pool will grow");

        await().atMost(LIMIT).until(() -> HARNESS.ledger().starts(key("two")).size() == 1);
        assertThat(control.ask("stats", Map.of()).at("/pool/max-concurrency").intValue())
                .isEqualTo(2);
        assertThat(control.ok("pool_shrink", Map.of("n", 5))).isEqualTo("pool will shrink");
        assertThat(worker.metrics().sum("sedano_slots")).isEqualTo(1);
        HARNESS.ledger().open(key("one"));
        HARNESS.ledger().open(key("two"));
        awaitEnds("one", 1);
        awaitEnds("two", 1);
    }

    @Test
    void queuesAreAddedAndCancelled() {
        String extra = HARNESS.queue();
        String bound = HARNESS.queue();
        assertThat(control.ok("add_consumer", Map.of("queue", extra))).isEqualTo("add consumer " + extra);
        assertThat(control.ok(
                        "add_consumer",
                        Map.of(
                                "queue",
                                bound,
                                "exchange",
                                "x-" + bound,
                                "exchange_type",
                                "topic",
                                "routing_key",
                                "a.#")))
                .isEqualTo("add consumer " + bound);

        for (String each : List.of(extra, bound)) {
            await().atMost(LIMIT).until(() -> HARNESS.publisher().exists(each));
            HARNESS.publisher().publish(each, CeleryMessage.of("ledger.work", key(each), 0));
            awaitEnds(each, 1);
        }
        String quorum = HARNESS.queue();
        control.ok("add_consumer", Map.of("queue", quorum, "queue_arguments", Map.of("x-queue-type", "quorum")));
        await().atMost(LIMIT).until(() -> HARNESS.publisher().exists(quorum));
        assertThat(control.ask("active_queues", Map.of()).toString())
                .contains(extra, "x-" + bound, "a.#", "x-queue-type");

        assertThat(control.ok("cancel_consumer", Map.of("queue", extra)))
                .isEqualTo("no longer consuming from " + extra);
        await().atMost(LIMIT).until(() -> HARNESS.publisher().consumers(extra) == 0);
        HARNESS.publisher().publish(queue, CeleryMessage.of("ledger.work", key("own"), 0));
        awaitEnds("own", 1);
    }

    @Test
    void limitsHold() {
        assertThat(control.ok("rate_limit", Map.of("task_name", "ledger.work", "rate_limit", "2/s")))
                .isEqualTo("new rate limit set successfully");
        assertThat(control.ask("registered", Map.of("taskinfoitems", List.of())).toString())
                .contains("ledger.work [rate_limit=2/s]");
        Instant begin = Instant.now();
        for (int i = 0; i < 4; i++) {
            HARNESS.publisher().publish(queue, CeleryMessage.of("ledger.work", key("paced"), 0));
        }
        awaitEnds("paced", 4);
        List<Instant> starts = HARNESS.ledger().starts(key("paced")).stream()
                .map(entry -> entry.at())
                .sorted()
                .toList();
        assertThat(Duration.between(begin, starts.get(3))).isGreaterThan(Duration.ofMillis(1400));

        assertThat(control.ok("time_limit", Map.of("task_name", "ledger.gated", "soft", 1)))
                .isEqualTo("time limits set successfully");
        CeleryMessage slow = gate("slow");
        assertThat(celery.result(slow.id()).get("error").stringValue()).isEqualTo("SoftTimeLimitExceeded");
    }

    @Test
    void eventsAndHeartbeatsComeOnDemand() {
        assertThat(control.ok("enable_events", Map.of())).isEqualTo("task events enabled");
        assertThat(control.ok("enable_events", Map.of())).isEqualTo("task events already enabled");
        assertThat(control.ok("disable_events", Map.of())).isEqualTo("task events disabled");
        assertThat(control.ask("heartbeat", Map.of()).stringValue()).isEqualTo("null");
    }

    @Test
    void shutdownEndsTheWorkerAsSigtermDoes() {
        CeleryMessage running = gate("last");

        JsonNode nothing = control.ask("shutdown", Map.of());
        assertThat(nothing.isNull()).isTrue();
        // Who waits for an end sends it again; that is no second signal, and interrupts nobody.
        assertThat(control.ask("shutdown", Map.of()).isNull()).isTrue();
        assertThat(HARNESS.ledger().ends(key("last"))).isEmpty();
        HARNESS.ledger().open(key("last"));

        assertThat(worker.awaitExit(LIMIT)).isZero();
        assertThat(celery.result(running.id()).get("state").stringValue()).isEqualTo("SUCCESS");
    }

    @Test
    void readOnly_shows_andRefuses() {
        worker.term();
        worker.awaitExit(LIMIT);
        worker = start("--control", "read-only");

        assertThat(control.error("shutdown", Map.of())).contains("refused", "--control read-only");
        assertThat(control.error("revoke", Map.of("task_id", "a"))).contains("refused");
        assertThat(control.ask("stats", Map.of()).has("pool")).isTrue();
        assertThat(worker.isAlive()).isTrue();
        assertThat(worker.log()).contains("control: shutdown");
    }
}
