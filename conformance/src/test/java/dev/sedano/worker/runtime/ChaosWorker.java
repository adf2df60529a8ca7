package dev.sedano.worker.runtime;

import dev.sedano.conformance.chaos.ChaosLedger;
import dev.sedano.conformance.chaos.ChaosTasks;
import dev.sedano.conformance.chaos.Failpoint;
import dev.sedano.conformance.chaos.MetricsPage;
import dev.sedano.conformance.chaos.RecordingStore;
import dev.sedano.worker.address.BrokerUri;
import dev.sedano.worker.address.RedisUri;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/**
 * A worker as the command line starts it, but with the chaos tasks and a store that keeps a ledger. In this package
 * because only here a store can be put between. Settings come as system properties {@code chaos.*}.
 */
public final class ChaosWorker {
    private ChaosWorker() {}

    /** Runs until SIGTERM or its failpoint. */
    public static void main(String[] args) {
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger("ROOT"))
                .setLevel(ch.qos.logback.classic.Level.toLevel(System.getProperty("chaos.log", "INFO")));
        String node = setting("node");
        Path folder = Path.of(setting("folder"));
        Failpoint failpoint = Failpoint.valueOf(setting("failpoint"));
        ChaosLedger ledger = ChaosLedger.open(folder, node);
        WorkerConfig config = WorkerConfig.builder()
                .brokers(BrokerUri.parseAll("--broker", setting("broker")))
                .resultBackend(ResultBackend.parse("--result-backend", setting("store")))
                .idempotencyStore(RedisUri.parse("--idempotency-store", setting("store")))
                .queues(List.of(setting("queues").split(",", -1)))
                .concurrency(Integer.getInteger("chaos.concurrency", 4))
                .prefetchMultiplier(4) // so that there is work at hand that does not run, whenever one dies
                .lease(Duration.ofSeconds(Long.getLong("chaos.lease", 30)))
                .node(node + "@chaos")
                .stateDir(folder.resolve(node + ".state"))
                .http(new HttpAddress("127.0.0.1", Integer.getInteger("chaos.http", 0)))
                .build();
        Worker worker = new Worker(
                config, ChaosTasks.registry(ledger, failpoint), store -> new RecordingStore(store, ledger, failpoint));
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            worker.stop();
                            try {
                                var unused = worker.awaitEnd(Duration.ofSeconds(20));
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "stop"));
        if (failpoint == Failpoint.AFTER_SETTLEMENT) {
            Thread watch = new Thread(ChaosWorker::haltAfterSettlement, "failpoint");
            watch.setDaemon(true);
            watch.start();
        }
        var unused = worker.run();
    }

    /** The counter is raised after the settlement was written, so the worker's own metrics tell when. */
    private static void haltAfterSettlement() {
        MetricsPage metrics = new MetricsPage(Integer.getInteger("chaos.http", 0));
        while (!settled(metrics)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        Failpoint.AFTER_SETTLEMENT.reached(Failpoint.AFTER_SETTLEMENT);
    }

    private static boolean settled(MetricsPage metrics) {
        try {
            return metrics.sum("sedano_settlements_total") > 0;
        } catch (UncheckedIOException tooEarly) {
            return false;
        }
    }

    private static String setting(String name) {
        String value = System.getProperty("chaos." + name);
        if (value == null) {
            throw new IllegalArgumentException("-Dchaos." + name + " is not given");
        }
        return value;
    }
}
