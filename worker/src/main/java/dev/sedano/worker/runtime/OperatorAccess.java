package dev.sedano.worker.runtime;

import dev.sedano.worker.address.BrokerServers;
import dev.sedano.worker.address.BrokerUri;
import dev.sedano.worker.address.StoreUri;
import dev.sedano.worker.idempotency.StoreListener;
import dev.sedano.worker.idempotency.redis.RedisResultStore;
import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import dev.sedano.worker.rabbitmq.SetAsideQueue;
import dev.sedano.worker.result.ResultStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The store and the broker for operators, reached as a worker reaches them. */
public final class OperatorAccess {
    private static final Duration STORE_TIMEOUT = Duration.ofSeconds(10);

    private OperatorAccess() {}

    /** The store; connects with its first call. */
    public static RedisStoreInspection store(StoreUri store, String namespace) {
        return new RedisStoreInspection(StoreServers.of("--idempotency-store", store), namespace, STORE_TIMEOUT);
    }

    /** Results that live elsewhere than the store; connects with its first call. */
    public static ResultStore results(ResultBackend.Redis backend) {
        return new RedisResultStore(
                StoreServers.of("--result-backend", backend.uri()),
                backend.keys().prefix(),
                STORE_TIMEOUT,
                null,
                StoreListener.NONE);
    }

    /**
     * Copies that were set aside.
     *
     * @throws IOException if no broker answers
     */
    public static SetAsideQueue setAside(List<BrokerUri> brokers, String queue) throws IOException {
        return SetAsideQueue.open(BrokerServers.of("--broker", brokers), queue);
    }
}
