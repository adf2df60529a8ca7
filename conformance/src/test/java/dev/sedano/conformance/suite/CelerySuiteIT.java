package dev.sedano.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A part of Celery's own integration suite, chosen so that each feature is shown and little time passes; {@code ./sedano
 * conformance} runs all of it.
 */
final class CelerySuiteIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void quickTestsOfCelerysOwnSuite_pass() {
        List<String> tests = CelerySuite.list("quick.txt");
        Path folder = Path.of("target/celery-suite").toAbsolutePath();

        SuiteResult result;
        try (CelerySuite suite = CelerySuite.start()) {
            result = suite.run(SuiteModule.class, tests, LIMIT, folder, line -> {});
        }

        System.out.println(result.summary());
        assertThat(result.failures()).as("failed; logs in %s", folder).isEmpty();
        assertThat(result.deaths()).as("the worker died before").isEmpty();
        assertThat(result.missing()).as("not in this Celery").isEmpty();
        assertThat(result.count(SuiteResult.Verdict.PASSED)).isEqualTo(tests.size());
    }
}
