package dev.sedano.worker.runtime;

import dev.sedano.worker.address.BrokerServers;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.canvas.ImproperlyConfiguredException;
import dev.sedano.worker.delivery.MaxRetriesExceededException;
import dev.sedano.worker.delivery.PipelineSettings;
import dev.sedano.worker.handler.ArgumentsException;
import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.StoreListener;
import dev.sedano.worker.idempotency.StoreStatus;
import dev.sedano.worker.idempotency.redis.RedisResultStore;
import dev.sedano.worker.idempotency.redis.RedisStoreSettings;
import dev.sedano.worker.idempotency.redis.RedisStores;
import dev.sedano.worker.metrics.WorkerMetrics;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.ResultForm;
import dev.sedano.worker.rabbitmq.BrokerSettings;
import dev.sedano.worker.result.ExceptionEncoding;
import dev.sedano.worker.result.NoResults;
import dev.sedano.worker.result.RedisResults;
import dev.sedano.worker.result.ResultEncoder;
import dev.sedano.worker.result.ResultStore;
import dev.sedano.worker.result.Results;
import dev.sedano.worker.result.RpcResults;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the configuration to the parts of a worker: concrete stores, settings, forms. */
final class Wiring {
    private static final Logger LOG = LoggerFactory.getLogger(Wiring.class);
    private static final Duration STORE_DEADLINE = Duration.ofSeconds(1);
    private static final Duration RESULT_DEADLINE = Duration.ofSeconds(1);

    private static final int MOST_PREFETCH = 512;
    private static final int MOST_HELD = 2_000;
    private static final Duration RETURN_DELAY = Duration.ofMillis(1_500);
    private static final Duration MOST_MARGIN = Duration.ofMinutes(2);

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
                        StoreServers.of("--result-backend", redis.uri()),
                        redis.keys().prefix(),
                        RESULT_DEADLINE,
                        resultLife(config),
                        listener(metrics))
                : null;
    }

    /** As in Celery, what expires after 0 never does. */
    private static @Nullable Duration resultLife(WorkerConfig config) {
        return config.resultExpiry().isZero() ? null : config.resultExpiry();
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

    static BrokerSettings brokerSettings(WorkerConfig config, Duration remembered) {
        return new BrokerSettings(
                BrokerServers.of("--broker", config.brokers()),
                config.node(),
                config.routing().bindings(config.queues()),
                config.routing().definitions(),
                switch (config.topology()) {
                    case DECLARE -> BrokerSettings.TopologyMode.DECLARE;
                    case PASSIVE -> BrokerSettings.TopologyMode.PASSIVE;
                    case NONE -> BrokerSettings.TopologyMode.NONE;
                },
                config.concurrency(),
                config.concurrency() * config.prefetchMultiplier(),
                Math.max(MOST_PREFETCH, config.concurrency() * config.prefetchMultiplier()),
                config.deliveryLimit(),
                config.unknownTask().hops() > 0,
                remembered);
    }

    /** @param taskNames the tasks that this worker has */
    static PipelineSettings pipelineSettings(WorkerConfig config, Set<String> taskNames) {
        return new PipelineSettings(
                config.node(),
                config.concurrency(),
                config.lease(),
                config.retention(),
                config.afterLeaseLoss(),
                MOST_HELD,
                config.longestHold(),
                RETURN_DELAY,
                settleWithin(config.consumerTimeout()),
                config.trackStarted(),
                config.unknownTask(),
                config.limits().caps(taskNames));
    }

    /** Two minutes before the broker would take the channel away: it looks once a minute. */
    private static Duration settleWithin(Duration consumerTimeout) {
        Duration margin = consumerTimeout.dividedBy(2);
        return consumerTimeout.minus(margin.compareTo(MOST_MARGIN) < 0 ? margin : MOST_MARGIN);
    }

    static Results results(
            WorkerConfig config, @Nullable ResultStore store, ResultForm form, RpcResults.ReplySender replies) {
        if (config.resultBackend() instanceof ResultBackend.Rpc) {
            return new RpcResults(replies, form);
        }
        return store != null && config.resultBackend() instanceof ResultBackend.Redis redis
                ? new RedisResults(store, resultLife(config), config.resultBesideMarker(), form::toStore, redis.keys())
                : new NoResults();
    }

    static ResultEncoder encoder(WorkerConfig config, CeleryJson json, Clock clock, ResultForm form) {
        ResultEncoder encoder = new ResultEncoder(
                json,
                new ExceptionEncoding()
                        .with(ArgumentsException.class.getName(), "TypeError")
                        .with(
                                MaxRetriesExceededException.class.getName(),
                                "MaxRetriesExceededError",
                                "celery.exceptions")
                        .with(
                                ImproperlyConfiguredException.class.getName(),
                                "ImproperlyConfigured",
                                "celery.exceptions"),
                clock,
                form);
        return config.resultExtended() ? encoder.extended(config.node()) : encoder;
    }

    static FollowUps followUps(WorkerConfig config, CeleryJson json, Clock clock) {
        return new FollowUps(
                        json,
                        clock,
                        origin(),
                        config.routing().router(),
                        config.payloads().tasks())
                .inheritingPriority(config.inheritPriority());
    }

    /** As Celery names publishers; the process id tells workers on one host apart. */
    private static String origin() {
        return "gen" + ProcessHandle.current().pid() + "@" + NodeName.hostname();
    }
}
