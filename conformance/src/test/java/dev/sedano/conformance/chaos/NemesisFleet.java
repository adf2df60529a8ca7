package dev.sedano.conformance.chaos;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import dev.sedano.conformance.harness.CeleryPublisher;
import dev.sedano.conformance.harness.TestBroker;
import dev.sedano.services.PrivateRedis;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Three workers, a broker and a store behind a proxy, with the means to hurt and to mend each. One thread per place. */
final class NemesisFleet implements AutoCloseable {
    static final Duration LEASE = Duration.ofSeconds(4);
    /** A classic and a quorum queue: they differ in how they deliver again. */
    static final List<String> QUEUES = List.of("nemesis-classic", "nemesis-quorum");

    private static final int WORKERS = 3;
    private static final int HANDLERS = 4;

    private final TestBroker broker = TestBroker.start();
    // A killed server must not lose what it acknowledged, or the judge would blame the worker for it.
    private final PrivateRedis redis = PrivateRedis.builder()
            .setting("appendfsync always")
            .setting("lua-time-limit 100")
            .start();
    private final StoreProxy proxy = new StoreProxy(redis.port());
    private final StoreSabotage sabotage = new StoreSabotage(redis, proxy);
    private final Path folder;
    private final ChaosLedger ledger;
    private final @Nullable ChaosWorkerProcess[] workers = new ChaosWorkerProcess[WORKERS];
    private final AtomicInteger crashes = new AtomicInteger();

    NemesisFleet(Path folder, ChaosLedger ledger) {
        this.folder = folder;
        this.ledger = ledger;
        try (CeleryPublisher publisher = new CeleryPublisher(broker)) {
            publisher.declare(QUEUES.get(0), Map.of());
            publisher.declare(QUEUES.get(1), Map.of("x-queue-type", "quorum"));
        }
        for (int i = 0; i < WORKERS; i++) {
            workers[i] = start(i);
        }
        for (int i = 0; i < WORKERS; i++) {
            var unused = worker(i).awaitConsuming();
        }
    }

    private ChaosWorkerProcess start(int index) {
        return new ChaosWorkerProcess.Settings(
                        "w" + (index + 1),
                        folder,
                        broker.url(),
                        proxy.redisUrl(),
                        String.join(",", QUEUES),
                        HANDLERS,
                        (int) LEASE.toSeconds(),
                        Failpoint.NEVER)
                .start();
    }

    private ChaosWorkerProcess worker(int index) {
        return Objects.requireNonNull(workers[index]);
    }

    TestBroker broker() {
        return broker;
    }

    /** Workers that ended by themselves: poison did it. */
    int crashes() {
        return crashes.get();
    }

    /** Starts a worker again that poison has ended; called often. */
    void revive(int index) {
        if (!worker(index).isAlive()) {
            crashes.incrementAndGet();
            workers[index] = start(index);
        }
    }

    void begin(FaultKind kind, FaultKind.Place place, int lengthMillis) {
        switch (kind) {
            case BROKER_CLOSE -> broker.closeConnections();
            case BROKER_KILL -> broker.kill();
            case BROKER_ALARM -> broker.control("set_vm_memory_high_watermark", "0.0000001");
            case WORKER_KILL -> worker(place.worker()).kill();
            case WORKER_FREEZE -> worker(place.worker()).freeze();
            case WORKER_TERM -> worker(place.worker()).close();
            default -> sabotage.begin(kind, lengthMillis);
        }
    }

    void end(FaultKind kind, FaultKind.Place place) {
        switch (kind) {
            case BROKER_CLOSE -> {}
            case BROKER_KILL -> broker.restart();
            case BROKER_ALARM -> broker.control("set_vm_memory_high_watermark", "0.4");
            case WORKER_FREEZE -> worker(place.worker()).thaw();
            case WORKER_KILL, WORKER_TERM -> workers[place.worker()] = start(place.worker());
            default -> sabotage.end(kind);
        }
    }

    /** Writes down what is left in the queues and in the workers' hands. */
    long left(boolean writeDown) {
        long all = 0;
        try (CeleryPublisher look = new CeleryPublisher(broker)) {
            for (String queue : QUEUES) {
                all += left(queue, look.ready(queue), writeDown);
            }
        }
        for (int i = 0; i < WORKERS; i++) {
            all += left("w" + (i + 1), inFlight(worker(i)), writeDown);
        }
        return all;
    }

    private static long inFlight(ChaosWorkerProcess worker) {
        try {
            String page = worker.metrics().page();
            return page.isEmpty() ? 1 : (long) worker.metrics().sum("sedano_in_flight");
        } catch (UncheckedIOException starting) {
            return 1;
        }
    }

    private long left(String where, long count, boolean writeDown) {
        if (writeDown) {
            ledger.write(Event.LEFT, "", 0, 0, false, count, where);
        }
        return count;
    }

    /** Takes the messages out of the queues for people and writes down which they are. */
    void writeDownSetAside() {
        try (CeleryPublisher look = new CeleryPublisher(broker)) {
            for (String queue : QUEUES) {
                writeDown(look, queue + ".dead", Event.IN_DEAD);
                writeDown(look, queue + ".parked", Event.IN_PARKED);
            }
        }
    }

    private void writeDown(CeleryPublisher look, String queue, Event event) {
        for (var message = look.get(queue); message != null; message = look.get(queue)) {
            ledger.write(
                    event,
                    "",
                    0,
                    0,
                    false,
                    0,
                    String.valueOf(message.getProps().getHeaders().get("id")));
        }
    }

    @Override
    public void close() {
        IntStream.range(0, WORKERS).parallel().forEach(i -> worker(i).close());
        broker.close();
        proxy.close();
        redis.close();
    }
}
