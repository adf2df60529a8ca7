package dev.sedano.worker.runtime;

import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.StoreListener;
import dev.sedano.worker.idempotency.StoreStatus;
import dev.sedano.worker.idempotency.redis.RedisResultStore;
import dev.sedano.worker.idempotency.redis.RedisStoreSettings;
import dev.sedano.worker.idempotency.redis.RedisStores;
import dev.sedano.worker.metrics.WorkerMetrics;
import dev.sedano.worker.rabbitmq.BrokerSettings;
import dev.sedano.worker.result.ResultStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the configuration to the concrete broker and stores. */
final class Wiring {
    private static final Logger LOG = LoggerFactory.getLogger(Wiring.class);
    private static final Duration STORE_DEADLINE = Duration.ofSeconds(1);
    private static final Duration RESULT_DEADLINE = Duration.ofSeconds(1);

    private Wiring() {}

    static IdempotencyStore store(WorkerConfig config, WorkerMetrics metrics) {
        Durability durability = config.durability();
        return RedisStores.open(
                RedisStoreSettings.builder(StoreServers.of("--idempotency-store", config.idempotencyStore()))
                        .namespace(config.namespace())
                        .lossHorizon(config.retention())
                        .lease(config.lease())
                        .stateDir(config.stateDir())
                        .listener(listener(metrics))
                        .partitions(config.storePartitions())
                        .durability(durability)
                        .callDeadline(STORE_DEADLINE.plus(
                                durability.kind() == Durability.Kind.NONE ? Duration.ZERO : durability.within()))
                        .build());
    }

    static @Nullable ResultStore resultStore(WorkerConfig config, WorkerMetrics metrics) {
        return config.resultBackend() instanceof ResultBackend.Redis redis
                ? new RedisResultStore(
                        StoreServers.of("--result-backend", redis.uri()), RESULT_DEADLINE, listener(metrics))
                : null;
    }

    private static StoreListener listener(WorkerMetrics metrics) {
        return new StoreListener() {
            @Override
            public void answered(String script, Duration elapsed) {
                metrics.storeCall(script, elapsed.toNanos());
            }

            @Override
            public void noticed(StoreStatus status) {
                LOG.warn("store: {} (epoch {}, generation {})", status.verdict(), status.epoch(), status.generation());
                metrics.storeIdentityChanged(status.verdict().name().toLowerCase(java.util.Locale.ROOT));
            }

            @Override
            public void resultKeyOccupied(String resultKey) {
                LOG.error("result key {} holds another Redis type: the result was announced, not stored", resultKey);
            }
        };
    }

    static BrokerSettings brokerSettings(WorkerConfig config, int mostPrefetch, Duration remembered) {
        return new BrokerSettings(
                BrokerServers.of("--broker", config.brokers()),
                config.node(),
                config.queues(),
                switch (config.topology()) {
                    case DECLARE -> BrokerSettings.TopologyMode.DECLARE;
                    case PASSIVE -> BrokerSettings.TopologyMode.PASSIVE;
                    case NONE -> BrokerSettings.TopologyMode.NONE;
                },
                config.concurrency(),
                config.concurrency() * config.prefetchMultiplier(),
                Math.max(mostPrefetch, config.concurrency() * config.prefetchMultiplier()),
                config.deliveryLimit(),
                remembered);
    }
}
