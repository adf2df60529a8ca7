package dev.sedano.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which limits count for a task. */
class HandlerLimitsTest {
    private static TaskLimit limit(String tasks, @Nullable Double perSecond, @Nullable String written) {
        return new TaskLimit(TaskPattern.parse("task_annotations", tasks), perSecond, written, null, null, null, null);
    }

    @Test
    void ratesAreShownAsTheyWereWritten_whereThereIsALimit() {
        HandlerLimits limits = new HandlerLimits(
                null,
                null,
                null,
                Map.of(),
                List.of(limit("proj.free", 0.0, "0"), limit("proj.*", 0.5, "30/m")),
                limit("*", 100.0, "100/s"));

        assertThat(limits.writtenRates(Set.of("proj.free", "proj.add", "other.task")))
                .containsOnly(Map.entry("proj.add", "30/m"), Map.entry("other.task", "100/s"));
        assertThat(HandlerLimits.NONE.writtenRates(Set.of("proj.add"))).isEmpty();
    }
}
