package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Celery's own receiver of events watches our worker. */
final class EventsIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final String QUEUE = HARNESS.queue();
    private static final String NODE = "events-" + QUEUE;
    private static final CelerySession CELERY =
            new CelerySession(HARNESS.broker().url(), TestStore.shared().url(0), QUEUE);

    private static JsonNode answer;

    @BeforeAll
    static void runSomeTasks() {
        // A zone with half an hour, west of nothing: a wrong sign would move its times by eleven hours.
        HARNESS.start(HARNESS.worker(QUEUE)
                .node(NODE + "@host")
                .options("-E")
                .environment("TZ", "Asia/Kolkata")
                .jvm("-Duser.timezone=Asia/Kolkata"));
        HARNESS.mayHold(QUEUE + ".dead");
        answer = CELERY.run(
                "task_events",
                Map.of(
                        "node",
                        NODE,
                        "calls",
                        Map.of(
                                "sum", call("proj.add", List.of(20, 22), "task-succeeded"),
                                "failing", call("ledger.fail", List.of("f-" + QUEUE, "it's no"), "task-failed"),
                                "retried", call("ledger.retries", List.of("r-" + QUEUE, 1), "task-succeeded"),
                                "late",
                                        Map.of(
                                                "task",
                                                "proj.add",
                                                "args",
                                                List.of(1, 2),
                                                "last",
                                                "task-revoked",
                                                "options",
                                                Map.of("headers", Map.of("expires", "2001-01-01T00:00:00+00:00"))))));
    }

    private static Map<String, Object> call(String task, List<?> args, String last) {
        return Map.of("task", task, "args", args, "last", last);
    }

    private static List<JsonNode> eventsOf(String call) {
        List<JsonNode> events = new ArrayList<>();
        String id = answer.get("sent").get(call).stringValue();
        answer.get("events").forEach(event -> {
            if (event.has("uuid") && event.get("uuid").stringValue().equals(id)) {
                events.add(event);
            }
        });
        return events;
    }

    private static List<String> typesOf(String call) {
        return eventsOf(call).stream()
                .map(event -> event.get("type").stringValue())
                .toList();
    }

    @Test
    void celeryKnowsTheWorker() {
        assertThat(answer.get("alive").toString()).contains(NODE + "@host");
        JsonNode beat = first("worker-heartbeat");
        assertThat(beat.get("freq").doubleValue()).isPositive();
        assertThat(beat.get("sw_ident").stringValue()).isEqualTo("sedano");
    }

    private static JsonNode first(String type) {
        for (JsonNode event : answer.get("events")) {
            if (event.get("type").stringValue().equals(type)) {
                return event;
            }
        }
        throw new AssertionError("no " + type + " in " + answer);
    }

    @Test
    void aTaskIsReceivedStartedAndSucceeds_inTheOrderOfTheClock() {
        assertThat(typesOf("sum")).containsExactly("task-received", "task-started", "task-succeeded");
        List<JsonNode> events = eventsOf("sum");
        assertThat(events.get(0).get("name").stringValue()).isEqualTo("proj.add");
        assertThat(events.get(0).get("args").stringValue()).isEqualTo("[20, 22]");
        assertThat(events.get(0).get("eta").isNull()).isTrue();
        assertThat(events.get(2).get("result").stringValue()).isEqualTo("42");
        assertThat(events.get(2).get("runtime").doubleValue()).isBetween(0.0, 20.0);
        assertThat(events).extracting(event -> event.get("clock").longValue()).isSorted();
    }

    @Test
    void failuresAndRetriesAreTold() {
        assertThat(typesOf("failing")).containsExactly("task-received", "task-started", "task-failed");
        JsonNode failed = eventsOf("failing").get(2);
        assertThat(failed.get("exception").stringValue()).isEqualTo("RuntimeError('it\\'s no')");
        assertThat(failed.get("traceback").stringValue()).startsWith("Traceback");
        assertThat(typesOf("retried"))
                .containsExactly(
                        "task-received",
                        "task-started",
                        "task-retried",
                        "task-received",
                        "task-started",
                        "task-succeeded");
    }

    @Test
    void anExpiredTaskIsRevoked_andNeverStarted() {
        assertThat(typesOf("late")).containsExactly("task-revoked");
        assertThat(eventsOf("late").get(0).get("expired").booleanValue()).isTrue();
        assertThat(answer.get("states").get("late").stringValue()).isEqualTo("REVOKED");
    }

    @Test
    void timesFitThoseOfAReceiverInAnotherZone() {
        double now = Instant.now().getEpochSecond();

        // As sent: the time itself, and the zone of the sender, which Celery 5.7 takes into account on its own.
        assertThat(eventsOf("sum").get(0).get("utcoffset").doubleValue()).isEqualTo(-5.5);
        assertThat(eventsOf("sum").get(0).get("local_received").doubleValue()).isCloseTo(now, within(120.0));
    }
}
