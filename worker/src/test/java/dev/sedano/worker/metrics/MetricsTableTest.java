package dev.sedano.worker.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.delivery.Settlement;
import dev.sedano.worker.delivery.SettlementReason;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.idempotency.StoreException;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of metrics in docs/operations.md lists what Prometheus gets, by its names, types and tags, and no more. */
class MetricsTableTest {
    private static final Path OPERATIONS = Path.of("..", "docs", "operations.md");
    private static final Pattern ROW =
            Pattern.compile("^\\| `(sedano_\\w+)` \\| (\\w+) \\| ([^|]*)\\| [^|]+ \\| .+ \\|$", Pattern.MULTILINE);
    private static final Pattern TYPE = Pattern.compile("^# TYPE (\\w+) (\\w+)$", Pattern.MULTILINE);
    private static final Pattern TAG = Pattern.compile("[{,](\\w+)=\"");
    /** Belong to histograms and summaries, not to a metric's definition. */
    private static final Set<String> OF_PROMETHEUS = Set.of("le", "quantile");

    /** Name to type and tags. */
    private static Map<String, String> documented() throws IOException {
        Map<String, String> rows = new TreeMap<>();
        ROW.matcher(Files.readString(OPERATIONS)).results().forEach((MatchResult row) -> {
            Set<String> tags = Arrays.stream(row.group(3).split("[`, ]+"))
                    .filter(tag -> !tag.isEmpty())
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(rows.put(row.group(1), row.group(2) + " " + tags))
                    .as("%s is listed twice", row.group(1))
                    .isNull();
        });
        return rows;
    }

    /** Name to type and tags, of everything that the worker records; {@code _max} belongs to the metric before it. */
    private static Map<String, String> scraped() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        recordEverything(new WorkerMetrics(registry, () -> 0));
        String text = registry.scrape();
        Map<String, String> families = new TreeMap<>();
        TYPE.matcher(text)
                .results()
                .filter(type -> !type.group(1).endsWith("_max"))
                .forEach((MatchResult type) -> {
                    Set<String> tags = text.lines()
                            .filter(line -> line.matches(type.group(1) + "(_count|_sum|_bucket)?[{ ].*"))
                            .flatMap(line -> TAG.matcher(line).results())
                            .map((MatchResult tag) -> tag.group(1))
                            .filter(tag -> !OF_PROMETHEUS.contains(tag))
                            .collect(Collectors.toCollection(TreeSet::new));
                    families.put(type.group(1), type.group(2) + " " + tags);
                });
        return families;
    }

    private static void recordEverything(WorkerMetrics metrics) {
        for (MetricName gauge : List.of(
                MetricName.STORE_UP,
                MetricName.BREAKER_STATE,
                MetricName.SLOTS,
                MetricName.BROKER_BLOCKED,
                MetricName.IN_FLIGHT,
                MetricName.HELD,
                MetricName.UNRECORDED,
                MetricName.JOURNAL_OPEN,
                MetricName.JOURNAL_BYTES,
                MetricName.JOURNAL_LEFT)) {
            metrics.gauge(gauge, () -> 1);
        }
        metrics.storeCall("claim", 1);
        metrics.storeFailed(StoreException.Kind.TIMEOUT);
        metrics.storeIdentityChanged("switched");
        metrics.handlerStarted("a.task");
        metrics.handlerEnded("a.task", 1);
        metrics.falsePositive(Duration.ofMillis(1));
        metrics.takeover(PriorRun.MAY_HAVE_RUN);
        metrics.observed("a.task", "duplicate");
        metrics.beyondRetention("a.task");
        metrics.delivered("a.queue");
        metrics.settled("a.task", new Settlement.Requeue(SettlementReason.SHUTDOWN));
    }

    @Test
    void theTable_listsWhatIsScraped() throws IOException {
        assertThat(documented()).isEqualTo(scraped());
    }

    @Test
    void everyMetricName_isScraped() {
        Set<String> scraped = scraped().keySet();

        assertThat(MetricName.values())
                .allSatisfy(name -> assertThat(scraped)
                        .anySatisfy(shown -> assertThat(shown)
                                .matches(name.id().replace('.', '_') + "(_total|_seconds|_seconds_total)?")));
    }
}
