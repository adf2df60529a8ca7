package dev.sedano.conformance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import dev.sedano.conformance.chaos.ChaosLedger.Line;
import dev.sedano.conformance.harness.TestBroker;
import dev.sedano.conformance.harness.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One worker dies after each step of a delivery, and another takes its work over. A third keeps the fleet's tick: without
 * any, the store would take the pause for an outage of its own and open its grace window.
 */
@Tag("chaos")
class CrashPointChaosIT {
    private static final int KILLED = 137;
    /** Longer than a worker takes to start, so that the next owner meets a lease that still holds. */
    private static final int LEASE_SECONDS = 5;

    private static final Duration TAKEOVER_LIMIT = Duration.ofSeconds(30);

    private final List<Failpoint> points = Arrays.stream(Failpoint.values())
            .filter(point -> point != Failpoint.NEVER)
            .toList();
    private final List<ChaosWorkerProcess> workers = new ArrayList<>();
    private final String run = UUID.randomUUID().toString();

    @TempDir
    Path folder;

    @Test
    void workOfADeadWorkerIsTakenOver() {
        for (int round = 0; round < Effort.rounds(1, 5); round++) {
            killAndTakeOver("r" + round);
        }
    }

    private void killAndTakeOver(String round) {
        try (TestStore store = TestStore.start();
                ChaosPublisher publisher = new ChaosPublisher(TestBroker.shared())) {
            for (Failpoint point : points) {
                publisher.declare(name(round, point), Map.of());
                publisher.add(name(round, point), ChaosTasks.WORK, name(round, point), 5);
            }
            publisher.flush();
            start(round + "-tick", store, name(round, Failpoint.NEVER), Failpoint.NEVER);
            List<ChaosWorkerProcess> victims = points.stream()
                    .map(point -> start(round + "-" + point.label(), store, name(round, point), point))
                    .toList();
            for (ChaosWorkerProcess victim : victims) {
                assertThat(victim.awaitExit())
                        .as("exit code, log %s", victim.logTail())
                        .isEqualTo(KILLED);
            }
            ChaosWorkerProcess taker = start(
                    round + "-taker",
                    store,
                    String.join(
                            ",",
                            points.stream().map(point -> name(round, point)).toList()),
                    Failpoint.NEVER);
            awaitEnd(taker, publisher);
            Judgement judgement = new Judgement(ChaosLedger.read(folder), publisher.copies()).always();
            points.forEach(point -> judge(judgement, point, name(round, point)));
        } finally {
            workers.forEach(ChaosWorkerProcess::close);
            workers.clear();
        }
    }

    private String name(String round, Failpoint point) {
        return "crash-" + run + "-" + round + "-" + point.label();
    }

    private ChaosWorkerProcess start(String node, TestStore store, String queues, Failpoint point) {
        ChaosWorkerProcess worker = new ChaosWorkerProcess.Settings(
                        node, folder, TestBroker.shared().url(), store.url(0), queues, 1, LEASE_SECONDS, point)
                .start();
        workers.add(worker);
        return worker;
    }

    private void awaitEnd(ChaosWorkerProcess taker, ChaosPublisher publisher) {
        taker.awaitConsuming();
        Awaitility.await("everything completed and settled")
                .atMost(TAKEOVER_LIMIT)
                .untilAsserted(() -> {
                    List<Line> lines = ChaosLedger.read(folder);
                    assertThat(publisher.copies().keySet())
                            .allSatisfy(key -> assertThat(lines)
                                    .anyMatch(line -> line.event() == Event.COMPLETE_OK
                                            && line.key().equals(key)));
                    assertThat(publisher.copies().keySet())
                            .allSatisfy(queue ->
                                    assertThat(publisher.waiting(queue)).isZero());
                    assertThat(taker.metrics().sum("sedano_in_flight")).isZero();
                    assertThat(taker.metrics().sum("sedano_settlements_total"))
                            .isEqualTo(taker.metrics().sum("sedano_deliveries_total"));
                });
    }

    /** What the next owner sees of a crash at {@code point}; the numbers of ATTACKS A1 to A9 in order. */
    private static void judge(Judgement judgement, Failpoint point, String key) {
        List<Boolean> announced =
                judgement.of(key, Event.START).stream().map(Line::ran).toList();
        List<Boolean> expected = switch (point) {
            case BEFORE_CLAIM -> List.of(false);
            // The claim was executed: it may have run, as far as anybody can tell.
            case AFTER_CLAIM -> List.of(true);
            case HANDLER_START, AFTER_EFFECT, BEFORE_COMPLETE -> List.of(false, true);
            case AFTER_COMPLETE, AFTER_SETTLEMENT, NEVER -> List.of(false);
        };
        assertThat(announced).as("runs of %s, as announced", point).isEqualTo(expected);
    }
}
