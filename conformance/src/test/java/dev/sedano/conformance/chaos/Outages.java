package dev.sedano.conformance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A flow of tasks with store faults in it, and what must hold during and after. */
final class Outages {
    private static final String RUNS = "sedano_handler_runs_total";
    private static final int TASKS = 5_000;
    private static final int ONE_DUPLICATE_IN = 10;
    private static final int DUPLICATE_LAGS_BY = 40;
    private static final int HANDLER_MILLIS = 6;
    private static final Duration NOTICED_LIMIT = Duration.ofSeconds(4);
    /** Blocked deliveries are returned 1.5 s after the breaker opened; then there is nothing left to do but wait. */
    private static final Duration SETTLING = Duration.ofSeconds(2);

    private static final Duration WATCHED = Duration.ofMillis(1_500);
    private static final double MOST_CPU = 0.05;
    /** A hot loop never gets below the limit; a compiler thread of the JVM that is still at work soon does. */
    private static final Duration QUIET_LIMIT = Duration.ofSeconds(8);

    /** The breaker probes at least every 10 s, and the probe that is under way when the store returns may still fail. */
    private static final Duration BACK_LIMIT = Duration.ofSeconds(25);

    private static final long RESUME_MILLIS = 2_000;
    private static final Duration END_LIMIT = Duration.ofSeconds(90);

    private final StoreFleet fleet;
    private final String queue;

    Outages(StoreFleet fleet, String queue) {
        this.fleet = fleet;
        this.queue = queue;
    }

    /** Sends the tasks in as many portions as there are faults, each fault in the midst of one, and awaits the end. */
    Judgement flow(List<StoreFault> faults) {
        int portion = TASKS / faults.size();
        for (int i = 0; i < faults.size(); i++) {
            double before = fleet.sum(RUNS);
            publish(i * portion, (i + 1) * portion);
            awaitRuns(before + portion / 4.0);
            happen(faults.get(i));
        }
        awaitEnd();
        Map<String, Integer> copies = fleet.publisher().copies();
        copies.keySet().removeIf(key -> !key.startsWith(queue));
        return new Judgement(fleet.ledger(), copies);
    }

    private void publish(int from, int to) {
        for (int i = from; i < to; i++) {
            boolean duplicate = i % ONE_DUPLICATE_IN == 0 && i > DUPLICATE_LAGS_BY;
            int number = duplicate ? i - DUPLICATE_LAGS_BY - 1 : i;
            fleet.publisher().add(queue, ChaosTasks.WORK, queue + "-" + number, HANDLER_MILLIS);
        }
        fleet.publisher().flush();
    }

    private void awaitRuns(double least) {
        Awaitility.await("runs before the next fault")
                .atMost(END_LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> fleet.sum(RUNS) >= least);
    }

    private void happen(StoreFault fault) {
        fleet.begin(fault);
        try {
            if (fault.lasts()) {
                Awaitility.await("workers notice that the store is " + fault)
                        .atMost(NOTICED_LIMIT)
                        .until(() -> fleet.sum("sedano_store_up") == 0);
                pass(SETTLING);
                watchTheWait(fault);
            }
        } finally {
            fleet.end(fault);
        }
        long ended = System.currentTimeMillis();
        try {
            Awaitility.await("workers notice that the store is back after " + fault)
                    .atMost(BACK_LIMIT)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> fleet.sum("sedano_store_up") == fleet.workers().size());
        } catch (ConditionTimeoutException e) {
            fleet.workers().forEach(worker -> e.addSuppressed(new AssertionError(worker.logTail())));
            throw e;
        }
        long back = System.currentTimeMillis();
        Awaitility.await("work resumes after " + fault)
                .atMost(Duration.ofMillis(RESUME_MILLIS))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> startedBetween(ended, back + RESUME_MILLIS));
    }

    private void watchTheWait(StoreFault fault) {
        int startsBefore = starts();
        Awaitility.await("each worker uses less than " + MOST_CPU + " of a core while the store is " + fault)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(QUIET_LIMIT)
                .untilAsserted(this::watchOnce);
        assertThat(starts()).as("starts while the store is " + fault).isEqualTo(startsBefore);
    }

    private void watchOnce() {
        List<Double> before = cpu();
        long since = System.nanoTime();
        pass(WATCHED);
        List<Double> after = cpu();
        double seconds = (System.nanoTime() - since) / 1e9;
        for (int i = 0; i < fleet.workers().size(); i++) {
            assertThat((after.get(i) - before.get(i)) / seconds)
                    .as("share of a core that worker %s uses", i + 1)
                    .isLessThan(MOST_CPU);
        }
    }

    private List<Double> cpu() {
        return fleet.workers().stream().map(ChaosWorkerProcess::cpuSeconds).toList();
    }

    private int starts() {
        return (int) fleet.ledger().stream()
                .filter(line -> line.event() == Event.START)
                .count();
    }

    private boolean startedBetween(long from, long to) {
        return fleet.ledger().stream()
                .anyMatch(line -> line.event() == Event.START && line.wall() >= from && line.wall() <= to);
    }

    private static void pass(Duration time) {
        Awaitility.await().pollDelay(time).atMost(time.plusSeconds(5)).until(() -> true);
    }

    private void awaitEnd() {
        Awaitility.await("everything settled and every block judged")
                .atMost(END_LIMIT)
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> {
                    assertThat(fleet.publisher().waiting(queue))
                            .as("messages that wait")
                            .isZero();
                    assertThat(fleet.sum("sedano_in_flight"))
                            .as("deliveries in flight")
                            .isZero();
                    assertThat(fleet.sum("sedano_settlements_total"))
                            .as("settlements")
                            .isEqualTo(fleet.sum("sedano_deliveries_total"));
                    assertThat(fleet.sum("sedano_false_positives_total")
                                    + fleet.sum("sedano_true_positives_total")
                                    + fleet.sum("sedano_blocks_unreported_total"))
                            .as("judged blocks")
                            .isEqualTo(fleet.sum("sedano_blocked_total"));
                });
    }
}
