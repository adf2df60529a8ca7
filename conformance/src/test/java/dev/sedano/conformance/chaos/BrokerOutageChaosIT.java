package dev.sedano.conformance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import dev.sedano.conformance.harness.TestBroker;
import dev.sedano.conformance.harness.TestStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker, or the connection to it, goes while handlers run and more work waits. */
@Tag("chaos")
@Tag("alone")
class BrokerOutageChaosIT {
    private static final int QUICK_TASKS = 300;
    private static final int QUICK_MILLIS = 5;
    private static final Duration CONSUMING_AGAIN_LIMIT = Duration.ofSeconds(10);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static TestBroker broker;

    private final Map<String, Integer> copies = new HashMap<>();

    @TempDir
    Path folder;

    @BeforeAll
    static void startBroker() {
        broker = TestBroker.start();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    /** What happens to the broker; returns when it accepts connections again. */
    private interface Blow {
        void strike();
    }

    @Test
    void theBrokerIsKilledAndRestarted() {
        rounds(Effort.rounds(3, 20), () -> {
            broker.kill();
            broker.restart();
        });
    }

    @Test
    void theBrokerClosesTheConnections() {
        rounds(Effort.rounds(2, 20), broker::closeConnections);
    }

    /** A handler that ends while neither can be reached is recorded later, by the same worker, and not run again. */
    @Test
    void brokerAndStoreAreKilledTogether() {
        String queue = "both-" + UUID.randomUUID();
        Path gate = folder.resolve("both");
        try (TestStore store = TestStore.start();
                ChaosWorkerProcess worker = start(queue, store)) {
            worker.awaitConsuming();
            send(queue, "both", "both-slow", gate);
            await("the slow handler starts", Event.START, List.of("both-slow"));
            store.server().kill();
            broker.kill();
            open(gate);
            await("the handler ends while nobody can be told", Event.END, List.of("both-slow"));
            Awaitility.await("its completion waits")
                    .atMost(LIMIT)
                    .until(() -> worker.metrics().sum("sedano_unrecorded_completions") >= 1);
            broker.restart();
            Awaitility.await("connected, and waiting for the store")
                    .atMost(LIMIT)
                    .until(() -> worker.metrics().sum("sedano_broker_up") == 1);
            assertThat(worker.metrics().sum("sedano_consuming")).isZero();
            store.server().restart();
            awaitAllDone(queue, worker);
            new Judgement(ChaosLedger.read(folder), copies).always().ranEachKeyOnce();
        }
    }

    private ChaosWorkerProcess start(String queue, TestStore store) {
        return new ChaosWorkerProcess.Settings(
                        "worker", folder, broker.url(), store.url(0), queue, 4, 30, Failpoint.NEVER)
                .start();
    }

    private void awaitAllDone(String queue, ChaosWorkerProcess worker) {
        await("nothing is lost", Event.COMPLETE_OK, List.copyOf(copies.keySet()));
        try (ChaosPublisher look = new ChaosPublisher(broker)) {
            Awaitility.await("everything is settled").atMost(LIMIT).untilAsserted(() -> {
                assertThat(look.waiting(queue)).isZero();
                assertThat(worker.metrics().sum("sedano_in_flight")).isZero();
                assertThat(worker.metrics().sum("sedano_settlements_total"))
                        .as("settlements, abandoned ones included")
                        .isEqualTo(worker.metrics().sum("sedano_deliveries_total"));
            });
        }
    }

    private void rounds(int rounds, Blow blow) {
        String queue = "broker-outage-" + UUID.randomUUID();
        try (TestStore store = TestStore.start();
                ChaosWorkerProcess worker = start(queue, store)) {
            worker.awaitConsuming();
            for (int i = 0; i < rounds; i++) {
                round(queue, "r" + i, worker, blow);
            }
            new Judgement(ChaosLedger.read(folder), copies).always().ranEachKeyOnce();
        }
    }

    private void round(String queue, String name, ChaosWorkerProcess worker, Blow blow) {
        Path gate = folder.resolve(name);
        String slow = name + "-slow";
        double attached = worker.metrics().sum("sedano_settlements_total", "reason=\"attached\"");
        send(queue, name, slow, gate);
        await("the slow handler starts", Event.START, List.of(slow));
        double abandoned = worker.metrics().sum("sedano_settlements_total", "outcome=\"abandoned\"");
        blow.strike();
        long accepting = System.nanoTime();
        Awaitility.await("the worker notices that its channel is gone")
                .atMost(CONSUMING_AGAIN_LIMIT)
                .until(() -> worker.metrics().sum("sedano_settlements_total", "outcome=\"abandoned\"") > abandoned);
        Awaitility.await("the worker consumes again")
                .atMost(CONSUMING_AGAIN_LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> worker.metrics().sum("sedano_consuming") == 1);
        assertThat(Duration.ofNanos(System.nanoTime() - accepting))
                .as("from the broker accepting connections to consuming")
                .isLessThan(CONSUMING_AGAIN_LIMIT);
        Awaitility.await("the running handler's copy is held, not run")
                .atMost(LIMIT)
                .until(() -> worker.metrics().sum("sedano_held") >= 1);
        open(gate);
        await("the running handler completes", Event.COMPLETE_OK, List.of(slow));
        awaitAllDone(queue, worker);
        assertThat(worker.metrics().sum("sedano_settlements_total", "reason=\"attached\""))
                .as("the copy of the handler that ran through the outage was attached to it")
                .isGreaterThan(attached);
    }

    private void send(String queue, String name, String slow, Path gate) {
        try (ChaosPublisher publisher = new ChaosPublisher(broker)) {
            publisher.add(queue, ChaosTasks.GATED, slow, gate.toString());
            for (int i = 0; i < QUICK_TASKS; i++) {
                publisher.add(queue, ChaosTasks.WORK, name + "-" + i, QUICK_MILLIS);
            }
            publisher.flush();
            copies.putAll(publisher.copies());
        }
    }

    private void await(String what, Event event, List<String> keys) {
        Awaitility.await(what)
                .atMost(LIMIT)
                .until(() -> ChaosLedger.read(folder).stream()
                        .filter(line -> line.event() == event)
                        .map(ChaosLedger.Line::key)
                        .collect(Collectors.toSet())
                        .containsAll(keys));
    }

    private static void open(Path gate) {
        try {
            Files.createFile(gate);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
