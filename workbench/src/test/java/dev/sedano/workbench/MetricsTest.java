package dev.sedano.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final Metrics METRICS = Metrics.parse("""
            # HELP sedano_settlements_total how deliveries ended
            # TYPE sedano_settlements_total counter
            sedano_settlements_total{outcome="ack",reason="success",task="a{b}"} 7.0
            sedano_settlements_total{outcome="ack",reason="duplicate",task="b"} 3.0
            sedano_settlements_total{outcome="requeue",reason="ack",task="b"} 100.0
            sedano_store_up 1.0
            delay_seconds_bucket{le="1.0"} 2
            delay_seconds_bucket{le="5.0"} 4
            delay_seconds_bucket{le="+Inf"} 4
            delay_seconds_count 4
            delay_seconds_max 4.5
            """);

    @Test
    void sum_addsAllLabels_orThoseThatMatch() {
        assertThat(METRICS.sum("sedano_settlements_total")).isEqualTo(110);
        assertThat(METRICS.sum("sedano_settlements_total", "outcome", "ack")).isEqualTo(10);
        assertThat(METRICS.sum("sedano_store_up")).isEqualTo(1);
        assertThat(METRICS.sum("sedano_unheard_of")).isZero();
    }

    @Test
    void median_isInterpolatedWithinItsBucket() {
        assertThat(METRICS.median("delay_seconds")).hasValue(1);
        assertThat(Metrics.parse("d_bucket{le=\"1.0\"} 0\nd_bucket{le=\"5.0\"} 4\nd_count 4")
                        .median("d")
                        .orElseThrow())
                .isEqualTo(3, within(1e-9));
        assertThat(Metrics.parse("d_count 0").median("d")).isEmpty();
        assertThat(METRICS.max("delay_seconds_max")).isEqualTo(4.5);
    }

    @Test
    void median_isNeverAboveTheMaximum() {
        assertThat(Metrics.parse("d_bucket{le=\"10.0\"} 0\nd_bucket{le=\"30.0\"} 2\nd_count 2\nd_max 12")
                        .median("d"))
                .hasValue(11);
    }

    @Test
    void median_beyondTheLastBound_isThatBound() {
        assertThat(Metrics.parse("d_bucket{le=\"1.0\"} 1\nd_bucket{le=\"+Inf\"} 4\nd_count 4")
                        .median("d"))
                .hasValue(1);
    }
}
