package dev.sedano.worker.settings;

import dev.sedano.worker.ConfigurationException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A setting by all its names. Where it can be given in several ways, the command line's option wins over the environment,
 * and that over the file.
 *
 * @param key its name in a file: Celery's where the meaning is the same, else {@code sedano.…}
 * @param option its long option, empty if it has none
 * @param kind how its value is written
 */
public record SettingName(String key, String option, Kind kind) {
    /** How a value is written in a file. */
    public enum Kind {
        /** One text. */
        TEXT,
        /** A whole number. */
        NUMBER,
        /** A time; a bare number is seconds. */
        TIME,
        /** true or false. */
        SWITCH,
        /** A list, or one text with commas. */
        LIST,
        /** A list of URLs, or one text with semicolons. */
        URLS,
        /** Maps and lists; in the environment and in properties as YAML in one line. */
        TREE
    }

    /** All, in the order in which they are shown. */
    public static final List<SettingName> ALL = List.of(
            of("broker_url", "--broker", Kind.URLS),
            of("result_backend", "--result-backend", Kind.TEXT),
            of("sedano.idempotency_store", "--idempotency-store", Kind.TEXT),
            of("sedano.app", "--app", Kind.LIST),
            of("sedano.queues", "--queues", Kind.LIST),
            of("sedano.exclude_queues", "--exclude-queues", Kind.LIST),
            of("sedano.node", "--hostname", Kind.TEXT),
            of("worker_concurrency", "--concurrency", Kind.NUMBER),
            of("sedano.autoscale", "--autoscale", Kind.TEXT),
            of("sedano.queue_concurrency", "--queue-concurrency", Kind.LIST),
            of("worker_pool", "--pool", Kind.TEXT),
            of("worker_prefetch_multiplier", "--prefetch-multiplier", Kind.NUMBER),
            of("task_default_queue", "--default-queue", Kind.TEXT),
            of("task_queues", "", Kind.TREE),
            of("task_routes", "", Kind.TREE),
            of("task_annotations", "", Kind.TREE),
            of("task_time_limit", "--time-limit", Kind.TIME),
            of("task_soft_time_limit", "--soft-time-limit", Kind.TIME),
            of("task_default_rate_limit", "--rate-limit", Kind.TEXT),
            of("task_track_started", "--track-started", Kind.SWITCH),
            of("task_inherit_parent_priority", "--inherit-priority", Kind.SWITCH),
            of("task_serializer", "--task-serializer", Kind.TEXT),
            of("task_compression", "--task-compression", Kind.TEXT),
            of("accept_content", "--accept-content", Kind.LIST),
            of("result_serializer", "--result-serializer", Kind.TEXT),
            of("result_compression", "--result-compression", Kind.TEXT),
            of("result_expires", "--result-expires", Kind.TIME),
            of("result_extended", "--result-extended", Kind.SWITCH),
            of(TransportOptions.SETTING, "--result-key-prefix", Kind.TREE),
            of("worker_send_task_events", "--task-events", Kind.SWITCH),
            of("sedano.control", "--control", Kind.TEXT),
            of("sedano.log_level", "--loglevel", Kind.TEXT),
            of("sedano.log_format", "--log-format", Kind.TEXT),
            of("sedano.http", "--http", Kind.TEXT),
            of("sedano.namespace", "--namespace", Kind.TEXT),
            of("sedano.store_partitions", "--store-partitions", Kind.NUMBER),
            of("sedano.durability", "--durability", Kind.TEXT),
            of("sedano.lease", "--lease", Kind.TIME),
            of("sedano.retention", "--retention", Kind.TIME),
            of("sedano.on_lease_loss", "--on-lease-loss", Kind.TEXT),
            of("sedano.on_unknown_task", "--on-unknown-task", Kind.TEXT),
            of("sedano.topology", "--topology", Kind.TEXT),
            of("sedano.delivery_limit", "--delivery-limit", Kind.NUMBER),
            of("sedano.consumer_timeout", "--consumer-timeout", Kind.TIME),
            of("sedano.shutdown_timeout", "--shutdown-timeout", Kind.TIME),
            of("sedano.longest_hold", "--longest-hold", Kind.TIME),
            of("sedano.max_left_behind", "--max-left-behind", Kind.NUMBER),
            of("sedano.state_dir", "--state-dir", Kind.TEXT),
            of("sedano.journal_limit", "--journal-limit", Kind.TEXT));

    private static final Set<String> CELERY_VARIABLES = Set.of("broker_url", "result_backend");
    private static final Set<String> TRUE = Set.of("true", "yes", "on", "1");
    private static final Set<String> FALSE = Set.of("false", "no", "off", "0");

    private static SettingName of(String key, String option, Kind kind) {
        return new SettingName(key, option, kind);
    }

    /** The environment variables that say it, the first that is set counts. */
    public List<String> variables() {
        String own = "SEDANO_" + key.replaceFirst("^sedano\\.", "").toUpperCase(Locale.ROOT);
        return CELERY_VARIABLES.contains(key) ? List.of(own, "CELERY_" + key.toUpperCase(Locale.ROOT)) : List.of(own);
    }

    /**
     * The variable that somebody may have meant by one that is none: by the name of the option, with a slip, or without
     * its first words. There are {@code SEDANO_…} for other purposes.
     */
    public static Optional<String> misspelt(String variable) {
        List<String> known =
                ALL.stream().flatMap(each -> each.variables().stream()).toList();
        if (known.contains(variable)) {
            return Optional.empty();
        }
        String end = variable.replaceFirst("^SEDANO", "");
        return ALL.stream()
                .filter(each -> ("_" + each.option.replaceFirst("^-+", "").replace('-', '_'))
                        .toUpperCase(Locale.ROOT)
                        .equals(end))
                .map(each -> each.variables().get(0))
                .findFirst()
                .or(() -> Nearest.slip(variable, known))
                .or(() ->
                        known.stream().filter(each -> each.endsWith(end)).min(Comparator.comparingInt(String::length)));
    }

    /** The setting of that name in a file; with a name that is none, what to write instead. */
    public static SettingName find(String key, ConfigValue value) {
        for (SettingName each : ALL) {
            if (each.key.equals(key)) {
                return each;
            }
        }
        Set<String> known = new TreeSet<>(CelerySettings.answers().keySet());
        ALL.forEach(each -> known.add(each.key));
        String bare = key.toLowerCase(Locale.ROOT).replaceFirst("^celeryd?_", "");
        String cure = Nearest.of(key, known)
                .or(() -> Nearest.of(bare, known))
                .or(() -> Nearest.of("sedano." + bare, known))
                .map(near -> "is no setting: did you mean " + near + "?")
                .orElse("is no setting: leave it out, or see docs/configuration.md");
        throw new ConfigurationException(value.at(), key, cure);
    }

    /**
     * The value as the option would have it; for a switch {@code true} or {@code false}.
     *
     * @throws ConfigurationException if it is written as another kind
     */
    public String text(ConfigValue value) {
        if (value instanceof ConfigValue.Items items && (kind == Kind.LIST || kind == Kind.URLS)) {
            List<String> texts = new ArrayList<>();
            for (ConfigValue item : items.values()) {
                texts.add(one(item, "one text for each"));
            }
            return String.join(kind == Kind.LIST ? "," : ";", texts);
        }
        return switch (kind) {
            case TREE -> throw new IllegalStateException(key + " is no text");
            case TEXT, URLS -> one(value, "one text");
            case LIST -> one(value, "a list");
            case NUMBER -> one(value, "a whole number");
            case TIME -> one(value, "a time, as 30s or a number of seconds");
            case SWITCH -> switched(value);
        };
    }

    /** The value with its structure, for a setting of kind TREE: where there is only text, that is YAML. */
    public ConfigValue tree(ConfigValue value) {
        return value instanceof ConfigValue.Text text ? YamlSettings.read(key, text.at(), 0, text.text()) : value;
    }

    private String one(ConfigValue value, String wanted) {
        if (value instanceof ConfigValue.Text text) {
            return text.text().strip();
        }
        throw new ConfigurationException(
                key + " (" + value.at() + ")", "", "is " + value.shape() + ": write " + wanted);
    }

    private String switched(ConfigValue value) {
        String text = one(value, "true or false").toLowerCase(Locale.ROOT);
        if (TRUE.contains(text) || FALSE.contains(text)) {
            return Boolean.toString(TRUE.contains(text));
        }
        throw new ConfigurationException(key + " (" + value.at() + ")", text, "is no switch: write true or false");
    }
}
