package dev.sedano.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;

/**
 * Every captured command, sent byte by byte to the mailboxes of two workers in the order of the capture, is answered in the
 * form of Celery's answer, and the events of what happened meanwhile have the form of Celery's.
 */
final class ControlGoldenIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final int STORE = 8;
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration EVENTS_LIMIT = Duration.ofSeconds(10);
    /** What depends on tasks that may still be on their way. */
    private static final Set<String> OF_TASKS = Set.of("active", "reserved", "scheduled", "query_task");

    private static final List<String> REPLAYED =
            List.of("threads_success", "threads_failure", "threads_retry", "task_events_enabled_remotely");

    private static final Map<String, List<String>> DIFFERENCES = new TreeMap<>();

    private static ControlTap tap;
    private static int exitCodeOfSecond;

    static List<String> commands() {
        return ControlList.compared("control");
    }

    static List<String> events() {
        return Stream.concat(ControlList.compared("events").stream(), commands().stream())
                .filter(name -> !CapturedEvent.ofWorker(name).isEmpty())
                .toList();
    }

    @BeforeAll
    static void sendAllCommands() {
        try (Jedis redis = TestStore.shared().connect(STORE)) {
            redis.flushDB();
        }
        tap = new ControlTap(HARNESS.broker());
        String store = TestStore.shared().url(STORE);
        List<WorkerProcess> workers = HARNESS.startAll(
                HARNESS.worker(ControlTap.QUEUE)
                        .backend(store)
                        .node("ref@wirehost")
                        .concurrency(2)
                        .options("-E", "--prefetch-multiplier", "4"),
                HARNESS.worker("two").backend(store).node("two@wirehost").options("--autoscale", "4,1"));
        tap.awaitMailboxes(LIMIT);
        List<CapturedCommand> commands = commands().stream()
                .map(CapturedCommand::read)
                .sorted(Comparator.comparing(CapturedCommand::sentAt))
                .toList();
        for (CapturedCommand command : commands) {
            prepare(command.name());
            DIFFERENCES.put(command.name(), tap.send(command, LIMIT));
            if (OF_TASKS.contains(command.method())) {
                awaitUnlessTold(command.name(), () -> {
                    List<String> differences = Objects.requireNonNull(DIFFERENCES.get(command.name()));
                    if (!differences.isEmpty()) {
                        DIFFERENCES.put(command.name(), tap.send(command, LIMIT));
                    }
                    return differences.isEmpty();
                });
            }
        }
        exitCodeOfSecond = workers.get(1).awaitExit(LIMIT);
        replayTasks();
        workers.get(0).term();
        workers.get(0).awaitExit(LIMIT);
        awaitUnlessTold(
                "its last words",
                () -> events().stream().allMatch(name -> missing(name).isEmpty()));
    }

    /** What the captured command found. */
    private static void prepare(String name) {
        switch (name) {
            case "control/active" -> {
                sleepy(1);
                sleepy(2);
                tap.awaitCommand("active", Map.of(), LIMIT, reply -> reply.size() == 2);
                sleepy(3);
                sleepy(4);
                String soon = Instant.now().plusSeconds(50).toString();
                tap.task(call("proj.add", 9, 1, 2).header("eta", soon));
                tap.task(call("proj.add", 10, "é", List.of(1)).header("eta", soon));
            }
            case "control/revoke_terminate" ->
                tap.awaitCommand("revoke", Map.of("task_id", List.of(id(3), id(4))), LIMIT, reply -> reply.has("ok"));
            case "control/revoke_by_stamped_headers_terminate" -> {
                tap.awaitCommand("active", Map.of(), LIMIT, reply -> reply.isEmpty());
                tap.task(call("proj.sleepy", 12, 60)
                        .header("stamps", Map.of("tenant", List.of("run")))
                        .header("stamped_headers", List.of("tenant")));
                tap.awaitCommand("active", Map.of(), LIMIT, reply -> reply.size() == 1);
            }
            default -> {}
        }
    }

    private static void sleepy(int number) {
        tap.task(call("proj.sleepy", number, 60, number).header("shadow", "nap"));
    }

    private static CeleryMessage call(String task, int number, Object... args) {
        return CeleryMessage.of(task, args).withId(id(number));
    }

    private static String id(int number) {
        return "00000000-0000-4000-8000-" + String.format(Locale.ROOT, "%012d", number);
    }

    /** The tasks of captured events, those that expired meanwhile with a new time. */
    private static void replayTasks() {
        for (String name : REPLAYED) {
            tap.replay(GoldenFile.read("events/" + name));
        }
        tap.task(call("proj.reject", 20));
        tap.awaitCommand("revoke", Map.of("task_id", List.of(id(10))), LIMIT, reply -> reply.has("ok"));
        awaitUnlessTold(
                "the ends of all tasks",
                () -> REPLAYED.stream()
                        .allMatch(name ->
                                typesOf(name).size() >= celerysTypes(name).size()));
    }

    /** Waits; what does not come about the tests tell. */
    private static void awaitUnlessTold(String what, Callable<Boolean> condition) {
        try {
            await(what).atMost(EVENTS_LIMIT).pollInSameThread().until(condition);
        } catch (ConditionTimeoutException e) {
            // The tests say what is missing.
        }
    }

    private static List<String> celerysTypes(String name) {
        return CapturedEvent.ofWorker("events/" + name).stream()
                .map(CapturedEvent::type)
                .toList();
    }

    private static List<String> typesOf(String name) {
        String id = GoldenFile.read("events/" + name).sent().get(0).properties().getCorrelationId();
        return tap.events().stream()
                .filter(event -> event.uuid().equals(id))
                .map(CapturedEvent::type)
                .toList();
    }

    private static List<CapturedEvent> missing(String name) {
        List<CapturedEvent> ours = tap.events();
        return CapturedEvent.ofWorker(name).stream()
                .filter(celerys -> ours.stream().noneMatch(celerys::isLike))
                .toList();
    }

    @AfterAll
    static void remove() {
        tap.close();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void isAnsweredAsByCelery(String name) {
        assertThat(ControlList.unexcepted(name, Objects.requireNonNull(DIFFERENCES.get(name))))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("events")
    void eventsAreAsCelerys(String name) {
        assertThat(missing(name)).isEmpty();
    }

    @Test
    void whatHappensToATask_isToldAsOftenAsByCelery() {
        for (String name : REPLAYED) {
            assertThat(typesOf(name)).as(name).containsExactlyInAnyOrderElementsOf(celerysTypes(name));
        }
    }

    @Test
    void theWorkerThatWasToldToShutDown_endedInOrder() {
        assertThat(exitCodeOfSecond).isZero();
    }

    @Test
    void theFirstWordsOfAWorker_areCelerys() {
        assertThat(tap.greetingDifferences()).isEmpty();
    }
}
