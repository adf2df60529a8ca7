package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.PythonWorker;
import dev.sedano.conformance.harness.TestStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Every shape of canvas, with tasks here and in a worker of Celery's own. */
final class CanvasIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    @Test
    @SuppressWarnings("try") // the worker in Python only has to be there
    void everyShapeEndsAsItWouldInPython() {
        String java = HARNESS.queue();
        String python = HARNESS.queue();
        HARNESS.start(HARNESS.worker(java));
        HARNESS.own(PythonWorker.start(PythonWorker.Setup.solo(HARNESS, python)));
        CelerySession celery =
                new CelerySession(HARNESS.broker().url(), TestStore.shared().url(0), java);

        JsonNode cases = celery.run("canvas", Map.of("tag", java, "python", python));

        List<String> wrong = new ArrayList<>();
        cases.forEach(each -> {
            if (!each.get("expected").equals(each.get("actual"))) {
                wrong.add(each.toString());
            }
        });
        assertThat(wrong).as("%s", String.join("\n", wrong)).isEmpty();
        assertThat(cases.size()).isGreaterThan(40);
    }
}
