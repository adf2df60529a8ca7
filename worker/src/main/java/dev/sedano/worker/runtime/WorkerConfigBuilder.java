package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.address.BrokerUri;
import dev.sedano.worker.address.RedisUri;
import dev.sedano.worker.address.StoreUri;
import dev.sedano.worker.control.ControlAccess;
import dev.sedano.worker.delivery.UnknownTaskPolicy;
import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.protocol.PayloadSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the settings of a {@link WorkerConfig}, whose documentation says meaning and range. Not thread-safe. */
public final class WorkerConfigBuilder {
    private static final String DEFAULT_BROKER = "amqp://guest:guest@localhost:5672//";

    /** Enough to spread over a few primaries; each has a hello of its own every second. */
    private static final int CLUSTER_PARTITIONS = 16;

    private List<BrokerUri> brokers = BrokerUri.parseAll("--broker", DEFAULT_BROKER);
    private @Nullable ResultBackend resultBackend;
    private @Nullable StoreUri idempotencyStore;
    private int storePartitions;
    private Durability durability = Durability.NONE;
    private @Nullable List<String> queues;
    private int concurrency = Runtime.getRuntime().availableProcessors();
    private @Nullable String node;
    private PoolKind pool = PoolKind.THREADS;
    private int prefetchMultiplier = 1;
    private int mostLeftBehind;
    private @Nullable HttpAddress http = new HttpAddress("127.0.0.1", 9464);
    private Duration shutdownTimeout = Duration.ofSeconds(60);
    private Duration lease = Duration.ofSeconds(30);
    private Duration retention = Duration.ofDays(7);
    private Duration resultExpiry = Duration.ofDays(1);
    private boolean resultExtended;
    private boolean trackStarted;
    private String namespace = "default";
    private @Nullable Path stateDir;
    private TopologyMode topology = TopologyMode.DECLARE;
    private UnknownTaskPolicy unknownTask = UnknownTaskPolicy.DEAD_LETTER;
    private AfterLeaseLoss afterLeaseLoss = AfterLeaseLoss.RERUN;
    private Duration consumerTimeout = Duration.ofMinutes(30);
    private long journalLimit = 64 << 20;
    private int deliveryLimit = 20;
    private PayloadSettings payloads = PayloadSettings.DEFAULT;
    private boolean taskEvents;
    private ControlAccess control = ControlAccess.ALL;
    private boolean inheritPriority;
    private Routing routing = Routing.DEFAULT;
    private HandlerLimits limits = HandlerLimits.NONE;
    private Duration longestHold = Duration.ofSeconds(60);

    WorkerConfigBuilder() {}

    /** Brokers, tried in this order. */
    public WorkerConfigBuilder brokers(List<BrokerUri> value) {
        this.brokers = value;
        return this;
    }

    /** Where callers find results; has to be set. */
    public WorkerConfigBuilder resultBackend(ResultBackend value) {
        this.resultBackend = value;
        return this;
    }

    /** Where completion markers are kept; the default is the result backend if that is Redis. */
    public WorkerConfigBuilder idempotencyStore(StoreUri value) {
        this.idempotencyStore = value;
        return this;
    }

    /** Completion markers on one server. */
    public WorkerConfigBuilder idempotencyStore(RedisUri value) {
        return idempotencyStore(StoreUri.of(value));
    }

    /** Over how many hash tags the keys are spread; all workers of a namespace say the same. */
    public WorkerConfigBuilder storePartitions(int value) {
        if (value < 1) {
            throw new ConfigurationException("--store-partitions", Integer.toString(value), "must be from 1 to 1024");
        }
        this.storePartitions = value;
        return this;
    }

    /** Which confirmations a claim or completion needs. */
    public WorkerConfigBuilder durability(Durability value) {
        this.durability = value;
        return this;
    }

    /** What to consume; the default are the defined queues, or else the default queue. */
    public WorkerConfigBuilder queues(List<String> value) {
        this.queues = value;
        return this;
    }

    /** How many handlers run at once. */
    public WorkerConfigBuilder concurrency(int value) {
        this.concurrency = value;
        return this;
    }

    /** The worker's name, NAME@HOST. */
    public WorkerConfigBuilder node(String value) {
        this.node = value;
        return this;
    }

    /** What runs the handlers. */
    public WorkerConfigBuilder pool(PoolKind value) {
        this.pool = value;
        return this;
    }

    /** Deliveries taken ahead per slot. */
    public WorkerConfigBuilder prefetchMultiplier(int value) {
        this.prefetchMultiplier = value;
        return this;
    }

    /** Where health and metrics are served; null = nowhere. */
    public WorkerConfigBuilder http(@Nullable HttpAddress value) {
        this.http = value;
        return this;
    }

    /** How long a warm shutdown waits. */
    public WorkerConfigBuilder shutdownTimeout(Duration value) {
        this.shutdownTimeout = value;
        return this;
    }

    /** How long a claim holds without renewal. */
    public WorkerConfigBuilder lease(Duration value) {
        this.lease = value;
        return this;
    }

    /** How long completed keys are remembered. */
    public WorkerConfigBuilder retention(Duration value) {
        this.retention = value;
        return this;
    }

    /** How long results and chords stay in the backend; zero = for ever. */
    public WorkerConfigBuilder resultExpiry(Duration value) {
        this.resultExpiry = value;
        return this;
    }

    /** Whether stored results say name, arguments, worker, retries and queue (Celery's {@code result_extended}). */
    public WorkerConfigBuilder resultExtended(boolean value) {
        this.resultExtended = value;
        return this;
    }

    /** Whether callers see the state STARTED (Celery's {@code task_track_started}). */
    public WorkerConfigBuilder trackStarted(boolean value) {
        this.trackStarted = value;
        return this;
    }

    /** Prefix of the store's keys. */
    public WorkerConfigBuilder namespace(String value) {
        this.namespace = value;
        return this;
    }

    /** Where journal and known epoch are kept. */
    public WorkerConfigBuilder stateDir(Path value) {
        this.stateDir = value;
        return this;
    }

    /** What is done about the queues. */
    public WorkerConfigBuilder topology(TopologyMode value) {
        this.topology = value;
        return this;
    }

    /** What happens to messages of unknown tasks. */
    public WorkerConfigBuilder unknownTask(UnknownTaskPolicy value) {
        this.unknownTask = value;
        return this;
    }

    /** What happens to work whose owner vanished. */
    public WorkerConfigBuilder afterLeaseLoss(AfterLeaseLoss value) {
        this.afterLeaseLoss = value;
        return this;
    }

    /** The broker's {@code consumer_timeout}; finished but unrecorded deliveries are returned in time before it. */
    public WorkerConfigBuilder consumerTimeout(Duration value) {
        this.consumerTimeout = value;
        return this;
    }

    /** Bytes that the journal may have; 0 = no journal. */
    public WorkerConfigBuilder journalLimit(long value) {
        this.journalLimit = value;
        return this;
    }

    /** The delivery limit of quorum queues that the worker cannot see, as one that a policy sets. */
    public WorkerConfigBuilder deliveryLimit(int value) {
        this.deliveryLimit = value;
        return this;
    }

    /** In which forms messages are read, and messages and results written. */
    public WorkerConfigBuilder payloads(PayloadSettings value) {
        this.payloads = value;
        return this;
    }

    /** Whether task events are sent from the start. */
    public WorkerConfigBuilder taskEvents(boolean value) {
        this.taskEvents = value;
        return this;
    }

    /** Which control commands are obeyed. */
    public WorkerConfigBuilder control(ControlAccess value) {
        this.control = value;
        return this;
    }

    /** Whether what follows a task has the priority of its message. */
    public WorkerConfigBuilder inheritPriority(boolean value) {
        this.inheritPriority = value;
        return this;
    }

    /** At how many handlers that run on past their hard time limits the worker ends; as many as run at once. */
    public WorkerConfigBuilder mostLeftBehind(int value) {
        if (value == 0) { // which is how the builder says "not given"
            throw new ConfigurationException("--max-left-behind", "0", "must be from 1 to 10000");
        }
        this.mostLeftBehind = value;
        return this;
    }

    /** Where messages go. */
    public WorkerConfigBuilder routing(Routing value) {
        this.routing = value;
        return this;
    }

    /** What bounds the handlers. */
    public WorkerConfigBuilder limits(HandlerLimits value) {
        this.limits = value;
        return this;
    }

    /** What is due later waits in delay queues of the broker. */
    public WorkerConfigBuilder longestHold(Duration value) {
        this.longestHold = value;
        return this;
    }

    /**
     * The checked settings.
     *
     * @throws ConfigurationException if one is missing or out of range
     */
    public WorkerConfig build() {
        ResultBackend backend = resultBackend;
        if (backend == null) {
            throw new ConfigurationException(
                    "--result-backend",
                    "",
                    "is not given: write redis://host:6379/0, rpc:// or disabled, or set SEDANO_RESULT_BACKEND");
        }
        StoreUri store = idempotencyStore == null ? storeOf(backend) : idempotencyStore;
        int usualPartitions = store.kind() == StoreUri.Kind.CLUSTER ? CLUSTER_PARTITIONS : 1;
        String nodeName = node == null ? NodeName.format(NodeName.DEFAULT, NodeName.hostname()) : node;
        return new WorkerConfig(
                brokers,
                backend,
                store,
                storePartitions == 0 ? usualPartitions : storePartitions,
                durability,
                queues == null ? routing.usualQueues() : queues,
                concurrency,
                nodeName,
                pool,
                prefetchMultiplier,
                http,
                shutdownTimeout,
                lease,
                retention,
                resultExpiry,
                resultExtended,
                trackStarted,
                namespace,
                stateDir == null ? StateDir.of(System.getenv(), nodeName) : stateDir,
                topology,
                unknownTask,
                afterLeaseLoss,
                consumerTimeout,
                journalLimit,
                deliveryLimit,
                payloads,
                taskEvents,
                control,
                inheritPriority,
                mostLeftBehind == 0 ? concurrency : mostLeftBehind,
                routing,
                limits,
                longestHold);
    }

    /** Results that are no Redis leave no place for the markers, and without markers nothing may run. */
    private static StoreUri storeOf(ResultBackend backend) {
        if (backend instanceof ResultBackend.Redis redis) {
            return redis.uri();
        }
        throw new ConfigurationException(
                "--idempotency-store",
                "",
                "is not given, and results go to " + backend + ", which cannot keep the completion markers: write"
                        + " --idempotency-store redis://host:6379/0, or set SEDANO_IDEMPOTENCY_STORE");
    }
}
