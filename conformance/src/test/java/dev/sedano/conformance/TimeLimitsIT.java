package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** A real Celery sets time limits; one handler heeds them, one never does. */
final class TimeLimitsIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final String QUEUE = HARNESS.queue();
    private static final CelerySession CELERY =
            new CelerySession(HARNESS.broker().url(), TestStore.shared().url(0), QUEUE);
    private static final int LEFT_BEHIND = 4;

    private static WorkerProcess worker;

    @BeforeAll
    static void startWorker() {
        worker = HARNESS.start(HARNESS.worker(QUEUE).concurrency(1).options("--max-left-behind", "2"));
    }

    @Test
    void handlersThatDoNotEnd_failForTheirCallers_untilTheWorkerEndsToBeRidOfThem() {
        JsonNode soft = CELERY.call("ledger.gated", new Object[] {"soft"}, Map.of("soft_time_limit", 1));
        assertThat(soft.get("error").stringValue()).isEqualTo("SoftTimeLimitExceeded");

        JsonNode first = CELERY.call("ledger.work", new Object[] {"first", 600_000}, Map.of("time_limit", 1));
        assertThat(first.get("state").stringValue()).isEqualTo("FAILURE");
        assertThat(first.get("error").stringValue()).isEqualTo("TimeLimitExceeded");
        assertThat(worker.metrics().sum("sedano_handlers_left_behind")).isEqualTo(1);
        assertThat(CELERY.run("add", Map.of()).get("sum").intValue())
                .as("the only slot is free again")
                .isEqualTo(5);

        JsonNode second = CELERY.call("ledger.work", new Object[] {"second", 600_000}, Map.of("time_limit", 1));
        assertThat(second.get("error").stringValue()).isEqualTo("TimeLimitExceeded");
        assertThat(worker.awaitExit(Duration.ofSeconds(30))).isEqualTo(LEFT_BEHIND);
        assertThat(HARNESS.ledger().starts("second")).hasSize(1);
        assertThat(HARNESS.publisher().ready(QUEUE)).isZero();
    }
}
