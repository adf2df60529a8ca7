package dev.sedano.conformance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import dev.sedano.services.PrivateRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** A flow of tasks with store faults in it, and what must hold during and after. */
final class Outages {
    private static final int TASKS = 5_000;
    private static final int ONE_DUPLICATE_IN = 10;
    private static final int DUPLICATE_LAGS_BY = 40;
    private static final int HANDLER_MILLIS = 6;
    private static final Duration NOTICED_LIMIT = Duration.ofSeconds(4);
    /** Blocked deliveries are returned 1.5 s after the breaker opened; then there is nothing left to do but wait. */
    private static final Duration SETTLING = Duration.ofSeconds(2);

    private static final Duration WATCHED = Duration.ofMillis(1_500);
    private static final double MOST_CPU = 0.05;
    /** The breaker probes at least every 10 s. */
    private static final Duration BACK_LIMIT = Duration.ofSeconds(15);

    private static final long RESUME_MILLIS = 2_000;
    private static final Duration END_LIMIT = Duration.ofSeconds(90);

    private final Path folder;
    private final List<ChaosWorkerProcess> workers;
    private final PrivateRedis redis;
    private final StoreProxy proxy;
    private final ChaosPublisher publisher;
    private final String queue;

    Outages(
            Path folder,
            List<ChaosWorkerProcess> workers,
            PrivateRedis redis,
            StoreProxy proxy,
            ChaosPublisher publisher,
            String queue) {
        this.folder = folder;
        this.workers = workers;
        this.redis = redis;
        this.proxy = proxy;
        this.publisher = publisher;
        this.queue = queue;
    }

    /** Sends the tasks, lets the faults happen one after the other, and waits until everything is settled. */
    Judgement flow(List<StoreFault> faults) {
        publish();
        for (int i = 0; i < faults.size(); i++) {
            awaitRuns(TASKS * (i + 1) / (faults.size() + 2));
            happen(faults.get(i));
        }
        awaitEnd();
        return new Judgement(ChaosLedger.read(folder), publisher.copies());
    }

    private void publish() {
        for (int i = 0; i < TASKS; i++) {
            boolean duplicate = i % ONE_DUPLICATE_IN == 0 && i > DUPLICATE_LAGS_BY;
            int number = duplicate ? i - DUPLICATE_LAGS_BY - 1 : i;
            publisher.add(queue, ChaosTasks.WORK, queue + "-" + number, HANDLER_MILLIS);
        }
        publisher.flush();
    }

    private void awaitRuns(int least) {
        Awaitility.await("runs before the next fault")
                .atMost(END_LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> sum("sedano_handler_runs_total") >= least);
    }

    private void happen(StoreFault fault) {
        fault.begin(redis, proxy);
        if (fault.lasts()) {
            Awaitility.await("workers notice that the store is " + fault)
                    .atMost(NOTICED_LIMIT)
                    .until(() -> sum("sedano_store_up") == 0);
            pass(SETTLING);
            watchTheWait(fault);
        }
        fault.end(redis, proxy);
        long ended = System.currentTimeMillis();
        Awaitility.await("workers notice that the store is back")
                .atMost(BACK_LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> sum("sedano_store_up") == workers.size());
        long back = System.currentTimeMillis();
        Awaitility.await("work resumes after " + fault)
                .atMost(Duration.ofMillis(RESUME_MILLIS))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> startedBetween(ended, back + RESUME_MILLIS));
    }

    private void watchTheWait(StoreFault fault) {
        int startsBefore = starts();
        List<Double> before = cpu();
        long since = System.nanoTime();
        pass(WATCHED);
        List<Double> after = cpu();
        double seconds = (System.nanoTime() - since) / 1e9;
        for (int i = 0; i < workers.size(); i++) {
            assertThat((after.get(i) - before.get(i)) / seconds)
                    .as("share of a core that worker %s uses while the store is %s", i + 1, fault)
                    .isLessThan(MOST_CPU);
        }
        assertThat(starts()).as("starts while the store is " + fault).isEqualTo(startsBefore);
    }

    private List<Double> cpu() {
        return workers.stream().map(ChaosWorkerProcess::cpuSeconds).toList();
    }

    private int starts() {
        return (int) ChaosLedger.read(folder).stream()
                .filter(line -> line.event() == Event.START)
                .count();
    }

    private boolean startedBetween(long from, long to) {
        return ChaosLedger.read(folder).stream()
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
                    assertThat(publisher.waiting(queue))
                            .as("messages that wait")
                            .isZero();
                    assertThat(sum("sedano_in_flight"))
                            .as("deliveries in flight")
                            .isZero();
                    assertThat(sum("sedano_settlements_total"))
                            .as("settlements")
                            .isEqualTo(sum("sedano_deliveries_total"));
                    assertThat(sum("sedano_false_positives_total")
                                    + sum("sedano_true_positives_total")
                                    + sum("sedano_blocks_unreported_total"))
                            .as("judged blocks")
                            .isEqualTo(sum("sedano_blocked_total"));
                });
    }

    /** The value of a metric in the fleet. */
    double sum(String metric, String... tags) {
        List<Double> values = new ArrayList<>();
        workers.forEach(worker -> values.add(worker.metrics().sum(metric, tags)));
        return values.stream().mapToDouble(Double::doubleValue).sum();
    }
}
