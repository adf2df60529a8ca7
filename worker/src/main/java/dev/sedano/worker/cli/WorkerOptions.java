package dev.sedano.worker.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code sedano worker} as typed; {@link ConfigFromOptions} gives them their meaning. */
final class WorkerOptions {
    @Option(
            names = {"-A", "--app"},
            paramLabel = "APP",
            description = "A jar, a classes folder or a class name with tasks; may repeat.")
    List<String> apps = new ArrayList<>();

    @Option(
            names = GivenSettings.CONFIG,
            paramLabel = "FILE",
            description = "Settings in YAML or .properties, see docs/configuration.md; options and environment win."
                    + " Environment: SEDANO_CONFIG.")
    @Nullable
    String config;

    @Option(names = "--show-config", description = "Print each setting and where it comes from, and exit.")
    boolean showConfig;

    @Option(
            names = {"-Q", "--queues"},
            paramLabel = "q1,q2",
            split = ",",
            splitSynopsisLabel = "",
            hideParamSyntax = true,
            description = "Queues to consume. Default: --default-queue.")
    List<String> queues = new ArrayList<>();

    @Option(
            names = {"-X", "--exclude-queues"},
            paramLabel = "q1,q2",
            split = ",",
            splitSynopsisLabel = "",
            hideParamSyntax = true,
            description = "Queues not to consume, of -Q or task_queues.")
    List<String> excludedQueues = new ArrayList<>();

    @Option(
            names = {"-c", "--concurrency"},
            paramLabel = "N",
            description = "Handlers that run at once. Default: the number of processors.")
    @Nullable
    String concurrency;

    @Option(
            names = "--autoscale",
            paramLabel = "MAX,MIN",
            description = "As many handlers as there is work for, within bounds; -c has no effect then.")
    @Nullable
    String autoscale;

    @Option(
            names = "--queue-concurrency",
            paramLabel = "q1=N,q2=M",
            description = "Most handlers that run at once of what came from a queue. Default: no such limits.")
    @Nullable
    String queueConcurrency;

    @Option(
            names = {"-n", "--hostname"},
            paramLabel = "NODE",
            description =
                    "Name of this worker; %%h host name, %%n its first label, %%d its domain. Default: sedano@%%h.")
    @Nullable
    String node;

    @Option(
            names = {"-P", "--pool"},
            paramLabel = "POOL",
            description = "threads, virtual (Java 21 or newer) or solo. Default: threads.")
    @Nullable
    String pool;

    @Option(
            names = {"-l", "--loglevel"},
            paramLabel = "LEVEL",
            description = "DEBUG, INFO, WARNING, ERROR, CRITICAL or FATAL. Default: INFO.")
    @Nullable
    String logLevel;

    @Option(
            names = {"-E", "--task-events", "--events"},
            description = "Send task events, for Flower and celery events.")
    boolean events;

    @Option(
            names = "--control",
            paramLabel = "WHAT",
            description = "Commands of celery control that are obeyed: all, read-only, off, or a list of changing ones,"
                    + " as revoke,rate_limit. Default: all.")
    @Nullable
    String control;

    @Option(
            names = {"-b", "--broker"},
            paramLabel = "URL",
            description = "amqp://, pyamqp:// or amqps://, with ?ssl_ca_certs=, ssl_certfile= and ssl_keyfile= (PEM);"
                    + " several separated by ';'. Environment: SEDANO_BROKER_URL,"
                    + " CELERY_BROKER_URL. Default: amqp://guest:guest@localhost:5672//.")
    @Nullable
    String broker;

    @Option(
            names = "--result-backend",
            paramLabel = "URL",
            description = "redis://, rediss://, sentinel://, rpc:// or disabled. Environment: SEDANO_RESULT_BACKEND,"
                    + " CELERY_RESULT_BACKEND.")
    @Nullable
    String resultBackend;

    @Option(
            names = "--result-extended",
            description = "Stored results also say name, arguments, worker, retries and queue.")
    boolean resultExtended;

    @Option(
            names = "--result-key-prefix",
            paramLabel = "PREFIX",
            description =
                    "The app's global_keyprefix, in result_backend_transport_options: in front of the names of all"
                            + " results and chords in Redis. Default: none.")
    @Nullable
    String resultKeyPrefix;

    @Option(names = "--track-started", description = "Callers see the state STARTED while a task runs.")
    boolean trackStarted;

    @Option(
            names = "--idempotency-store",
            paramLabel = "URL",
            description = "redis:// or rediss://, sentinel://h1:26379,h2:26379/service/db or"
                    + " redis+cluster://h1:6379,h2:6379. Environment: SEDANO_IDEMPOTENCY_STORE. Default: the result"
                    + " backend if that is Redis.")
    @Nullable
    String idempotencyStore;

    @Option(
            names = "--store-partitions",
            paramLabel = "N",
            description = "Spread the keys over N hash tags, the same for all workers of a namespace. Default: 1, in a"
                    + " cluster 16.")
    @Nullable
    String storePartitions;

    @Option(
            names = "--durability",
            paramLabel = "LEVEL",
            description = "none, wait:REPLICAS:MS or waitaof:LOCAL:REPLICAS:MS: what must confirm a claim or completion"
                    + " before it counts. Default: none.")
    @Nullable
    String durability;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            description = "Health and metrics, or off. Default: 127.0.0.1:9464.")
    @Nullable
    String http;

    @Option(
            names = "--shutdown-timeout",
            paramLabel = "TIME",
            description = "How long SIGTERM waits for running handlers. Default: 60s.")
    @Nullable
    String shutdownTimeout;

    @Option(
            names = "--max-left-behind",
            paramLabel = "N",
            description = "End, for a supervisor to start anew, when N handlers run on past their hard time limits."
                    + " Default: as many as -c.")
    @Nullable
    String mostLeftBehind;

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            description = "Prefix of the keys in the store; workers that share work share it. Default: default.")
    @Nullable
    String namespace;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description =
                    "Journal and known epoch. Default: $XDG_STATE_HOME/sedano/NODE, or ~/.local/state/sedano/NODE.")
    @Nullable
    String stateDir;

    @Option(
            names = "--journal-limit",
            paramLabel = "SIZE",
            description =
                    "Most that the journal may take, as 64M; 0 = no journal: work that is finished while the store"
                            + " is away runs again if the worker ends. Default: 64M.")
    @Nullable
    String journalLimit;

    @Option(
            names = "--consumer-timeout",
            paramLabel = "TIME",
            description = "The broker's consumer_timeout. Default: 30m.")
    @Nullable
    String consumerTimeout;

    @Option(
            names = "--default-queue",
            paramLabel = "QUEUE",
            description = "Consumed unless -Q says otherwise; gets what names no route. Default: celery.")
    @Nullable
    String defaultQueue;

    @Option(
            names = "--time-limit",
            paramLabel = "TIME",
            description = "Handlers are left behind after it and their tasks fail, unless their message says its own."
                    + " Default: none.")
    @Nullable
    String timeLimit;

    @Option(
            names = "--soft-time-limit",
            paramLabel = "TIME",
            description = "Handlers are interrupted after it, unless their message says its own. Default: none.")
    @Nullable
    String softTimeLimit;

    @Option(
            names = "--rate-limit",
            paramLabel = "RATE",
            description = "Of each task that task_annotations says none of: 10/s, 100/m, 1/h. Default: none.")
    @Nullable
    String rateLimit;

    @Option(
            names = "--result-expires",
            paramLabel = "TIME",
            description = "How long results stay in the result backend; 0 = for ever. Default: 1d.")
    @Nullable
    String resultExpires;

    @Option(
            names = "--lease",
            paramLabel = "TIME",
            description = "How long a claim holds without renewal; more than the longest pause of this process."
                    + " Default: 30s.")
    @Nullable
    String lease;

    @Option(
            names = "--retention",
            paramLabel = "TIME",
            description = "How long completed keys are remembered. Default: 7d.")
    @Nullable
    String retention;

    @Option(
            names = "--longest-hold",
            paramLabel = "TIME",
            description = "Tasks that are due later than this wait in delay queues of the broker. Default: 60s.")
    @Nullable
    String longestHold;

    @Option(
            names = "--prefetch-multiplier",
            paramLabel = "N",
            description = "Deliveries taken ahead per handler. Default: 1.")
    @Nullable
    String prefetchMultiplier;

    @Option(
            names = "--delivery-limit",
            paramLabel = "N",
            description = "The delivery limit of quorum queues where a policy sets it, which the worker cannot see."
                    + " Default: 20.")
    @Nullable
    String deliveryLimit;

    @Option(
            names = "--inherit-priority",
            description = "What follows a task gets the priority of its message (task_inherit_parent_priority).")
    boolean inheritPriority;

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            description = "text or json (one object per line). Default: text.")
    @Nullable
    String logFormat;

    @Option(
            names = "--on-unknown-task",
            paramLabel = "POLICY",
            description = "dead-letter: to <queue>.dead. hand-on or hand-on:HOPS:TIME: back to the queue for its other"
                    + " workers, HOPS times (100), each time after TIME (2s), then to <queue>.dead. Default:"
                    + " dead-letter.")
    @Nullable
    String onUnknownTask;

    @Option(
            names = "--accept-content",
            paramLabel = "s1,s2",
            description = "Serializers that are read: json, msgpack, yaml. Default: all three.")
    @Nullable
    String acceptContent;

    @Option(
            names = "--task-serializer",
            paramLabel = "NAME",
            description = "json, msgpack or yaml: of messages that this worker publishes. Default: json.")
    @Nullable
    String taskSerializer;

    @Option(
            names = "--task-compression",
            paramLabel = "NAME",
            description = "gzip, bzip2, lzma, zstd or none: of messages that this worker publishes. Default: none.")
    @Nullable
    String taskCompression;

    @Option(
            names = "--result-serializer",
            paramLabel = "NAME",
            description = "json, msgpack or yaml; as the clients' result_serializer. Default: json.")
    @Nullable
    String resultSerializer;

    @Option(
            names = "--result-compression",
            paramLabel = "NAME",
            description = "gzip, bzip2, lzma, zstd or none: of results in Redis. Default: none.")
    @Nullable
    String resultCompression;

    @Option(
            names = "--topology",
            paramLabel = "MODE",
            description = "declare, passive or none: what to do about queues. Default: declare.")
    @Nullable
    String topology;

    @Option(
            names = "--on-lease-loss",
            paramLabel = "POLICY",
            description = "rerun (announced to the handler) or park, for work whose worker vanished. Default: rerun.")
    @Nullable
    String onLeaseLoss;
}
