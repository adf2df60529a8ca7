package dev.sedano.worker.runtime;

import dev.sedano.task.TaskModule;
import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.address.BrokerUri;
import dev.sedano.worker.address.StoreUri;
import java.util.List;
import java.util.function.UnaryOperator;

/** Builds a worker for a program that embeds one. Not safe for use by several threads. */
public final class WorkerBuilder {
    private final WorkerConfigBuilder config = WorkerConfig.builder();
    private final TaskRegistry registry = new TaskRegistry();

    WorkerBuilder() {}

    /** One or several broker URLs, separated by {@code ;}. */
    public WorkerBuilder broker(String urls) {
        config.brokers(BrokerUri.parseAll("broker", urls));
        return this;
    }

    /** Where callers find results: {@code redis://…}, {@code rediss://…}, {@code rpc://} or {@code disabled}. */
    public WorkerBuilder resultBackend(String url) {
        config.resultBackend(ResultBackend.parse("resultBackend", url));
        return this;
    }

    /** Where claims and markers live; default: the result backend when it is Redis. */
    public WorkerBuilder idempotencyStore(String url) {
        config.idempotencyStore(StoreUri.parse("idempotencyStore", url));
        return this;
    }

    /** The queues to consume; default {@code celery}. */
    public WorkerBuilder queues(String... queues) {
        config.queues(List.of(queues));
        return this;
    }

    /** Any other setting. */
    public WorkerBuilder configure(UnaryOperator<WorkerConfigBuilder> settings) {
        var unused = settings.apply(config);
        return this;
    }

    /** Adds the {@link dev.sedano.task.Task} methods of {@code bean}, or what a {@link TaskModule} registers. */
    public WorkerBuilder tasks(Object bean) {
        if (bean instanceof TaskModule module) {
            module.register(registry);
        } else {
            registry.addMethods(bean);
        }
        return this;
    }

    /**
     * Checks the settings.
     *
     * @throws dev.sedano.worker.ConfigurationException naming setting, value and cure
     */
    public Worker build() {
        return new Worker(config.build(), registry);
    }
}
