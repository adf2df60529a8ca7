package dev.sedano.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.task.TaskModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * What {@code ./sedano conformance} runs: all of Celery's own integration suite that a worker must pass, for as often as
 * {@code SEDANO_SUITE_REPEAT} says, or the tests that {@code SEDANO_SUITE_ONLY} is a part of. A complete run writes {@code
 * docs/compatibility.md}. Fails at failures that {@code deviations.txt} does not know. Its name keeps it out of the
 * integration tests of a build.
 */
final class CompatibilityRun {
    /** The slowest tests of the suite wait for three minutes by design. */
    private static final Duration LIMIT = Duration.ofSeconds(400);

    private static final Path DOCUMENT =
            Path.of("../docs/compatibility.md").toAbsolutePath().normalize();

    @Test
    void requiredTestsOfCelerysOwnSuite_pass() throws IOException {
        String only = setting("SEDANO_SUITE_ONLY", "");
        int repeat = Integer.parseInt(setting("SEDANO_SUITE_REPEAT", "1"));
        List<String> required = CelerySuite.list("required.txt");
        SuiteResult all = null;

        try (CelerySuite suite = CelerySuite.start()) {
            for (int run = 1; run <= repeat; run++) {
                SuiteResult result = run(suite, only, "target/celery-suite-" + run);
                all = all == null ? result : all.plus(result);
                result.failures().forEach((test, why) -> System.out.println("FAILED " + test + "\n  " + why));
                System.out.println("run " + run + " of " + repeat + ": " + result.summary());
                if (only.isEmpty()) {
                    String table = new CompatibilityTable(all, run, required, suite.versions()).text();
                    Files.writeString(DOCUMENT, table + writtenByOthers());
                    System.out.println("written: " + DOCUMENT);
                }
            }
        }

        Map<String, String> failures =
                new LinkedHashMap<>(Objects.requireNonNull(all).failures());
        failures.keySet().removeAll(CompatibilityTable.deviations().keySet());
        assertThat(failures).as("failed, and no known deviation").isEmpty();
    }

    /** The last part of the document, which {@code ./sedano test --matrix} writes. */
    private static String writtenByOthers() throws IOException {
        String before = Files.exists(DOCUMENT) ? Files.readString(DOCUMENT) : "";
        int begin = before.indexOf("## Versions tried together");
        return begin < 0 ? "" : "\n" + before.substring(begin);
    }

    private static String setting(String variable, String otherwise) {
        return Objects.requireNonNullElse(System.getenv(variable), otherwise);
    }

    /** Tests that call again under the id of a finished call are run with tasks that allow it. */
    private static SuiteResult run(CelerySuite suite, String only, String folder) {
        List<String> tests = new ArrayList<>(CelerySuite.list("required.txt"));
        tests.removeIf(test -> !test.contains(only));
        assertThat(tests).as("required tests with \"%s\" in their names", only).isNotEmpty();
        List<String> again = new ArrayList<>(CelerySuite.list("same_id_again.txt"));
        again.retainAll(tests);
        tests.removeAll(again);
        if (again.isEmpty()) {
            return run(suite, SuiteModule.class, tests, folder);
        } else if (tests.isEmpty()) {
            return run(suite, ObservingSuiteModule.class, again, folder);
        }
        return run(suite, SuiteModule.class, tests, folder)
                .plus(run(suite, ObservingSuiteModule.class, again, folder + "-same-id"));
    }

    private static SuiteResult run(
            CelerySuite suite, Class<? extends TaskModule> app, List<String> tests, String folder) {
        Path logs = Path.of(folder).toAbsolutePath();
        System.out.println(tests.size() + " tests with " + app.getSimpleName() + ", logs in " + logs);
        return suite.run(app, tests, LIMIT, logs, System.out::println);
    }
}
