package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.harness.PythonCelery;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The unit tests in conformance/python: fingerprint vectors, and what the companion decides without servers. */
final class PythonUnitIT {
    @Test
    void unitTestsOfTheCompanion_pass() {
        JsonNode result = PythonCelery.get().run("unit_tests", Map.of());

        assertThat(result.get("problems")).isEmpty();
        assertThat(result.get("ran").intValue()).isGreaterThanOrEqualTo(24);
    }
}
