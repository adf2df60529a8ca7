package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Links, errbacks, chains, retries and replacements: sent by a real Celery, executed here. */
final class WorkflowsIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final String QUEUE = HARNESS.queue();
    private static final CelerySession CELERY =
            new CelerySession(HARNESS.broker().url(), TestStore.shared().url(0), QUEUE);

    @BeforeAll
    static void startWorker() {
        HARNESS.start(HARNESS.worker(QUEUE));
    }

    @Test
    void workflowsEndAsTheyWouldInPython() {
        JsonNode answer = CELERY.run("workflows", Map.of("tag", QUEUE));

        assertThat(answer.get("middle").intValue()).isEqualTo(50);
        assertThat(answer.get("chain").intValue()).isEqualTo(51);
        assertThat(answer.get("callback").intValue()).isEqualTo(14);
        assertThat(answer.get("children").get(0).stringValue()).isEqualTo("linked-" + QUEUE);
        assertThat(answer.get("errback").stringValue())
                .isEqualTo(answer.get("failing").stringValue());
        String failing = answer.get("failing").stringValue();
        Awaitility.await("the errback that takes the failure, called in the worker")
                .untilAsserted(() -> assertThat(HARNESS.ledger().starts("called " + failing + " RuntimeError true"))
                        .hasSize(1));
        assertThat(answer.get("broken").stringValue()).isEqualTo("RuntimeError");
        assertThat(answer.get("retried").stringValue()).isEqualTo("retries-" + QUEUE + " 2 acme");
        assertThat(HARNESS.ledger().starts("retries-" + QUEUE)).hasSize(3);
        assertThat(answer.get("exhausted").stringValue()).isEqualTo("celery.exceptions.MaxRetriesExceededError");
        assertThat(HARNESS.ledger().starts("exhausted-" + QUEUE))
                .as("the first attempt and three retries")
                .hasSize(4);
        assertThat(answer.get("replaced").intValue()).isEqualTo(21);
        assertThat(answer.get("afterwards").intValue()).isEqualTo(42);
    }

    @Test
    void chordsOfJavaTasksEndAsTheyWouldInPython() {
        JsonNode answer = CELERY.run("chords", Map.of("tag", QUEUE));

        assertThat(answer.get("plain").toString()).isEqualTo("[0,2,4,6,8,10,12,14,16,18]");
        assertThat(answer.get("retried").toString()).isEqualTo("[\"part-" + QUEUE + " 1 null\",3]");
        assertThat(answer.get("chained").toString()).isEqualTo("[20,4]");
        // Celery gives the members of a group within the header equal places, so their order is open.
        assertThat(answer.get("nested").toString()).isIn("[2,4,6]", "[4,2,6]");
        assertThat(answer.get("failing").stringValue())
                .isEqualTo("ChordError: Dependency " + answer.get("failed_part").stringValue()
                        + " raised RuntimeError('part')");
    }
}
