package dev.sedano.examples.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.sedano.workbench.Metrics;
import dev.sedano.worker.metrics.MetricName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class AlertRuleTest {
    private static final Path FILE = Path.of("alerts.yml");

    private static Metrics metrics(int duplicates, int deliveries) {
        return Metrics.parse("sedano_duplicates_total{kind=\"other_id\"} " + duplicates + "\nsedano_deliveries_total "
                + deliveries + "\n");
    }

    @Test
    void firesOnlyWhenDuplicatesAreManyAndMostOfAll() throws IOException {
        AlertRule rule = AlertRule.read(FILE, "WebhookReplayStorm");
        Metrics before = metrics(1_000, 1_000);

        assertThat(rule.fires(before, metrics(1_100, 1_100))).isFalse();
        assertThat(rule.fires(before, metrics(1_101, 1_101))).isTrue();
        assertThat(rule.fires(before, metrics(1_101, 1_300))).isFalse();
    }

    @Test
    void namesOnlyMetricsThatExist() throws IOException {
        List<String> real = Arrays.stream(MetricName.values())
                .map(metric -> metric.id().replace('.', '_'))
                .toList();
        List<String> used = Pattern.compile("sedano_\\w+")
                .matcher(AlertRule.read(FILE, "WebhookReplayStorm").expression())
                .results()
                .map(found -> found.group().replaceAll("_total$", ""))
                .toList();

        assertThat(used).isNotEmpty().isSubsetOf(real);
    }

    @Test
    void missingAlert_isNamed() {
        assertThatIOException()
                .isThrownBy(() -> AlertRule.read(FILE, "NoSuchAlert"))
                .withMessageContaining("NoSuchAlert");
    }
}
