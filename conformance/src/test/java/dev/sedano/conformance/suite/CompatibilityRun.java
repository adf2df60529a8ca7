package dev.sedano.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * What {@code ./sedano conformance} runs: all of Celery's own integration suite that a worker must pass, for as often as
 * {@code SEDANO_SUITE_REPEAT} says, or the tests that {@code SEDANO_SUITE_ONLY} is a part of. A complete run writes {@code
 * docs/compatibility.md}. Its name keeps it out of the integration tests of a build.
 */
final class CompatibilityRun {
    /** The slowest tests of the suite wait for three minutes by design. */
    private static final Duration LIMIT = Duration.ofSeconds(400);

    private static final Path DOCUMENT =
            Path.of("../docs/compatibility.md").toAbsolutePath().normalize();

    @Test
    void requiredTestsOfCelerysOwnSuite_pass() throws IOException {
        String only = Objects.requireNonNullElse(System.getenv("SEDANO_SUITE_ONLY"), "");
        int repeat = Integer.parseInt(Objects.requireNonNullElse(System.getenv("SEDANO_SUITE_REPEAT"), "1"));
        List<String> tests = CelerySuite.list("required.txt").stream()
                .filter(test -> test.contains(only))
                .toList();
        assertThat(tests).as("required tests with \"%s\" in their names", only).isNotEmpty();
        Map<String, String> failures = new LinkedHashMap<>();

        try (CelerySuite suite = CelerySuite.start()) {
            for (int run = 1; run <= repeat; run++) {
                Path folder = Path.of("target/celery-suite-" + run).toAbsolutePath();
                SuiteResult result = suite.run(tests, LIMIT, folder, System.out::println);
                failures.putAll(result.failures());
                result.failures().forEach((test, why) -> System.out.println("FAILED " + test + "\n  " + why));
                System.out.println("run " + run + " of " + repeat + ": " + result.summary() + ", logs in " + folder);
                if (only.isEmpty()) {
                    Files.writeString(DOCUMENT, new CompatibilityTable(result, tests, suite.versions()).text());
                    System.out.println("written: " + DOCUMENT);
                }
            }
        }

        assertThat(failures).isEmpty();
    }
}
