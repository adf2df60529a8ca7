package dev.sedano.worker.cli;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.address.BrokerUri;
import dev.sedano.worker.address.StoreUri;
import dev.sedano.worker.control.ControlAccess;
import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.protocol.PayloadForm;
import dev.sedano.worker.protocol.PayloadSettings;
import dev.sedano.worker.protocol.ResultKeys;
import dev.sedano.worker.protocol.Serializer;
import dev.sedano.worker.runtime.Autoscale;
import dev.sedano.worker.runtime.DurationText;
import dev.sedano.worker.runtime.HandlerLimits;
import dev.sedano.worker.runtime.HttpAddress;
import dev.sedano.worker.runtime.NodeName;
import dev.sedano.worker.runtime.PoolKind;
import dev.sedano.worker.runtime.ResultBackend;
import dev.sedano.worker.runtime.Routing;
import dev.sedano.worker.runtime.StateDir;
import dev.sedano.worker.runtime.TopologyMode;
import dev.sedano.worker.runtime.UnknownTaskText;
import dev.sedano.worker.runtime.WorkerConfig;
import dev.sedano.worker.runtime.WorkerConfigBuilder;
import dev.sedano.worker.settings.ConfigValue;
import dev.sedano.worker.settings.TransportOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Options, wherever they came from, to a checked configuration. */
final class ConfigFromOptions {
    private static final List<String> CELERY_POOLS = List.of("prefork", "processes", "gevent", "eventlet");

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,10})([KMG]?)", Pattern.CASE_INSENSITIVE);

    private final WorkerOptions options;
    private final Function<String, @Nullable ConfigValue> trees;
    private final Map<String, String> environment;
    private final Consumer<String> warnings;

    /**
     * @param trees the settings that no option can say, by key
     * @param warnings takes one line about each thing that is accepted but not as asked
     */
    ConfigFromOptions(
            WorkerOptions options,
            Function<String, @Nullable ConfigValue> trees,
            Map<String, String> environment,
            Consumer<String> warnings) {
        this.options = options;
        this.trees = trees;
        this.environment = environment;
        this.warnings = warnings;
    }

    WorkerConfig config() {
        String node = NodeName.format(options.node == null ? NodeName.DEFAULT : options.node, NodeName.hostname());
        WorkerConfigBuilder config = WorkerConfig.builder()
                .node(node)
                .stateDir(options.stateDir == null ? StateDir.of(environment, node) : Path.of(options.stateDir));
        services(config);
        work(config);
        times(config);
        config.payloads(payloads());
        queues(config);
        return config.build();
    }

    private void services(WorkerConfigBuilder config) {
        given("--broker", options.broker).apply((name, url) -> config.brokers(BrokerUri.parseAll(name, url)));
        given("--result-backend", options.resultBackend)
                .apply((name, url) ->
                        config.resultBackend(ResultBackend.parse(name, url).with(resultKeys())));
        config.resultExtended(options.resultExtended).trackStarted(options.trackStarted);
        given("--idempotency-store", options.idempotencyStore)
                .apply((name, url) -> config.idempotencyStore(StoreUri.parse(name, url)));
        given("--http", options.http)
                .apply((name, text) ->
                        config.http(text.equalsIgnoreCase("off") ? null : HttpAddress.parse(name, text)));
        given("--store-partitions", options.storePartitions)
                .apply((name, text) -> config.storePartitions(number(name, text)));
        given("--durability", options.durability).apply((name, text) -> config.durability(durability(name, text)));
        given("--namespace", options.namespace).apply((name, text) -> config.namespace(text));
        given("--topology", options.topology)
                .apply((name, text) -> config.topology(choice(name, text, TopologyMode.values())));
    }

    private ResultKeys resultKeys() {
        ConfigValue map = trees.apply(TransportOptions.SETTING);
        String nested = TransportOptions.keyPrefix(map, warnings);
        return options.resultKeyPrefix == null
                ? resultKeys(TransportOptions.SETTING + (map == null ? "" : " (" + map.at() + ")"), nested)
                : resultKeys("--result-key-prefix", options.resultKeyPrefix);
    }

    private static ResultKeys resultKeys(String name, @Nullable String prefix) {
        try {
            return ResultKeys.of(prefix);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(name, String.valueOf(prefix), String.valueOf(e.getMessage()), e);
        }
    }

    private void work(WorkerConfigBuilder config) {
        PoolKind pool = pool();
        config.pool(pool);
        if (pool == PoolKind.SOLO) {
            config.concurrency(1);
        }
        given("-c", options.concurrency).apply((name, text) -> config.concurrency(number(name, text)));
        given("--prefetch-multiplier", options.prefetchMultiplier)
                .apply((name, text) -> config.prefetchMultiplier(number(name, text)));
        given("--max-left-behind", options.mostLeftBehind)
                .apply((name, text) -> config.mostLeftBehind(number(name, text)));
        given("--delivery-limit", options.deliveryLimit)
                .apply((name, text) -> config.deliveryLimit(number(name, text)));
        config.taskEvents(options.events);
        given("--control", options.control).apply((name, text) -> config.control(ControlAccess.parse(name, text)));
        config.inheritPriority(options.inheritPriority);
        given("--on-unknown-task", options.onUnknownTask)
                .apply((name, text) -> config.unknownTask(UnknownTaskText.parse(name, text)));
        given("--on-lease-loss", options.onLeaseLoss)
                .apply((name, text) -> config.afterLeaseLoss(choice(name, text, AfterLeaseLoss.values())));
    }

    private void queues(WorkerConfigBuilder config) {
        String defaultQueue =
                options.defaultQueue == null ? Routing.DEFAULT.defaultQueue() : options.defaultQueue.strip();
        Routing routing = new Routing(
                defaultQueue,
                RoutingSettings.queues(trees.apply("task_queues"), defaultQueue),
                RoutingSettings.routes(trees.apply("task_routes")));
        config.routing(routing);
        List<String> named = options.queues.isEmpty()
                ? routing.usualQueues()
                : options.queues.stream().map(String::strip).toList();
        Set<String> excluded =
                options.excludedQueues.stream().map(String::strip).collect(Collectors.toSet());
        List<String> left =
                named.stream().filter(queue -> !excluded.contains(queue)).toList();
        if (left.isEmpty() && !excluded.isEmpty()) {
            throw new ConfigurationException(
                    "-X", String.join(",", options.excludedQueues), "leaves no queue of " + String.join(",", named));
        }
        config.queues(left);
    }

    private PayloadSettings payloads() {
        Set<Serializer> accepted = EnumSet.noneOf(Serializer.class);
        given("--accept-content", options.acceptContent).apply((name, text) -> {
            for (String each : text.split(",", -1)) {
                accepted.add(PayloadNames.serializer(name, each));
            }
        });
        return new PayloadSettings(
                accepted.isEmpty() ? EnumSet.allOf(Serializer.class) : accepted,
                form(
                        given("--task-serializer", options.taskSerializer),
                        given("--task-compression", options.taskCompression)),
                form(
                        given("--result-serializer", options.resultSerializer),
                        given("--result-compression", options.resultCompression)));
    }

    private static PayloadForm form(Given serializer, Given compression) {
        return new PayloadForm(
                serializer.value() == null
                        ? Serializer.JSON
                        : PayloadNames.serializer(serializer.name(), serializer.value()),
                compression.value() == null ? null : PayloadNames.compression(compression.name(), compression.value()));
    }

    private void times(WorkerConfigBuilder config) {
        given("--shutdown-timeout", options.shutdownTimeout)
                .apply((name, text) -> config.shutdownTimeout(DurationText.parse(name, text)));
        given("--longest-hold", options.longestHold)
                .apply((name, text) -> config.longestHold(DurationText.parse(name, text)));
        given("--lease", options.lease).apply((name, text) -> config.lease(DurationText.parse(name, text)));
        given("--consumer-timeout", options.consumerTimeout)
                .apply((name, text) -> config.consumerTimeout(DurationText.parse(name, text)));
        given("--journal-limit", options.journalLimit)
                .apply((name, text) -> config.journalLimit(journalLimit(name, text)));
        given("--result-expires", options.resultExpires)
                .apply((name, text) -> config.resultExpiry(DurationText.parse(name, text)));
        Autoscale autoscale = options.autoscale == null ? null : Autoscale.parse("--autoscale", options.autoscale);
        config.limits(new HandlerLimits(
                limit("--time-limit", options.timeLimit),
                limit("--soft-time-limit", options.softTimeLimit),
                autoscale,
                LimitSettings.queues("--queue-concurrency", options.queueConcurrency),
                LimitSettings.tasks(trees.apply("task_annotations")),
                options.rateLimit == null ? null : LimitSettings.ofAll("--rate-limit", options.rateLimit.strip())));
        given("--retention", options.retention).apply((name, text) -> config.retention(DurationText.parse(name, text)));
    }

    /** As in Celery, zero is no limit. */
    private static @Nullable Duration limit(String option, @Nullable String text) {
        Duration limit = text == null ? null : DurationText.parse(option, text);
        return limit == null || limit.isZero() ? null : limit;
    }

    private PoolKind pool() {
        if (options.pool == null) {
            return PoolKind.THREADS;
        }
        if (CELERY_POOLS.contains(options.pool.toLowerCase(Locale.ROOT))) {
            warnings.accept("-P " + options.pool + " is a pool of Python's worker: using -P threads");
            return PoolKind.THREADS;
        }
        return choice("-P", options.pool, PoolKind.values());
    }

    /** A setting that was given, under the name that errors shall use; value null = not given. */
    private record Given(String name, @Nullable String value) {
        interface Use {
            void with(String name, String value);
        }

        void apply(Use use) {
            if (value != null) {
                use.with(name, value);
            }
        }
    }

    private static Given given(String option, @Nullable String value) {
        return new Given(option, value);
    }

    private static int number(String option, String text) {
        if (text.strip().matches("[0-9]{1,9}")) {
            return Integer.parseInt(text.strip());
        }
        throw new ConfigurationException(option, text, "is no whole number: write one, such as 4");
    }

    private static long journalLimit(String option, String text) {
        Matcher size = SIZE.matcher(text.strip());
        if (!size.matches()) {
            throw new ConfigurationException(option, text, "is no size: write a number of bytes, or 512K, 64M, 1G");
        }
        int shift = switch (size.group(2).toUpperCase(Locale.ROOT)) {
            case "K" -> 10;
            case "M" -> 20;
            case "G" -> 30;
            default -> 0;
        };
        long bytes = Math.min(Long.parseLong(size.group(1)), 1L << 32) << shift; // beyond any limit already
        if (!WorkerConfig.isJournalLimit(bytes)) {
            throw new ConfigurationException(option, text, WorkerConfig.JOURNAL_LIMITS);
        }
        return bytes;
    }

    private static Durability durability(String option, String text) {
        try {
            return Durability.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(option, text, String.valueOf(e.getMessage()), e);
        }
    }

    private static <E extends Enum<E>> E choice(String option, String text, E[] values) {
        return Arrays.stream(values)
                .filter(value -> spelled(value).equalsIgnoreCase(text.strip()))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException(
                        option,
                        text,
                        "is unknown: use "
                                + Arrays.stream(values)
                                        .map(ConfigFromOptions::spelled)
                                        .collect(Collectors.joining(" or "))));
    }

    private static String spelled(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
