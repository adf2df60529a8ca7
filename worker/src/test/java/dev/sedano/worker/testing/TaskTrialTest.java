package dev.sedano.worker.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.task.Retry;
import dev.sedano.task.TaskRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** As users would write it. */
class TaskTrialTest {
    private final AtomicInteger runs = new AtomicInteger();
    private final TaskRegistry tasks = new TaskRegistry()
            .add("add", (context, call) -> {
                runs.incrementAndGet();
                return ((Number) call.args().get(0)).longValue()
                        + ((Number) call.args().get(1)).longValue();
            })
            .add("fail", (context, call) -> {
                throw new IllegalStateException("no");
            })
            .add("again", (context, call) -> {
                throw context.retry(Retry.in(Duration.ZERO));
            });

    @Test
    void secondCopy_isADuplicate_andFindsTheSameResult() {
        try (TaskTrial trial = TaskTrial.of(tasks)) {
            TrialOutcome first = trial.run("add", "id-1", List.of(1, 2), Map.of());
            TrialOutcome second = trial.run("add", "id-1", List.of(1, 2), Map.of());

            assertThat(first).isEqualTo(new TrialOutcome("ack", "succeeded", "SUCCESS", 3L));
            assertThat(second).isEqualTo(new TrialOutcome("ack", "duplicate", "SUCCESS", 3L));
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void sameExplicitKey_withOtherArguments_isAConflict() {
        try (TaskTrial trial = TaskTrial.of(tasks)) {
            Map<String, String> key = Map.of("idempotency_key", "order-1");
            assertThat(trial.run("add", "id-1", List.of(1, 2), Map.of(), key).reason())
                    .isEqualTo("succeeded");
            TrialOutcome other = trial.run("add", "id-2", List.of(1, 3), Map.of(), key);

            assertThat(other.reason()).isEqualTo("conflict");
            assertThat(other.state()).isEqualTo("FAILURE");
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void failuresAreStored_retriesAreSent_unknownTasksAreDeadLetters() {
        try (TaskTrial trial = TaskTrial.of(tasks)) {
            TrialOutcome failed = trial.run("fail", "id-1", List.of(), Map.of());
            assertThat(failed.reason()).isEqualTo("failed");
            assertThat(failed.state()).isEqualTo("FAILURE");

            assertThat(trial.run("again", "id-2", List.of(), Map.of()).reason()).isEqualTo("retried");
            assertThat(trial.sent()).hasSize(1);

            assertThat(trial.run("nobody", "id-3", List.of(), Map.of()).reason())
                    .isEqualTo("unknown_task");
        }
    }
}
