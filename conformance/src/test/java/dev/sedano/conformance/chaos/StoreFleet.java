package dev.sedano.conformance.chaos;

import dev.sedano.conformance.harness.TestBroker;
import dev.sedano.services.PrivateRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Two workers on several queues, with a Redis of their own behind a proxy. Not thread-safe. */
final class StoreFleet implements AutoCloseable {
    private static final int LEASE_SECONDS = 30;
    private static final int HANDLERS = 4;

    /**
     * Each block is to be judged, so that the store may lose nothing when it is killed: with {@code everysec} Redis answers
     * before it writes for as long as a slow sync takes, and a block of lost work is never judged.
     */
    private final PrivateRedis redis =
            PrivateRedis.builder().setting("appendfsync always").start();

    private final StoreProxy proxy = new StoreProxy(redis.port());
    private final ChaosPublisher publisher = new ChaosPublisher(TestBroker.shared());
    private final Path folder;
    private final List<ChaosWorkerProcess> workers;

    /** @param queues to declare, with their arguments */
    StoreFleet(Map<String, Map<String, Object>> queues) {
        queues.forEach(publisher::declare);
        try {
            folder = Files.createTempDirectory("sedano-chaos");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        workers = Stream.of("w1", "w2")
                .map(node -> new ChaosWorkerProcess.Settings(
                                node,
                                folder,
                                TestBroker.shared().url(),
                                proxy.redisUrl(),
                                String.join(",", queues.keySet()),
                                HANDLERS,
                                LEASE_SECONDS,
                                Failpoint.NEVER)
                        .start())
                .toList();
        workers.forEach(ChaosWorkerProcess::awaitConsuming);
    }

    ChaosPublisher publisher() {
        return publisher;
    }

    List<ChaosWorkerProcess> workers() {
        return workers;
    }

    List<ChaosLedger.Line> ledger() {
        return ChaosLedger.read(folder);
    }

    void begin(StoreFault fault) {
        fault.begin(redis, proxy);
    }

    void end(StoreFault fault) {
        fault.end(redis, proxy);
    }

    /** The value of a metric in the fleet, since its start. */
    double sum(String metric, String... tags) {
        return workers.stream()
                .mapToDouble(worker -> worker.metrics().sum(metric, tags))
                .sum();
    }

    @Override
    public void close() {
        workers.forEach(ChaosWorkerProcess::close);
        publisher.close();
        proxy.close();
        redis.close();
    }
}
