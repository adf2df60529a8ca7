package dev.sedano.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.PythonCelery;
import dev.sedano.conformance.harness.TestStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/**
 * The tasks that every worker of Celery's has ({@code celery.map}, {@code celery.chord_unlock} and so on), as messages of a
 * real Celery: they end here as in Celery's own worker, which is asked the same in the same run.
 */
final class BuiltInTasksIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static JsonNode outcomes(String backend) {
        return PythonCelery.get()
                .run(
                        "builtin_tasks",
                        Map.of("broker", HARNESS.broker().url(), "backend", backend, "queue", Replay.QUEUE));
    }

    @Test
    @SuppressWarnings("try") // the worker in Python only has to be there
    void endAsInCelerysOwnWorker() {
        String backend = TestStore.shared().url(0);
        Replay.declare(HARNESS.broker());
        JsonNode celerys;
        try (ReferenceWorker reference = ReferenceWorker.start(HARNESS.broker().url(), backend)) {
            celerys = outcomes(backend);
        }
        HARNESS.start(HARNESS.worker(Replay.QUEUE).concurrency(8));

        JsonNode ours = outcomes(backend);

        List<String> differences = new ArrayList<>();
        celerys.properties().forEach(each -> {
            JsonNode our = ours.path(each.getKey());
            if (!our.equals(each.getValue())) {
                differences.add(each.getKey() + ": " + our + " instead of " + each.getValue());
            }
        });
        assertThat(differences).isEmpty();
        assertThat(celerys.size()).isGreaterThan(20);
    }
}
