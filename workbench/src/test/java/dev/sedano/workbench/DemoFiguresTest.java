package dev.sedano.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFiguresTest {
    private static final Metrics DONE = Metrics.parse("""
            sedano_settlements_total{outcome="ack",reason="success"} 1800
            sedano_settlements_total{outcome="ack",reason="duplicate"} 200
            sedano_blocked_total 3
            sedano_false_positives_total 2
            sedano_true_positives_total 1
            """);

    @TempDir
    Path folder;

    @Test
    void everyTaskOnce_isSuccess() {
        DemoFigures figures = new DemoFigures(new DemoLedger(1_800, 1_800), DONE);

        assertThat(figures.eachRanOnce()).isTrue();
        assertThat(figures.settled()).isTrue();
        assertThat(figures.table(Duration.ofMillis(5_040)))
                .contains("lost                        0")
                .endsWith("Every task ran once, although Redis was away for 5.0 s.");
    }

    @Test
    void oneRunTooMany_orOneLost_isFailure() {
        assertThat(new DemoFigures(new DemoLedger(1_801, 1_800), DONE).eachRanOnce())
                .isFalse();
        DemoFigures lost = new DemoFigures(new DemoLedger(1_799, 1_799), DONE);
        assertThat(lost.eachRanOnce()).isFalse();
        assertThat(lost.lost()).isEqualTo(1);
        assertThat(lost.table(Duration.ZERO)).endsWith("NOT every task ran once.");
    }

    @Test
    void openMessagesOrVerdicts_areNotSettled() {
        DemoLedger all = new DemoLedger(1_800, 1_800);

        assertThat(new DemoFigures(all, Metrics.parse("sedano_settlements_total{outcome=\"ack\"} 1999")).settled())
                .isFalse();
        assertThat(new DemoFigures(
                                all,
                                Metrics.parse("sedano_settlements_total{outcome=\"ack\"} 2000\nsedano_blocked_total 1"))
                        .settled())
                .isFalse();
    }

    @Test
    void ledger_countsCompleteLines() throws IOException {
        Path file = folder.resolve("ledger");
        assertThat(DemoLedger.read(file)).isEqualTo(new DemoLedger(0, 0));

        Files.writeString(file, "1 id-1\n2 id-2\n1 id-1\n3 half-wri");

        assertThat(DemoLedger.read(file)).isEqualTo(new DemoLedger(3, 2));
    }
}
